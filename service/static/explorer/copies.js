/** The question of the page in other languages: GraphQL, Cypher for Neo4j Browser, a command for a shell. */

import { documentText } from "./api.js";
import { moment } from "./questions.js";
import { parse } from "./state.js";
import { texts } from "./texts.js";
import { typesOf } from "./vocabulary.js";

const { none } = texts.keep;
const ENUMS = ["weight", "mode", "types", "modalities", "undated", "direction"];
/** Arguments that hold a variable; the documents of the page have no brackets in them. */
const ARGUMENTS = /\(([^()]*\$[^()]*)\)/g;
const ARGUMENT = /(\w+): (\[[^\]]*\]|[^\s,]+)/g;

/** A value as a GraphQL literal; `name` tells words of an enum from strings. */
function literal(value, name) {
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, name)).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value).filter(([, one]) => one !== undefined).map(([key, one]) => `${key}: ${literal(one, key)}`).join(", ")}}`;
  }
  return typeof value === "string" && ENUMS.includes(name) ? value : JSON.stringify(value);
}

/** A selection with its values in the places of its variables. What has no value has its default, and is left out. */
function filled(selection, variables) {
  return selection.replace(ARGUMENTS, (_, inside) => {
    const given = [...inside.matchAll(ARGUMENT)]
      .filter(([, , value]) => !value.startsWith("$") || variables[value.slice(1)] !== undefined)
      .map(([, name, value]) => `${name}: ${value.replace(/\$(\w+)/g, (__, variable) => literal(variables[variable], name))}`);
    return given.length ? `(${given.join(", ")})` : "";
  });
}

/** One operation that asks all of `documents`, [name, variables] each, and runs as it stands. */
export async function asGraphQL(documents) {
  const fields = [];
  const fragments = new Set();
  for (const [name, variables] of documents) {
    const [operation, ...others] = (await documentText(name)).trimEnd().split(/\n\n(?=fragment )/);
    fields.push(filled(operation.slice(operation.indexOf("{\n") + 2, -2), variables));
    others.forEach((fragment) => fragments.add(fragment));
  }
  return `{\n${fields.join("\n")}\n}\n\n${[...fragments].join("\n\n")}\n`;
}

const text = (value) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** Draws all relations of an answer, or the statements of one that has no drawing; null where there is nothing to draw. */
export function asCypher({ model, timeline }) {
  if (model === null) {
    const claims = timeline.nodes.map(({ claim }) => text(claim.id));
    return claims.length ? `UNWIND [${claims.join(", ")}] AS id\nMATCH drawn = (:Entity)<-[:SUBJECT]-(:Claim {id: id})-[:OBJECT]->(:Entity)\nRETURN drawn` : null;
  }
  const pairs = [...model.links.values()].map((link) => `[${text(link.a)}, ${text(link.b)}]`);
  if (pairs.length === 0) return null;
  const ids = model.relations.map((relation) => text(relation.id));
  const types = [...new Set(model.relations.map((relation) => relation.type))].sort().join("|");
  return `UNWIND [${pairs.join(", ")}] AS hop\nMATCH drawn = (:Entity {id: hop[0]})-[r:${types}]-(:Entity {id: hop[1]})\nWHERE r.id IN [${ids.join(", ")}]\nRETURN drawn`;
}

const quoted = (word) => (/^[\w:.\-/]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** Field of the state: the options of a command that say the same. */
const OPTIONS = {
  families: (given) => typesOf(given).map((type) => `--type ${type}`),
  confidence: (given) => [`--min-confidence ${given}`],
  depth: (given) => [`--max-depth ${given}`],
  k: (given) => [`-k ${given}`],
  weight: (given) => [`--weight ${given.toLowerCase()}`],
  hubs: (given) => [`--hubs ${given.toLowerCase()}`],
  timeout: (given) => [`--timeout-ms ${given}`],
  modalities: (given) => given.map((one) => `--modality ${one}`),
  sources: (given) => [`--min-sources ${given}`],
  countries: (given) => given.map((id) => `--country ${quoted(id)}`),
  avoid: (given) => given.map((id) => `--avoid ${quoted(id)}`),
  publishers: (given) => given.map((name) => `--exclude-publisher ${quoted(name)}`),
  documents: (given) => given.map((id) => `--exclude-document ${quoted(id)}`),
  at: (given) => [`--valid-at ${given}`],
  known: (given) => [`--known-at ${moment(given)}`],
  dated: () => ["--undated exclude"],
};
const USUAL = parse("");
const EXPORTED = ["families", "confidence"];
/** Kind: [command, what of the state it takes, what of it has no meaning for the kind]. */
const COMMANDS = {
  tie: [(state) => `chokepoint path ${state.of.map(quoted).join(" ")}`, Object.keys(OPTIONS), []],
  exposure: [(state) => `chokepoint export jsonl - --exposure ${quoted(state.of[0])}`, [...EXPORTED, "depth"], ["k", "weight", "timeout"]],
  entity: [(state) => `chokepoint export jsonl - --neighbors ${quoted(state.of[0])}`, EXPORTED, ["k", "weight", "timeout", "depth", "hubs"]],
};

const given = (value) => (Array.isArray(value) ? value.length > 0 : value !== "" && value !== 0);

/** {command}: the same question for a shell; {lacks}: why there is none, in words. */
export function asCommand(state) {
  if (!(state.ask in COMMANDS)) return { lacks: none.command[state.ask] };
  const [command, takes, idle] = COMMANDS[state.ask];
  const lacking = Object.keys(OPTIONS).filter((field) => ![...takes, ...idle].includes(field) && String(state[field]) !== String(USUAL[field]));
  if (lacking.length) return { lacks: none.option(lacking.map((field) => none.options[field])) };
  return { command: [command(state), ...takes.filter((field) => given(state[field])).flatMap((field) => OPTIONS[field](state[field]))].join(" ") };
}

/** Asks who owns a firm, as its page does. */
export const ownershipCommand = (id) => `chokepoint ownership ${quoted(id)}`;
