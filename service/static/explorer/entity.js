/** An entity's page: names, who lists it, facts in words, relations by family, sources, where sources differ, what was said when. */

import { ask } from "./api.js";
import { h, put } from "./dom.js";
import { claimItem } from "./evidence.js";
import { change } from "./state.js";
import { texts } from "./texts.js";
import { familyNames, familyOf } from "./vocabulary.js";

const { entity: words } = texts;

/** The head of the page: what it is called, what it is, who lists it. */
export function showFacts(root, { state, entity, neighbors, publishers }, go) {
  const to = (text, changes) => h("button", { type: "button", onclick: () => go(change(state, { selected: "", opened: [], ...changes })) }, text);
  const countries = neighbors.groups.filter((group) => group.by === "COUNTRY").slice(0, 6);
  put(
    root,
    h("p", { class: "eyebrow" }, texts.entityType(entity.type)),
    h("h1", {}, entity.name),
    entity.aliases.length > 0 && h("p", { class: "aliases" }, h("span", {}, words.aliases), " ", entity.aliases.join(" · ")),
    entity.listed.length > 0 &&
      h("p", { class: "listed-by" }, texts.evidence.listedBy(entity.listed.map((one) => (one.validFrom ? `${one.subject.name} (${one.validFrom})` : one.subject.name)).join(", "))),
    h(
      "p",
      { class: "acts" },
      to(texts.evidence.askFrom, { ask: "tie", of: [entity.id] }),
      to(texts.evidence.exposure, { ask: "exposure", of: [entity.id] }),
      to(texts.evidence.supply, { ask: "supply", of: [entity.id] }),
      to(texts.kinds.changes, { ask: "changes", of: [entity.id] }),
    ),
    h(
      "dl",
      { class: "facts" },
      h("dt", {}, words.relations),
      h("dd", {}, `${texts.evidence.degree(entity.degree)}, ${words.neighbours(neighbors.totalCount)}`),
      countries.length > 0 && [h("dt", {}, words.countries), h("dd", {}, countries.map((group) => `${group.name ?? words.unknownCountry} ${group.neighbors}`).join(" · "))],
      publishers.length > 0 && [h("dt", {}, words.sources), h("dd", {}, publishers.map((one) => `${one.value ?? words.noPublisher} ${one.claims}`).join(" · "))],
    ),
  );
}

/** Relations by family, and where sources differ. */
export function showRelations(root, { model, contradictions }, { choose }) {
  const relations = [...model.links.values()].flatMap((link) => link.relations.map((relation) => ({ relation, key: link.key })));
  const sections = familyNames()
    .map((family) => [family, relations.filter(({ relation }) => familyOf(relation.type) === family)])
    .filter(([, found]) => found.length > 0);
  put(
    root,
    h("h2", {}, words.relations),
    h(
      "div",
      { class: "families" },
      sections.map(([family, found]) =>
        h(
          "section",
          { class: `family family-${family}` },
          h("h3", {}, texts.family(family), h("span", { class: "count" }, ` ${found.length}`)),
          h("ul", {}, found.map(({ relation, key }) => h("li", {}, h("button", { type: "button", class: "in-chain relation", "data-key": `l:${key}`, onclick: () => choose(`l:${key}`) }, texts.sentenceOf(relation))))),
        ),
      ),
    ),
    contradictions?.length > 0 && [
      h("h2", {}, words.contradictions),
      h(
        "ul",
        { class: "differ" },
        contradictions.map((one) =>
          h("li", {}, h("strong", {}, texts.sentenceOf(one.relation)), h("blockquote", {}, one.stating[0]?.sentence), h("blockquote", { class: "against" }, one.against[0]?.sentence)),
        ),
      ),
    ],
  );
}

/** The name of another entity, which leads to its page. */
const link = (one, state, go) => h("button", { type: "button", onclick: () => go(change(state, { of: [one.id], selected: "", opened: [] })) }, one.name);

/** Who owns a firm, as far as sources say, and whether listed parties hold half of it; nothing where no owner is recorded. */
export async function showOwnership(root, { asks, state }, go) {
  const { ownership } = await ask("explore-ownership", asks);
  if (ownership.holdings.length === 0) return;
  const firm = (one) => link(one, state, go);
  put(
    root,
    h("h2", {}, words.ownership),
    h("p", { class: `verdict verdict-${ownership.verdict}` }, words.verdicts[ownership.verdict]),
    ownership.parties.length > 0 &&
      h("ul", { class: "parties" }, ownership.parties.map((one) => h("li", {}, firm(one.entity), ` ${words.share(one)}`))),
    h(
      "ol",
      { class: "holdings" },
      ownership.holdings.map((one) => h("li", {}, firm(one.owner), ` ${words.share(one)} `, firm(one.owned), h("span", { class: "hint" }, ` ${words.basis[one.basis]}${one.date ? `, ${one.date}` : ""}`))),
    ),
  );
}

/** What was judged to be one with an entity and what not, by whom, why, and what may be one with it and waits for a judgement. */
export async function showSameAs(root, { asks, state }, go) {
  const { sameAs } = await ask("explore-same-as", asks);
  const { same } = words;
  const ends = ({ a, b }) => [a, b].filter((one) => one.id !== sameAs.entity.id).flatMap((one, place) => [place ? ` ${same.and} ` : "", link(one, state, go)]);
  const candidates = sameAs.candidates ?? [];
  put(
    root,
    h("h2", {}, same.heading),
    sameAs.judgements.length + candidates.length === 0 && h("p", { class: "hint" }, same.none),
    sameAs.judgements.length > 0 &&
      h("ul", { class: "judged" }, sameAs.judgements.map((one) => h("li", {}, h("strong", {}, same.verdicts[one.verdict]), " ", ends(one), h("span", { class: "hint" }, ` ${same.by(one.by, one.at.slice(0, 10))}`), one.reason && [" ", h("q", {}, one.reason)]))),
    candidates.length > 0 && [
      h("h3", {}, same.open),
      h("ul", { class: "candidates" }, candidates.map((one) => h("li", {}, link(one.entity, state, go), h("span", { class: "hint" }, ` ${texts.entityType(one.entity.type)} · ${same.score(one.score)}: ${one.reasons.join("; ")}`)))),
      h("p", { class: "hint" }, same.how),
    ],
  );
}

/** What was said of entities, newest first, under the days: `timeline`, or what it `asks` for. */
export async function showTimeline(root, { asks, timeline }, tools) {
  const found = timeline ?? (await ask("explore-timeline", asks)).timeline;
  put(
    root,
    h("h2", {}, words.time),
    found.nodes.length === 0 && h("p", { class: "hint" }, texts.results.noChanges),
    h(
      "ol",
      { class: "timeline" },
      found.nodes.map(({ day, claim }) =>
        h(
          "li",
          {},
          h("time", { datetime: day }, day),
          h("div", {}, h("p", { class: "said" }, texts.sentenceOf({ ...claim, status: claim.modality })), h("ol", { class: "claims" }, claimItem(claim, { ...tools, plain: true }))),
        ),
      ),
    ),
    found.pageInfo.hasNextPage && h("p", { class: "hint" }, texts.status.moreThere),
  );
}
