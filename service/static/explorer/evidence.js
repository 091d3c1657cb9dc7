/** What was said: the sentences behind a relation or a path, and what an entity is. */

import { ask } from "./api.js";
import { h, put } from "./dom.js";
import { change, toggled } from "./state.js";
import { texts } from "./texts.js";

const CLAIMS = 20;
const AGAINST = ["DENIED", "ENDED"];
const { evidence: words } = texts;

/** The sentence with who and whom marked in it. */
export function marked(claim) {
  const { sentence } = claim;
  const spans = [];
  for (const [part, entity] of [["subject", claim.subject], ["object", claim.object]]) {
    const span = told(claim, claim[`${part}Mention`], spans) ?? mention(sentence, [entity.name, ...entity.aliases], spans);
    if (span !== null) spans.push({ ...span, part });
  }
  spans.sort((one, other) => one.start - other.start);
  const parts = [];
  let at = 0;
  for (const { start, end, part } of spans) {
    parts.push(sentence.slice(at, start), h("mark", { class: part, title: words[part] }, sentence.slice(start, end)));
    at = end;
  }
  return [...parts, sentence.slice(at)];
}

const apart = (taken, start, end) => taken.every((span) => end <= span.start || start >= span.end);

/** The words that the claim itself gives for an end; null: none, or they overlap with `taken`. It counts characters, a string here UTF-16 units. */
function told(claim, words, taken) {
  if (!words || words.start < claim.start || words.end > claim.end) return null;
  const characters = [...claim.sentence];
  const [start, end] = [words.start, words.end].map((at) => characters.slice(0, at - claim.start).join("").length);
  return apart(taken, start, end) ? { start, end } : null;
}

/** Where the longest of the names stands in the sentence, outside of `taken`; null: nowhere. */
function mention(sentence, names, taken) {
  const lower = sentence.toLowerCase();
  for (const name of [...names].sort((one, other) => other.length - one.length)) {
    const sought = name.toLowerCase();
    for (let start = lower.indexOf(sought); start >= 0 && sought !== ""; start = lower.indexOf(sought, start + 1)) {
      const end = start + sought.length;
      const word = /[\p{L}\p{N}]/u;
      const latin = /[a-z0-9]/.test(sought);
      const whole = !latin || !(word.test(lower[start - 1] ?? "") || word.test(lower[end] ?? ""));
      if (whole && apart(taken, start, end)) return { start, end };
    }
  }
  return null;
}

