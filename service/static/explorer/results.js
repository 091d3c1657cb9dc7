/** The same answer as a list of sentences and as a table of relations; both share the selection of the drawing. */

import { h, put } from "./dom.js";
import { touches } from "./model.js";
import { texts } from "./texts.js";
import { isSymmetric } from "./vocabulary.js";

/** "Intel —tested→ ACM Research": the entities and relations of a path, each to be chosen. */
export function chain(path, choose) {
  const entity = (one) => h("button", { type: "button", class: "in-chain entity", "data-key": `n:${one.id}`, onclick: () => choose(`n:${one.id}`) }, one.name);
  return h(
    "span",
    { class: "chain" },
    path.hops.length === 0 ? null : entity(path.hops[0].from),
    path.hops.map((hop) => [
      h(
        "button",
        { type: "button", class: "in-chain relation", "data-key": `l:${hop.key}`, onclick: () => choose(`l:${hop.key}`) },
        hop.relations.slice(0, 2).map((relation, place) => [place ? ", " : "", arrowed(relation, hop.from.id)]),
        hop.relations.length > 2 ? `, ${texts.more(hop.relations.length - 2)}` : "",
      ),
      entity(hop.to),
    ]),
  );
}

function arrowed(relation, from) {
  const word = texts.relationWithStatus(relation);
  if (isSymmetric(relation.type)) return `– ${word} –`;
  return relation.subject.id === from ? `${word} →` : `← ${word}`;
}

function pathHeading(path, place) {
  const { results: words } = texts;
  if (path.kind !== undefined) {
    const listed = words.listedBy([...new Set(path.listed.map((one) => one.subject.name))].join(", "));
    return [h("strong", {}, path.reached.name), ` · ${words.kindsOfTie[path.kind]} · ${listed}`];
  }
  if (path.tier !== undefined) return [h("strong", {}, path.reached.name), ` · ${words.tier(path.tier)}`];
  const became = path.became && path.became !== "kept" ? h("span", { class: `became ${path.became}` }, texts.became[path.became]) : null;
  return [words.pathHeading(place + 1, path), became];
}

const MOST_LISTED = 60;

function list(model, choose) {
  if (model.paths.length === 0) {
    return h(
      "ol",
      { class: "paths" },
      [...model.links.values()].map((link) =>
        h("li", {}, link.relations.map((relation) => h("button", { type: "button", class: "in-chain relation", "data-key": `l:${link.key}`, onclick: () => choose(`l:${link.key}`) }, texts.sentenceOf(relation)))),
      ),
    );
  }
  return h(
    "ol",
    { class: "paths" },
    model.paths.slice(0, MOST_LISTED).map((path, place) =>
      h(
        "li",
        { "data-path": path.id },
        h("button", { type: "button", class: "path-heading", "data-key": `p:${path.id}`, onclick: () => choose(`p:${path.id}`) }, pathHeading(path, place)),
        path.hops.length ? chain(path, choose) : null,
      ),
    ),
  );
}

const COLUMNS = {
  path: (row) => row.path,
  subject: (row) => row.relation.subject.name,
  relation: (row) => texts.relation(row.relation.type),
  object: (row) => row.relation.object.name,
  status: (row) => texts.modality(row.relation.status),
  confidence: (row) => row.relation.confidence,
  sources: (row) => row.relation.sourceCount,
  first: (row) => row.relation.firstSeen ?? "",
  last: (row) => row.relation.lastSeen ?? "",
};
const NUMBERS = ["path", "confidence", "sources"];

/** Every relation of the answer with the paths it lies on. */
export function rows(model) {
  const found = new Map();
  model.paths.forEach((path, place) => {
    for (const hop of path.hops) {
      for (const relation of hop.relations) {
        const key = relation.id;
        if (!found.has(key)) found.set(key, { relation, key: hop.key, path: place + 1 });
      }
    }
  });
  for (const link of model.links.values()) {
    for (const relation of link.relations) if (!found.has(relation.id)) found.set(relation.id, { relation, key: link.key, path: "" });
  }
  return [...found.values()];
}

export function sorted(table, sort) {
  const [column, way] = sort.split(":");
  if (!(column in COLUMNS)) return table;
  const of = COLUMNS[column];
  const order = way === "down" ? -1 : 1;
  const compare = (one, other) => (typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other), "en"));
  return [...table].sort((one, other) => order * compare(of(one), of(other)));
}

