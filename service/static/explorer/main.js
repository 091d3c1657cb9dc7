/** Brings the parts together: the address says what is shown, and every change goes through it. */

import { Refused, Unreachable, ask, version } from "./api.js";
import { composer } from "./composer.js";
import { debounce, h, put } from "./dom.js";
import { SMALLEST, draw, show } from "./drawing.js";
import { showFacts, showOwnership, showRelations, showSameAs, showTimeline } from "./entity.js";
import { showEvidence } from "./evidence.js";
import { filters } from "./filters.js";
import { keepMenu } from "./keep.js";
import { folded } from "./model.js";
import { answer, beside, isWhole, meaningful } from "./questions.js";
import { markResults, showResults } from "./results.js";
import { change, format, isFiltered, parse, question, toggled, unfiltered } from "./state.js";
import { showRuns } from "./runs.js";
import { showRuler } from "./ruler.js";
import { showStatus } from "./status.js";
import { texts } from "./texts.js";
import { theme } from "./theme.js";
import { learn } from "./vocabulary.js";
import { remember, showWelcome } from "./welcome.js";

const MOST_IN_LAYER = 12;
/** Entities whose statements the ruler of time counts. */
const MOST_DATED = 100;
const WATCH_MS = 5000;

const view = document.getElementById("view");
const notice = document.getElementById("notice");
const names = new Map();
const shown = { key: "", state: null, found: null, base: null, model: null, marks: new Map(), svg: null, graph: 0 };
const parts = {};
let current = meaningful(parse(location.search));
let stop = new AbortController();
let started = null;
let wanted = "";

const nameOf = (id) => names.get(id) ?? id;
const named = (entity) => names.set(entity.id, entity.name);

/** Go to another state: a new entry of the history, unless the address stays the same. */
function go(next, { replace = false, focus } = {}) {
  const address = format(next);
  if (address !== format(current)) history[replace ? "replaceState" : "pushState"](null, "", address);
  wanted = focus ?? "";
  render(next).then(refocus);
}

/** Focus what was to be focused, once it is there. */
function refocus() {
  const element = wanted === "" ? null : document.querySelector(wanted);
  element?.focus();
  if (element !== null) wanted = "";
}

function fail(error) {
  if (error.name === "AbortError") return;
  if (error instanceof Unreachable) watch.lost(error.message);
  else if (error instanceof Refused) showRefusal(error);
  else throw error;
}

function showRefusal(error) {
  const close = error.close.map((name) => (typeof name === "string" ? name : name.name ?? name.id));
  view.className = "";
  put(
    view,
    h(
      "section",
      { class: "problem", role: "alert" },
      h("h1", {}, texts.problems.heading),
      h("p", {}, error.message),
      error.hint && h("p", { class: "hint" }, error.hint),
      close.length > 0 && h("p", { class: "acts" }, texts.problems.close, " ", close.map((name) => h("button", { type: "button", onclick: () => go(change(current, { of: current.of.map((id) => (error.message.includes(id) ? name : id)) })) }, name))),
    ),
  );
  shown.key = "";
}

/** What the service tells once: the vocabulary, the limits. Asked again after a failure. */
function start() {
  started ??= ask("explore-start").then(
    (told) => {
      learn(told);
      shown.graph = told.graphVersion;
    },
    (error) => {
      started = null;
      throw error;
    },
  );
  return started;
}

async function render(given) {
  const state = meaningful(given);
  const asks = question(state);
  const before = current;
  current = state;
  stop.abort();
  stop = new AbortController();
  if (asks === shown.key && isWhole(state)) {
    view.removeAttribute("aria-busy");
    parts.composer.update(state);
    look(state, shown.state ?? before);
    return;
  }
  const { signal } = stop;
  view.setAttribute("aria-busy", "true");
  try {
    const begun = start();
    parts.composer.update(state);
    // A question of relation families needs the vocabulary, others are asked beside it.
    if (!isWhole(state) || state.families.length > 0) await begun;
    if (state.ask === "loads") {
      view.className = "";
      shown.key = "";
      await showRuns(view, { signal, fail });
      document.title = `${texts.loads} · ${texts.title}`;
      return;
    }
    if (!isWhole(state)) {
      await showWelcome(view, { version: shown.graph, state }, go);
      view.className = "";
      shown.key = "";
      document.title = texts.title;
      return;
    }
    const [found, base] = await Promise.all([answer(state, { signal }), isFiltered(state) ? answer(unfiltered(state), { signal }) : null, nameAll(state, signal), begun]);
    if (signal.aborted) return;
    watch.seen(found.report?.graphVersion);
    if (state.version > 0 && found.report && found.report.graphVersion !== state.version) {
      put(notice, h("p", { class: "newer" }, texts.problems.older(state.version, found.report.graphVersion)));
    }
    Object.assign(shown, { key: asks, state, found, base });
    for (const one of [...found.ends, ...(found.model?.nodes.values() ?? [])]) if (one.name) named(one);
    frame(state);
    look(state, null);
    parts.composer.update(state);
    document.title = `${words(state)} · ${texts.title}`;
    remember(state, words(state));
  } catch (error) {
    fail(error);
  } finally {
    if (!signal.aborted) view.removeAttribute("aria-busy");
  }
}

