/** The question: its kind, its entities by name, and the few choices that its kind has. */

import { h, put } from "./dom.js";
import { nameField } from "./names.js";
import { KINDS } from "./questions.js";
import { change } from "./state.js";
import { texts } from "./texts.js";

/** Fills `root`; `go(state)` is called with each whole question, `named(entity)` with each entity chosen. */
export function composer(root, { go, named, nameOf, fail }) {
  let state = null;
  let kind = "tie";
  let slots = [];
  const form = h("form", { class: "question", "aria-label": texts.composer.label, onsubmit: (event) => event.preventDefault() });
  const kinds = h("div", { class: "kinds", role: "group", "aria-label": texts.composer.kind });
  put(root, kinds, form);

  function slotCount() {
    const [fewest, most] = KINDS[kind];
    return kind === "connect" ? Math.min(most, Math.max(3, slots.filter(Boolean).length + 1)) : kind === "changes" ? 2 : fewest;
  }

  function choose(place, entity) {
    if (entity !== null) named(entity);
    slots[place] = entity?.id ?? null;
    const filled = slots.filter(Boolean);
    if (entity === null && filled.length < KINDS[kind][0]) return;
    if (kind === "connect" || kind === "changes" || filled.length === KINDS[kind][0]) {
      if (filled.length >= KINDS[kind][0] && !(kind === "connect" && filled.length < 3 && entity !== null)) ask(filled);
    }
    if (entity !== null) {
      const empty = Array.from({ length: slotCount() }, (_, at) => at).find((at) => !slots[at]);
      if (empty !== undefined && (filled.length < KINDS[kind][0] || kind === "connect")) focus(empty);
    }
  }

  const ask = (of) => go(change(state, { ask: kind, of, selected: "", opened: [], avoid: [], version: 0 }));
  const focus = (place) => form.querySelectorAll("input[role=combobox]")[place]?.focus();

  function turn(to) {
    kind = to;
    const kept = slots.filter(Boolean).slice(0, kind === "connect" ? 12 : kind === "changes" ? 2 : KINDS[kind][0]);
    slots = kept;
    if (kept.length >= KINDS[kind][0] && kind !== "connect") ask(kept);
    else {
      draw();
      focus(kept.length);
    }
  }

  function draw() {
    put(
      kinds,
      Object.keys(KINDS).map((one) =>
        h("button", { type: "button", "aria-pressed": String(one === kind), title: texts.kindMeanings[one], onclick: () => turn(one) }, texts.kinds[one]),
      ),
    );
    const labels = texts.places[kind];
    const fields = Array.from({ length: slotCount() }, (_, place) => {
      const label = labels[Math.min(place, labels.length - 1)];
      return nameField({
        label: kind === "connect" ? `${label} ${place + 1}` : label,
        name: slots[place] ? nameOf(slots[place]) : "",
        choose: (entity) => choose(place, entity),
        fail,
      }).element;
    });
    if (kind === "tie") {
      fields.splice(1, 0, h("button", { type: "button", class: "swap", title: texts.composer.swap, "aria-label": texts.composer.swap, onclick: swap }, "⇄"));
    }
    put(form, h("div", { class: "fields" }, fields), options());
  }

  function swap() {
    slots = [slots[1] ?? null, slots[0] ?? null];
    if (slots.every(Boolean)) ask(slots);
    else draw();
  }

  function select(label, value, choices, field) {
    const number = typeof value === "number";
    return h(
      "label",
      { class: "choice" },
      h("span", {}, label),
      h(
        "select",
        { onchange: (event) => go(change(state, { [field]: number ? Number(event.target.value) : event.target.value })) },
        choices.map(([choice, text]) => h("option", { value: choice, selected: String(choice) === String(value) }, text)),
      ),
    );
  }

  function day(label, value, field) {
    return h(
      "label",
      { class: "choice" },
      h("span", {}, label),
      h("input", { type: "date", value: value.slice(0, 10), onchange: (event) => go(change(state, { [field]: event.target.value })) }),
    );
  }

  function options() {
    const numbers = (...list) => list.map((one) => [one, String(one)]);
    const { composer: words } = texts;
    if (kind === "tie") {
      return h("div", { class: "choices" }, select(words.paths, state.k, numbers(1, 5, 10, 20, 50), "k"), select(words.rank, state.weight, Object.entries(words.weights), "weight"));
    }
    if (kind === "supply") {
      return h(
        "div",
        { class: "choices" },
        select(words.direction, state.direction, Object.entries(words.directions), "direction"),
        select(words.tiers, state.tiers, numbers(1, 2, 3, 4, 5, 6), "tiers"),
      );
    }
    if (kind === "changes") return h("div", { class: "choices" }, day(words.since, state.since, "since"), day(words.until, state.until, "until"));
    return null;
  }

  return {
    update(next) {
      const inside = form.contains(document.activeElement) && document.activeElement.matches("select, input[type=date]") ? document.activeElement : null;
      const again = inside ? [...form.querySelectorAll("select, input")].indexOf(inside) : -1;
      const grows = next.ask === "connect" && form.contains(document.activeElement);
      state = next;
      if (next.ask in KINDS) {
        kind = next.ask;
        slots = [...next.of];
      }
      draw();
      if (again >= 0) [...form.querySelectorAll("select, input")][again]?.focus();
      if (grows) focus(slots.length);
    },
    focus: () => focus(0),
  };
}