function table(model, state, choose, move) {
  const { results: words } = texts;
  const [by, way] = state.sort.split(":");
  const heading = (column) => {
    const next = by === column && way !== "down" ? `${column}:down` : column;
    const sort = by === column ? (way === "down" ? "descending" : "ascending") : "none";
    return h(
      "th",
      { scope: "col", "aria-sort": sort, class: NUMBERS.includes(column) ? "number" : null },
      h("button", { type: "button", onclick: () => move({ sort: next }) }, words.columns[column], h("span", { "aria-hidden": "true" }, by === column ? (way === "down" ? " ▾" : " ▴") : "")),
    );
  };
  const cell = (row, column) => {
    const value = COLUMNS[column](row);
    return h("td", { class: NUMBERS.includes(column) ? "number" : null }, column === "confidence" ? texts.percent(value) : value);
  };
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": words.caption },
    h(
      "table",
      {},
      h("caption", { class: "unseen" }, words.caption),
      h("thead", {}, h("tr", {}, Object.keys(COLUMNS).map(heading))),
      h(
        "tbody",
        {},
        sorted(rows(model), state.sort).map((row) =>
          h(
            "tr",
            { "data-key": `l:${row.key}`, onclick: () => choose(`l:${row.key}`) },
            Object.keys(COLUMNS).map((column) =>
              column === "relation"
                ? h("td", {}, h("button", { type: "button", class: "in-chain relation", onclick: () => choose(`l:${row.key}`) }, COLUMNS.relation(row)))
                : cell(row, column),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Choke points and what falls with what is imagined gone, beside a chain of supply. */
function chokePoints(found, state, choose) {
  const { results: words } = texts;
  const part = (title, body) => h("section", { class: "points" }, h("h2", {}, title), body);
  return [
    found.chokePoints.length > 0 &&
      part(
        words.chokePoints,
        h(
          "ul",
          {},
          found.chokePoints.map((point) =>
            h("li", {}, h("button", { type: "button", class: "in-chain entity", "data-key": `n:${point.entity.id}`, onclick: () => choose(`n:${point.entity.id}`) }, point.entity.name), ` ${words.chokePoint(point.cutOff.map((one) => one.name).join(", "))}`),
          ),
        ),
      ),
    found.singleCountryInputs.length > 0 &&
      part(words.single, h("ul", {}, found.singleCountryInputs.map((input) => h("li", {}, h("strong", {}, input.entity.name), `: ${words.singleCountry(input.country.name, input.producers)}`)))),
    state.avoid.length > 0 && part(words.lost, h("p", {}, found.cutOff.length ? found.cutOff.map((one) => one.name).join(", ") : words.nothingLost)),
  ];
}

export function showResults(root, { state, model, chokePoints: points }, { choose, move }) {
  const { results: words } = texts;
  const tab = (view, text) =>
    h("button", { type: "button", role: "tab", id: `tab-${view}`, "aria-selected": String(state.view === view), "aria-controls": "results-panel", tabindex: state.view === view ? 0 : -1, onclick: () => move({ view }) }, text);
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": words.heading }, tab("list", words.list), tab("table", words.table));
  tabs.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") move({ view: state.view === "list" ? "table" : "list" }, { focus: "[role=tab][aria-selected=true]" });
  });
  put(
    root,
    points ? h("div", { class: "point-row" }, chokePoints(points, state, choose)) : null,
    tabs,
    h("div", { id: "results-panel", role: "tabpanel", "aria-labelledby": `tab-${state.view}` }, state.view === "table" ? table(model, state, choose, move) : list(model, choose)),
  );
}

/** Mark what is selected, and the paths through it. */
export function markResults(root, model, selected) {
  for (const element of root.querySelectorAll("[data-key]")) {
    const chosen = element.dataset.key === selected;
    element.classList.toggle("selected", chosen);
    if (element.matches("button")) element.setAttribute("aria-pressed", String(chosen));
  }
  const through = new Set(selected ? model.paths.filter((path) => touches(path, selected)).map((path) => path.id) : []);
  for (const item of root.querySelectorAll("[data-path]")) item.classList.toggle("through", through.has(item.dataset.path));
}