/** The question in a few words. */
const words = (state) => `${texts.kinds[state.ask]}: ${state.of.map(nameOf).join(" – ")}`;

/** Names of what the address holds ids of. */
async function nameAll(state, signal) {
  const unknown = [...state.of, ...state.avoid, ...state.countries].filter((id) => !names.has(id));
  if (unknown.length === 0) return;
  const { nodes } = await ask("explore-entities", { ids: unknown }, { signal });
  nodes.filter(Boolean).forEach(named);
}

/** The frame of an answer, new for each question. */
function frame(state) {
  const { found } = shown;
  for (const name of ["head", "status", "filters", "keep", "canvas", "ruler", "results", "evidence"]) parts[name] = h("div", { class: name });
  parts.evidence = h("aside", { class: "evidence", "aria-label": texts.evidence.heading, tabindex: -1 });
  parts.status.setAttribute("role", "status");
  parts.narrowing = filters(parts.filters, { move, go, named, nameOf, fail });
  view.className = "answer";
  if (found.entity === null) {
    showRefusal(new Refused({ message: texts.entity.missing(nameOf(state.of[0])) }));
    return;
  }
  const drawn = found.model !== null;
  put(view, h("div", { class: "main" }, parts.head, parts.status, h("div", { class: "tools" }, parts.filters, parts.keep), drawn && parts.canvas, parts.ruler, parts.results), drawn && parts.evidence);
  if (!found.entity) put(parts.head, h("h1", { class: "unseen" }, words(state)));
  if (found.entity) showFacts(parts.head, { state, ...found }, go);
  if (!drawn) {
    view.className = "answer plain-answer";
    keepMenu(parts.keep, taken, fail);
    parts.narrowing.update(state, (shown.base ?? found).counted, state.of);
    showTimeline(parts.results, found, { state, go });
    return;
  }
  keepMenu(parts.keep, taken, fail);
  const ids = [...(shown.base ?? found).model.nodes.keys()].slice(0, MOST_DATED);
  if (found.report) showRuler(parts.ruler, { state, ids, signal: stop.signal }, move).then(() => refocus(), fail);
  parts.narrowing.update(state, shown.base?.model ?? found.model, found.ends.map((one) => one.id));
}

/** What there is to be taken along at this moment. */
const taken = () => ({
  state: current,
  found: shown.found,
  svg: shown.drawing?.svg,
  title: words(current),
  verdict: parts.status.querySelector(".verdict")?.textContent ?? "",
  filters: [...parts.filters.querySelectorAll(".chip")].map((chip) => chip.firstChild.textContent).join(" · "),
});

/** Everything that depends on what is looked at: selection, tabs, opened groups. */
function look(state, before) {
  shown.state = state;
  const { found, base } = shown;
  if (found.model === null || found.entity === null) return;
  const kept = new Set(found.ends.map((one) => one.id));
  const fold = (model) => folded(model, { most: MOST_IN_LAYER, opened: state.opened, kept });
  shown.model = fold(found.model);
  const chosen = selection(state);
  if (before === null || !sameList(before.opened, state.opened)) {
    const under = base === null ? null : fold(base.model);
    drawInto(shown.model, under, found.marks);
    if (found.report) {
      const ghosts = under === null ? 0 : [...under.nodes.keys()].filter((id) => !shown.model.nodes.has(id)).length;
      showStatus(parts.status, { state, ...found, ghosts }, go);
    }
  }
  if (before === null || before.view !== state.view || before.sort !== state.sort) {
    if (found.entity) {
      showRelations(parts.results, found, { choose });
      const [owners, same, timeline] = [h("section", {}), h("section", {}), h("section", {})];
      parts.results.append(owners, same, timeline);
      const asks = beside(found.entity.id, found.entity.type);
      if (asks["explore-ownership"]) showOwnership(owners, { asks: asks["explore-ownership"], state }, go).catch(fail);
      showSameAs(same, { asks: asks["explore-same-as"], state }, go).catch(fail);
      showTimeline(timeline, { asks: asks["explore-timeline"] }, { state, go }).catch(fail);
    } else showResults(parts.results, { state, ...found }, { choose, move });
  }
  light(null);
  markResults(parts.results, found.model, chosen);
  showEvidence(parts.evidence, { state, model: found.model, marks: found.marks, selected: chosen, signal: stop.signal }, go).catch(fail);
}

const sameList = (a, b) => a.length === b.length && a.every((one, place) => one === b[place]);

/** What is selected: what the address says, else the best path, else what there is. */
function selection(state) {
  const { model, ends } = shown.found;
  if (state.selected !== "") return state.selected;
  if (model.paths.some((path) => path.hops.length > 0)) return `p:${model.paths.find((path) => path.hops.length > 0).id}`;
  if (shown.found.entity) return "";
  if (model.links.size > 0) return `l:${[...model.links.keys()][0]}`;
  return ends.length > 0 ? `n:${ends[0].id}` : "";
}