/** An address that a page may link to; others are shown as text. */
const safe = (url) => (/^https?:\/\//i.test(url ?? "") ? url : null);

function source(claim) {
  const { document: place } = claim;
  const title = place.title ?? words.untitled;
  const address = safe(place.url);
  return h(
    "p",
    { class: "source" },
    address ? h("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, title) : h("cite", {}, title),
    [place.publisher, place.published && words.published(place.published)].filter(Boolean).map((part) => h("span", {}, part)),
  );
}

function without(claim, state, go) {
  const { publisher, id } = claim.document;
  const changes = publisher ? { publishers: [...state.publishers, publisher] } : { documents: [...state.documents, id] };
  return h(
    "button",
    { type: "button", class: "plain", onclick: () => go(change(state, { ...changes, selected: "" })) },
    publisher ? words.withoutPublisher(publisher) : words.withoutDocument,
  );
}

export function claimItem(claim, { state, go, plain }) {
  const about = [
    texts.modality(claim.modality),
    claim.attributedTo && words.said(claim.attributedTo.name),
    claim.role && words.role(claim.role),
    claim.share !== null && words.share(claim.share),
    claim.date && words.happened(claim.date),
    (claim.validFrom || claim.validTo) && words.valid(claim.validFrom, claim.validTo),
    claim.extractor === "given" ? words.given : words.read(claim.extractor, claim.confidence),
    words.words(claim.predicate),
  ].filter(Boolean);
  return h(
    "li",
    { class: "claim" },
    h("blockquote", {}, marked(claim)),
    source(claim),
    h("p", { class: "about" }, about.map((part) => h("span", {}, part))),
    plain ? null : without(claim, state, go),
  );
}

function relationPart(relation, tools) {
  const claims = relation.claims.nodes;
  const stating = claims.filter((claim) => !AGAINST.includes(claim.modality));
  const against = claims.filter((claim) => AGAINST.includes(claim.modality));
  const hidden = relation.claims.totalCount - claims.length;
  return h(
    "section",
    { class: "hop" },
    h("h3", {}, h("span", {}, relation.subject.name), h("em", {}, ` ${texts.relationWithStatus(relation)} `), h("span", {}, relation.object.name)),
    h(
      "p",
      { class: "confidence" },
      h("meter", { min: 0, max: 1, value: relation.confidence, "aria-label": words.confidence(relation.confidence) }),
      h("strong", {}, words.confidence(relation.confidence)),
      h("span", {}, words.why(relation)),
    ),
    stating.length && against.length ? h("p", { class: "contradicted" }, words.contradicted) : null,
    h("ol", { class: "claims" }, stating.map((claim) => claimItem(claim, tools))),
    against.length ? [h("h4", {}, words.against), h("ol", { class: "claims against" }, against.map((claim) => claimItem(claim, tools)))] : null,
    hidden > 0 ? h("p", { class: "about" }, words.more(hidden)) : null,
  );
}

/** Relations by id with their claims. */
export async function evidenceOf(ids, { signal, first = CLAIMS } = {}) {
  const found = [];
  for (let at = 0; at < ids.length; at += 100) {
    const { nodes } = await ask("explore-evidence", { ids: ids.slice(at, at + 100), first }, { signal });
    found.push(...nodes.filter(Boolean));
  }
  return new Map(found.map((relation) => [relation.id, relation]));
}

function relationsOf(model, selected) {
  const what = selected.slice(2);
  if (selected.startsWith("p:")) return model.paths.find((path) => path.id === what)?.hops.flatMap((hop) => hop.relations) ?? [];
  if (selected.startsWith("l:")) return model.links.get(what)?.relations ?? [];
  return [];
}

function entityCard(node, marks, { state, go }) {
  const mark = marks.get(`n:${node.id}`);
  const to = (text, changes) => h("button", { type: "button", onclick: () => go(change(state, { selected: "", opened: [], avoid: [], ...changes })) }, text);
  const gone = state.avoid.includes(node.id);
  const imagined = ["tie", "supply", "connect", "changes"].includes(state.ask) && !state.of.includes(node.id);
  return h(
    "section",
    { class: "card" },
    h("p", { class: "eyebrow" }, texts.entityType(node.type)),
    h("h3", {}, node.name),
    mark?.listed?.length ? h("p", { class: "listed-by" }, words.listedBy(mark.listed.join(", "))) : null,
    mark?.cutsOff ? h("p", {}, words.cutsOff(mark.cutsOff)) : null,
    h(
      "p",
      { class: "acts" },
      imagined && h("button", { type: "button", class: "main", onclick: () => go(change(state, { avoid: toggled(state.avoid, node.id), selected: "" })) }, gone ? words.back(node.name) : words.gone(node.name)),
      to(words.page, { ask: "entity", of: [node.id] }),
      to(words.exposure, { ask: "exposure", of: [node.id] }),
      to(words.supply, { ask: "supply", of: [node.id] }),
      to(words.askFrom, { ask: "tie", of: [node.id] }),
    ),
  );
}

/** Fill `root` with what is behind the selection; what is asked for later gives way to `signal`. */
export async function showEvidence(root, { state, model, marks, selected, signal }, go) {
  const tools = { state, go };
  const heading = h("h2", {}, words.heading);
  const node = selected.startsWith("n:") ? model.nodes.get(selected.slice(2)) : undefined;
  if (node !== undefined && !node.group) {
    put(root, heading, entityCard(node, marks, tools));
    root.dataset.ready = selected;
    return;
  }
  const ids = relationsOf(model, selected).map((relation) => relation.id);
  if (ids.length === 0) {
    put(root, heading, h("p", { class: "hint" }, words.none));
    root.dataset.ready = selected;
    return;
  }
  root.setAttribute("aria-busy", "true");
  put(root, heading, h("p", { class: "hint" }, words.loading));
  const found = await evidenceOf(ids, { signal });
  put(root, heading, ids.filter((id) => found.has(id)).map((id) => relationPart(found.get(id), tools)), h("p", { class: "hint" }, words.notTruth));
  root.removeAttribute("aria-busy");
  root.dataset.ready = selected;
}
