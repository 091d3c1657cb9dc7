/** What narrows an answer. Each choice tells how many of the answers on screen it would leave, beside the other choices made. */

import { h, put } from "./dom.js";
import { LIVE, countriesIn, left, places, publishers, publishersIn } from "./facets.js";
import { applies } from "./questions.js";
import { change, isFiltered, toggled, unfiltered } from "./state.js";
import { nameField } from "./names.js";
import { texts } from "./texts.js";
import { familyNames, modalities } from "./vocabulary.js";

const MOST_CHOICES = 12;
const DAY_MS = 86_400_000;
/** Years back of the days that can be asked for by one click. */
const YEARS_BACK = [0, 1, 3, 5];

const dayBack = (years) => new Date(Date.now() - years * 365.25 * DAY_MS).toISOString().slice(0, 10);

/** Fills `root` with one popover for each kind of filter, and a chip for each filter that is on. */
export function filters(root, { move, go, named, nameOf, fail }) {
  let state = null;
  let base = null;
  let ends = new Set();
  const bar = h("div", { class: "filter-bar" });
  const chips = h("div", { class: "chips" });
  put(root, bar, chips);
  let opened = "";

  const { filters: words } = texts;
  const set = (changes) => move({ ...changes, selected: "" });

  /** How many answers are left with these choices beside the others. */
  function tell(changes) {
    if (base === null) return null;
    const { many, of, bound } = left(base, change(state, changes), ends);
    return h("span", { class: "leaves" }, words.leaves(many, of, words.bounds[bound]));
  }

  const counted = () => base !== null && h("p", { class: "hint" }, words.counted);

  /** Choices that the answer itself tells, once they are known: `asks` gives them or a promise of them. */
  function coming(asks, choices) {
    if (base === null) return null;
    const known = asks(base);
    if (!(known instanceof Promise)) return choices(known);
    const list = h("p", { class: "hint", role: "status" }, texts.loading);
    known.then((found) => list.replaceWith(...choices(found)), (error) => { list.remove(); fail(error); });
    return list;
  }

  function tick(text, checked, act, about) {
    return h("label", { class: "tick" }, h("input", { type: "checkbox", checked, onchange: act }), h("span", {}, text), about);
  }

  function pick(name, text, checked, act, about) {
    return h("label", { class: "tick" }, h("input", { type: "radio", name, checked, onchange: act }), h("span", {}, text), about);
  }

  /** Ticking works as "only these"; nothing ticked and everything ticked are the same. */
  function only(field, choices, usual, one) {
    const given = state[field].length ? state[field] : usual;
    const next = toggled(given, one);
    const same = next.length === usual.length && usual.every((choice) => next.includes(choice));
    set({ [field]: same || next.length === 0 ? [] : choices.filter((choice) => next.includes(choice)) });
  }

  const bodies = {
    families: () => {
      const all = familyNames();
      const given = state.families.length ? state.families : all;
      return all.map((family) =>
        tick(texts.family(family), given.includes(family), () => only("families", all, all, family), tell({ families: [family] })),
      );
    },
    modalities: () => {
      const all = modalities().map((one) => one.modality);
      // What was said of one entity is told whatever its modality.
      const usual = applies(state, "confidence") ? LIVE : all;
      const given = state.modalities.length ? state.modalities : usual;
      return modalities().map(({ modality, meaning }) =>
        h("div", { title: meaning }, tick(texts.modality(modality), given.includes(modality), () => only("modalities", all, usual, modality), tell({ modalities: [modality] }))),
      );
    },
    confidence: () =>
      [0, 0.3, 0.5, 0.7, 0.8, 0.9, 1].map((least) =>
        pick("least-confidence", least ? words.atLeast(least) : words.any, state.confidence === least, () => set({ confidence: least }), tell({ confidence: least })),
      ),
    sources: () => [
      [0, 2, 3, 5].map((least) =>
        pick("least-sources", least ? words.atLeastSources(least) : words.any, state.sources === least, () => set({ sources: least }), tell({ sources: least })),
      ),
      coming(publishers, (behind) => {
        const names = publishersIn(behind).slice(0, MOST_CHOICES);
        return [
          ...(names.length ? [h("h3", {}, words.publishers)] : []),
          ...names.map((name) => tick(words.without(name), state.publishers.includes(name), () => set({ publishers: toggled(state.publishers, name) }), tell({ publishers: [...new Set([...state.publishers, name])] }))),
        ];
      }),
    ],
    countries: () => [
      coming(places, (lying) =>
        countriesIn(lying).slice(0, MOST_CHOICES).map((one) => {
          named(one);
          return tick(one.name, state.countries.includes(one.id), () => set({ countries: toggled(state.countries, one.id) }), tell({ countries: [one.id] }));
        }),
      ),
      nameField({
        label: words.countriesHint,
        choose: (entity) => {
          if (entity === null) return;
          named(entity);
          set({ countries: [...new Set([...state.countries, entity.id])] });
        },
        fail,
      }).element,
    ],
    time: () => [
      ["", ...YEARS_BACK.map(dayBack)].map((day) => pick("held-on", day === "" ? words.anyDay : words.heldOn(day), state.at === day, () => set({ at: day }), tell({ at: day }))),
      date(words.held, "at"),
      applies(state, "known") && date(words.known, "known"),
      tick(words.dated, state.dated !== "", () => set({ dated: state.dated ? "" : "yes" }), tell({ dated: "yes" })),
    ],
  };

  function date(label, field) {
    return h("label", { class: "choice" }, h("span", {}, label), h("input", { type: "date", value: state[field].slice(0, 10), onchange: (event) => set({ [field]: event.target.value }) }));
  }

  const summaries = {
    families: () => (state.families.length ? state.families.map(texts.family).join(", ") : words.all),
    modalities: () => (state.modalities.length ? state.modalities.map(texts.modality).join(", ") : applies(state, "confidence") ? words.live : words.all),
    confidence: () => (state.confidence ? words.atLeast(state.confidence) : words.any),
    sources: () => (state.sources ? words.atLeastSources(state.sources) : words.any),
    countries: () => (state.countries.length ? state.countries.map(nameOf).join(", ") : words.any),
    time: () => [state.at && words.heldOn(state.at), state.known && words.knownBy(state.known.slice(0, 10))].filter(Boolean).join(", ") || words.any,
  };

  /** What a popover holds. Filters that are on may need to be asked for before they can be counted. */
  function body(name) {
    const from = base;
    const waiting = base === null ? [] : [state.countries.length > 0 && places(base), state.publishers.length > 0 && publishers(base)].filter((one) => one instanceof Promise);
    if (waiting.length) Promise.all(waiting).then(() => { if (base === from) redraw(); }, fail);
    return [bodies[name](), counted()];
  }

  function popover(name) {
    const details = h(
      "details",
      { class: "popover", "data-filter": name, open: opened === name },
      h("summary", {}, h("span", { class: "what" }, words[name]), h("span", { class: "how" }, summaries[name]())),
      h("div", { class: "panel", role: "group", "aria-label": words[name] }, opened === name && body(name)),
    );
    details.addEventListener("toggle", () => {
      if (details.open) {
        opened = name;
        if (!details.querySelector(".panel").hasChildNodes()) put(details.querySelector(".panel"), body(name));
        for (const other of bar.querySelectorAll("details[open]")) if (other !== details) other.open = false;
      } else if (opened === name) opened = "";
    });
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !details.open) return;
      details.open = false;
      details.querySelector("summary").focus();
    });
    return details;
  }

  function chip(text, changes) {
    return h("button", { type: "button", class: "chip", "aria-label": words.remove(text), onclick: () => set(changes) }, text, h("span", { "aria-hidden": "true" }, " ×"));
  }

  function draw() {
    put(bar, h("span", { class: "bar-title", id: "filters-title" }, words.heading), Object.keys(bodies).filter((name) => applies(state, name)).map(popover));
    put(
      chips,
      state.families.length > 0 && chip(`${words.families}: ${summaries.families()}`, { families: [] }),
      state.modalities.length > 0 && chip(`${words.modalities}: ${summaries.modalities()}`, { modalities: [] }),
      state.confidence > 0 && chip(`${words.confidence} ${summaries.confidence()}`, { confidence: 0 }),
      state.sources > 0 && chip(`${words.sources} ${summaries.sources()}`, { sources: 0 }),
      state.countries.map((id) => chip(nameOf(id), { countries: state.countries.filter((one) => one !== id) })),
      state.at !== "" && chip(words.heldOn(state.at), { at: "" }),
      state.known !== "" && chip(words.knownBy(state.known.slice(0, 10)), { known: "" }),
      state.dated !== "" && chip(words.dated, { dated: "" }),
      state.avoid.map((id) => chip(words.ifGone(nameOf(id)), { avoid: state.avoid.filter((one) => one !== id) })),
      state.publishers.map((name) => chip(words.without(name), { publishers: state.publishers.filter((one) => one !== name) })),
      state.documents.map((id) => chip(words.withoutDocument, { documents: state.documents.filter((one) => one !== id) })),
      isFiltered(state) && h("button", { type: "button", class: "plain", onclick: () => go(change(unfiltered(state), { selected: "" })) }, words.reset),
    );
  }

  document.addEventListener("pointerdown", (event) => {
    for (const details of bar.querySelectorAll("details[open]")) if (!details.contains(event.target)) details.open = false;
  });

  function redraw() {
    const inside = bar.contains(document.activeElement) ? focusPath(bar) : null;
    draw();
    if (inside !== null) bar.querySelector(`details[data-filter="${inside.name}"]`)?.querySelectorAll("summary, input")[inside.place]?.focus();
  }

  return {
    /** `model`: the unfiltered answer, or null; `ids`: the entities that it is about. */
    update(next, model, ids) {
      [state, base, ends] = [next, model, new Set(ids)];
      redraw();
    },
  };
}

function focusPath(bar) {
  const details = document.activeElement.closest("details");
  if (details === null || !bar.contains(details)) return null;
  return { name: details.dataset.filter, place: [...details.querySelectorAll("summary, input")].indexOf(document.activeElement) };
}