/** Go on from here with some fields changed. */
const move = (changes, how) => go(change(current, changes), how);

function choose(key) {
  if (key.startsWith("g:")) go(change(current, { opened: toggled(current.opened, key.slice(2)) }));
  else go(change(current, { selected: key }));
}

function drawInto(model, base, marks) {
  const links = model.links.size;
  const describe = texts.drawing.describe(model.nodes.size, links);
  shown.drawing = draw({ model, base, marks, room: room(), describe, choose, hover: light, leave: () => parts.results.querySelector("button")?.focus() });
  const scroll = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": texts.drawing.region }, shown.drawing.svg);
  const button = (text, act) => h("button", { type: "button", onclick: act }, text);
  put(
    parts.canvas,
    scroll,
    h(
      "div",
      { class: "canvas-foot" },
      h("span", { class: "keys" }, texts.drawing.keys),
      h("span", { class: "legend" }, texts.drawing.legend),
      h("span", { class: "zoom" }, button(texts.drawing.smaller, () => scale(shown.scale / 1.25)), button(texts.drawing.fit, fit), button(texts.drawing.larger, () => scale(shown.scale * 1.25))),
    ),
  );
  fit();
}

function scale(to) {
  const { places, svg } = shown.drawing;
  shown.scale = Math.min(3, Math.max(0.3, to));
  svg.setAttribute("width", Math.round(places.width * shown.scale));
  svg.setAttribute("height", Math.round(places.height * shown.scale));
}

/** Pixels from left to right that a drawing may fill. */
const room = () => view.querySelector(".main").clientWidth - 4;

/** As large as fits, but never too small to read. */
function fit() {
  const { places } = shown.drawing;
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  scale(Math.max(SMALLEST, Math.min(room() / places.width, 1.15 * rem)));
}

/** Light all paths through `key`; null: through what is selected. */
function light(key) {
  const { model, state } = shown;
  if (shown.drawing === undefined) return;
  const chosen = selection(state);
  const about = key ?? (state.selected || null) ?? chosen;
  const lit = new Set();
  if (about) {
    const wanted = about.startsWith("g:") ? `n:${about.slice(2)}` : about;
    for (const path of model.pathsThrough(wanted)) {
      path.nodes.forEach((id) => lit.add(model.nodes.get(id)?.group ? `g:${id}` : `n:${id}`));
      path.hops.forEach((hop) => lit.add(`l:${hop.key}`));
    }
    if (model.paths.length === 0 && about.startsWith("n:")) {
      for (const link of model.links.values()) {
        if (link.a !== about.slice(2) && link.b !== about.slice(2)) continue;
        lit.add(`l:${link.key}`).add(`n:${link.a}`).add(`n:${link.b}`);
      }
    }
  }
  const dim = lit.size > 0 && (key !== null || state.selected !== "");
  show(shown.drawing.svg, { selected: chosen, lit, dim });
}

/** Tells when the service is gone or the graph has changed, and asks again once it answers. */
const watch = {
  failing: false,
  timer: 0,
  lost(reason) {
    this.failing = true;
    put(notice, h("p", { class: "offline" }, texts.problems.offline(WATCH_MS / 1000), reason && h("span", { class: "hint" }, ` ${texts.problems.reason(reason)}`)));
    this.later();
  },
  seen(graph) {
    if (graph !== undefined && graph !== null) shown.graph = graph;
    // That the service is back stays to be read until the next look, however fast the answer.
    if (!this.failing && !notice.querySelector(".online")) put(notice);
  },
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), WATCH_MS);
  },
  async look() {
    try {
      const now = document.hidden ? shown.graph : await version();
      if (this.failing) {
        this.failing = false;
        put(notice, h("p", { class: "online" }, texts.problems.back));
        if (!isWhole(current) || shown.key === "" || shown.key !== question(current)) render(current);
      } else if (notice.querySelector(".online")) {
        put(notice);
      }
      if (now !== shown.graph && shown.graph !== 0) {
        put(notice, h("p", { class: "newer" }, texts.problems.newer(now), " ", h("button", { type: "button", onclick: () => { shown.key = ""; put(notice); render(current); } }, texts.problems.refresh)));
      }
      this.later();
    } catch (error) {
      this.lost(error.message);
    }
  },
};

parts.composer = composer(document.getElementById("ask"), { go, named, nameOf, fail });
theme(document.getElementById("theme"));
for (const element of document.querySelectorAll("[data-text]")) element.textContent = texts[element.dataset.text];
for (const element of document.querySelectorAll("a[data-home]")) {
  element.addEventListener("click", (event) => {
    event.preventDefault();
    go(parse(""));
  });
}
document.querySelector("a[data-loads]").addEventListener("click", (event) => {
  event.preventDefault();
  go(change(parse(""), { ask: "loads" }));
});
addEventListener("popstate", () => render(parse(location.search)));
addEventListener("resize", debounce(() => {
  if (shown.drawing === undefined || shown.key === "") return;
  look(current, null);
}, 150));
render(current);
watch.later();
