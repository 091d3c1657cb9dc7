/** How many of the answers on screen a choice of filters would leave: counted here, on the answer without filters. */

import { ask } from "./api.js";
import { familyOf } from "./vocabulary.js";

/** Entities or relations that are asked for at once; of what lies beyond nothing is known. */
const MOST_ASKED = 100;
const MOST_CLAIMS = 20;
/** How a relation stands that counts unless others are asked for. */
export const LIVE = ["ASSERTED", "PLANNED", "ALLEGED", "POSSIBLE", "CONDITIONAL", "THREATENED"];

const asked = new WeakMap();

/** What `document` tells of the first ids, by id: asked once for each answer. */
function told(model, document, ids, more) {
  const known = asked.get(model) ?? new Map();
  asked.set(model, known);
  if (!known.has(document)) {
    const answer = ask(document, { ids: ids.slice(0, MOST_ASKED), ...more }).then(({ nodes }) => new Map(nodes.filter(Boolean).map((one) => [one.id, one])));
    answer.then((found) => known.set(document, found), () => known.delete(document));
    known.set(document, answer);
  }
  return known.get(document);
}

const between = (model) => {
  const inner = model.paths.length ? model.paths.flatMap((path) => path.nodes.slice(1, -1)) : [...model.nodes.keys()];
  return [...new Set(inner)];
};

/** Where the entities of an answer are known to lie; a promise the first time. */
export const places = (model) => told(model, "explore-places", between(model));

/** Who published what stands behind the relations of an answer; a promise the first time. */
export const publishers = (model) => told(model, "explore-publishers", model.relations.map((one) => one.id), { first: MOST_CLAIMS });

function above(node, found = []) {
  for (const { object } of node.relations?.nodes ?? []) {
    found.push(object);
    above(object, found);
  }
  return found;
}

/** Countries in which entities of the answer lie, most entities first: [{id, name}]. */
export function countriesIn(lying) {
  const many = new Map();
  for (const node of lying.values()) {
    for (const place of [node, ...above(node)]) if (place.type === "COUNTRY") many.set(place.id, { ...place, many: (many.get(place.id)?.many ?? 0) + 1 });
  }
  return [...many.values()].sort((one, other) => other.many - one.many || one.name.localeCompare(other.name, "en"));
}

/** Publishers behind the answer, those of most relations first, by name. */
export function publishersIn(behind) {
  const many = new Map();
  for (const relation of behind.values()) {
    for (const name of new Set(relation.claims.nodes.map((claim) => claim.document.publisher).filter(Boolean))) many.set(name, (many.get(name) ?? 0) + 1);
  }
  return [...many].sort(([one, a], [other, b]) => b - a || one.localeCompare(other, "en")).map(([name]) => name);
}

/** Whether a relation is known to have held on a day, or nothing is known against it. */
const held = ({ status, validFrom, validTo }, day) => (!validFrom || validFrom <= day) && (!validTo || validTo >= day) && (status !== "ENDED" || Boolean(validTo));

/** Field: whether it keeps a relation. */
const KEEPS = {
  families: (relation, given) => given.includes(familyOf(relation.type)),
  modalities: (relation, given) => given.includes(relation.status),
  confidence: (relation, least) => relation.confidence >= least,
  sources: (relation, least) => relation.sourceCount >= least,
  dated: (relation) => !relation.undated,
  at: (relation, day) => held(relation, day),
};

const isOn = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

/**
 * {many, of, bound}: how many answers of `model` the filters of `state` leave, of how many. `bound`: "" where that is exact for
 * these answers, "least" or "most" where it is not known of all. Answers are paths, and relations where there are none.
 */
export function left(model, state, ends) {
  const on = Object.entries(KEEPS).filter(([field]) => isOn(state[field]));
  const lying = state.countries.length ? settled(model, "explore-places") : null;
  const behind = state.publishers.length ? settled(model, "explore-publishers") : null;
  let bound = "";
  const counting = state.modalities.length ? state.modalities : LIVE;
  const states = (relation) => {
    const node = behind?.get(relation.id);
    if (node === undefined) {
      bound = "most";
      return true;
    }
    if (node.claims.nodes.some((claim) => counting.includes(claim.modality) && !state.publishers.includes(claim.document.publisher))) return true;
    if (!node.claims.pageInfo.hasNextPage) return false;
    bound = "most";
    return true;
  };
  const lies = (id) => {
    const node = lying?.get(id);
    if (node === undefined) bound = "least";
    return node !== undefined && [node, ...above(node)].some((place) => state.countries.includes(place.id));
  };
  const keeps = (relation) => on.every(([field]) => KEEPS[field](relation, state[field])) && (!state.publishers.length || states(relation));
  const passes = (id) => !state.avoid.includes(id) && (!state.countries.length || lies(id));
  if (model.paths.length === 0) {
    const end = (id) => ends.has(id) || passes(id);
    const { relations } = model;
    return { many: relations.filter((one) => keeps(one) && end(one.subject.id) && end(one.object.id)).length, of: relations.length, bound };
  }
  const stays = (path) => path.nodes.slice(1, -1).every(passes) && path.hops.every((hop) => hop.relations.some(keeps));
  return { many: model.paths.filter(stays).length, of: model.paths.length, bound };
}

function settled(model, document) {
  const known = asked.get(model)?.get(document);
  return known instanceof Map ? known : undefined;
}
