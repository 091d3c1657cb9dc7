/**
 * The drawing of a model: boxes, lines and words as SVG, reached by pointer and by keyboard.
 *
 * `data-key` names what an element stands for: `n:` an entity, `l:` a link, `g:` a group. One element is in the order of
 * Tab at a time; arrows go on from it along the relations and within a layer.
 */

import { s } from "./dom.js";
import { layout } from "./layout.js";
import { texts } from "./texts.js";
import { familyOf, isSymmetric } from "./vocabulary.js";

const NAME_FONT = "600 13px system-ui, sans-serif";
const LABEL_FONT = "500 11.5px system-ui, sans-serif";
const NAME_LINE = 16;
const LABEL_LINE = 15;
/** The smallest scale at which words can be read. */
export const SMALLEST = 0.9;
const MOST_NAME = 138;
const MOST_LABEL = 190;
const MOST_RELATIONS = 3;
const DASHES = {
  PLANNED: "9 5",
  ALLEGED: "2 4",
  POSSIBLE: "7 3 2 3",
  CONDITIONAL: "7 3 2 3",
  THREATENED: "12 3 2 3",
  DENIED: "1 5",
  ENDED: "1 5",
};
const LIVE = ["ASSERTED", "PLANNED", "ALLEGED", "POSSIBLE", "CONDITIONAL", "THREATENED"];

const pen = document.createElement("canvas").getContext("2d");
const widths = new Map();

function widthOf(text, font) {
  const key = font + text;
  if (!widths.has(key)) {
    pen.font = font;
    widths.set(key, pen.measureText(text).width);
  }
  return widths.get(key);
}

function cut(text, font, most) {
  if (widthOf(text, font) <= most) return text;
  let kept = text.length;
  while (kept > 1 && widthOf(`${text.slice(0, kept)}…`, font) > most) kept -= 1;
  return `${text.slice(0, kept).trimEnd()}…`;
}

/** A name on at most two lines. */
function nameLines(name) {
  if (widthOf(name, NAME_FONT) <= MOST_NAME) return [name];
  const words = name.split(/(?<=[\s\-/])/);
  let first = "";
  while (words.length > 0 && widthOf((first + words[0]).trimEnd(), NAME_FONT) <= MOST_NAME) first += words.shift();
  if (first === "") return [cut(name, NAME_FONT, MOST_NAME)];
  return [first.trim(), cut(words.join("").trim(), NAME_FONT, MOST_NAME)].filter(Boolean);
}

/** What is written on a link: a line for each relation, seen from the entity in the earlier layer. */
function labelLines(link, model, vertical) {
  const turned = model.nodes.get(link.a).layer > model.nodes.get(link.b).layer;
  const start = turned ? link.b : link.a;
  const [there, back] = vertical ? ["↓", "↑"] : ["→", "←"];
  if (link.bundle) return [texts.relations(link.relations.length)];
  const shown = link.relations.slice(0, link.relations.length > MOST_RELATIONS ? MOST_RELATIONS - 1 : MOST_RELATIONS);
  const lines = shown.map((relation) => {
    const way = isSymmetric(relation.type) ? "" : relation.subject.id === start ? there : back;
    const words = texts.relationWithStatus(relation);
    const text = cut(words, LABEL_FONT, MOST_LABEL);
    return way === back ? `${way} ${text}` : `${text} ${way}`.trim();
  });
  if (shown.length < link.relations.length) lines.push(texts.more(link.relations.length - shown.length));
  return lines;
}

/** Boxes and labels of a model with their sizes. */
function measured(model, vertical) {
  const nodes = [...model.nodes.values()].map((node) => {
    const lines = node.group ? [texts.more(node.group.length)] : nameLines(node.name);
    const kind = node.group ? texts.open : texts.entityType(node.type);
    const widest = Math.max(...lines.map((line) => widthOf(line, NAME_FONT)), widthOf(kind.toUpperCase(), "10px system-ui, sans-serif") * 1.06);
    return { id: node.id, layer: node.layer, lines, kind, width: Math.max(84, Math.ceil(widest) + 28), height: 27 + lines.length * NAME_LINE };
  });
  const links = [...model.links.values()].map((link) => {
    const lines = labelLines(link, model, vertical);
    const width = Math.max(...lines.map((line) => widthOf(line, LABEL_FONT)));
    return { id: link.key, a: link.a, b: link.b, lines, width: Math.ceil(width) + 14, height: lines.length * LABEL_LINE + 5 };
  });
  return { nodes, links };
}

/** Whether layers run down: where they do not fit beside each other in `room` pixels, but do below each other. */
function runsDown(model, room) {
  const width = (vertical) => {
    const { nodes, links } = measured(model, vertical);
    return layout(nodes, links, { vertical }).width;
  };
  const across = width(false);
  return across * SMALLEST > room && width(true) < across;
}

/** Where everything of `base` lies, and what else `model` holds beside it. */
function arrange(model, base, vertical) {
  const { nodes, links } = measured(model, vertical);
  if (base === null) return { places: layout(nodes, links, { vertical }), nodes, links, ghosts: { nodes: [], links: [] } };
  for (const node of nodes) node.layer = base.nodes.get(node.id)?.layer ?? node.layer;
  const before = measured(base, vertical);
  const fixed = layout(before.nodes, before.links, { vertical });
  const ghosts = {
    nodes: before.nodes.filter((node) => !model.nodes.has(node.id)),
    links: before.links.filter((link) => !model.links.has(link.id)),
  };
  const all = { nodes: [...nodes, ...ghosts.nodes], links: [...links, ...ghosts.links] };
  return { places: layout(all.nodes, all.links, { vertical, fixed }), nodes, links, ghosts };
}

const round = (value) => Math.round(value * 10) / 10;

function box(node, place, model, marks) {
  const { type, group } = model.nodes.get(node.id);
  const [left, top] = [round(-place.width / 2), round(-place.height / 2)];
  const spoken = group ? texts.groupSpoken(group.length) : texts.nodeSpoken(model.nodes.get(node.id), marks);
  return s(
    "g",
    {
      class: `node type-${(type ?? "group").toLowerCase()}${marks?.listed ? " listed" : ""}${marks?.end ? " end" : ""}`,
      "data-key": group ? `g:${node.id}` : `n:${node.id}`,
      transform: `translate(${round(place.x)} ${round(place.y)})`,
      role: "button",
      tabindex: -1,
      "aria-label": spoken,
    },
    s("title", {}, group ? group.map((one) => one.name).join(", ") : `${model.nodes.get(node.id).name} · ${node.kind}`),
    s("rect", { class: "box", x: left, y: top, width: place.width, height: place.height, rx: 7 }),
    s("rect", { class: "bar", x: left, y: top + 5, width: 4, height: place.height - 10, rx: 2 }),
    node.lines.map((line, row) => s("text", { class: "name", x: left + 14, y: round(top + 18 + row * NAME_LINE) }, line)),
    s("text", { class: "kind", x: left + 14, y: round(top + place.height - 8) }, node.kind.toUpperCase()),
  );
}

const strongest = (relations) => LIVE.find((status) => relations.some((relation) => relation.status === status)) ?? relations[0]?.status;

function families(relations) {
  const found = new Set(relations.map((relation) => familyOf(relation.type)));
  return found.size === 1 ? [...found][0] : "several";
}

function arrow({ x, y, side }, vertical) {
  const [far, wide] = [9 * side, 4.5];
  return vertical
    ? `M${round(x)},${round(y)} l${-wide},${far} h${wide * 2} z`
    : `M${round(x)},${round(y)} l${far},${-wide} v${wide * 2} z`;
}

function line(link, place, label, model, vertical, mark) {
  const { a, b, relations } = model.links.get(link.id);
  const dash = DASHES[strongest(relations)];
  const directed = relations.filter((relation) => !isSymmetric(relation.type));
  const heads = [
    [a, place.ends[0]],
    [b, place.ends[1]],
  ].filter(([id]) => directed.some((relation) => relation.object.id === id));
  const confidence = Math.max(...relations.map((relation) => relation.confidence));
  const { x, y } = place.label;
  return s(
    "g",
    {
      class: `link family-${families(relations)}${mark ? ` ${mark}` : ""}`,
      "data-key": `l:${link.id}`,
      role: "button",
      tabindex: -1,
      "aria-label": texts.linkSpoken(relations, mark),
    },
    s("path", { class: "reach", d: place.d }),
    s("path", { class: "line", d: place.d, "stroke-dasharray": dash, "stroke-width": round(1.2 + 1.4 * confidence) }),
    heads.map(([, end]) => s("path", { class: "head", d: arrow(end, vertical) })),
    s("rect", { class: "label", x: round(x - link.width / 2), y: round(y - link.height / 2), width: link.width, height: link.height, rx: 5 }),
    link.lines.map((text, row) =>
      s("text", { class: "word", x: round(x), y: round(y - link.height / 2 + 14 + row * LABEL_LINE), "text-anchor": "middle" }, text),
    ),
  );
}

/**
 * The drawing as an <svg>. `marks`: what is known of entities and links beside the model, by key. Calls `choose(key)` for
 * what is chosen, `hover(key or null)` for what is pointed at or focused, `leave()` when Escape is pressed. `room`: pixels from left to right.
 */
export function draw({ model, base, marks, room, describe, choose, hover, leave }) {
  const vertical = runsDown(base ?? model, room);
  const { places, nodes, links, ghosts } = arrange(model, base, vertical);
  const svg = s("svg", {
    class: "drawing",
    viewBox: `${places.corner.x} ${places.corner.y} ${places.width} ${places.height}`,
    role: "group",
    "aria-label": describe,
  });
  const layers = { ghosts: s("g", { class: "ghosts", "aria-hidden": "true" }), links: s("g", {}), nodes: s("g", {}) };
  for (const link of ghosts.links) layers.ghosts.append(s("path", { class: "line", d: places.links.get(link.id).d }));
  for (const node of ghosts.nodes) {
    const { x, y, width, height } = places.nodes.get(node.id);
    layers.ghosts.append(
      s("rect", { x: round(x - width / 2), y: round(y - height / 2), width, height, rx: 7 }),
      node.lines.map((text, row) => s("text", { x: round(x - width / 2 + 14), y: round(y - height / 2 + 18 + row * NAME_LINE) }, text))[0],
    );
  }
  for (const link of links) {
    layers.links.append(line(link, places.links.get(link.id), link, model, vertical, marks.get(`l:${link.id}`)));
  }
  for (const node of nodes) layers.nodes.append(box(node, places.nodes.get(node.id), model, marks.get(`n:${node.id}`)));
  svg.append(layers.ghosts, layers.links, layers.nodes);
  const drawing = { svg, places, vertical };
  listen(drawing, model, { choose, hover, leave });
  return drawing;
}

/** What was shown last of each drawing: only what differs is touched, so that thousands of elements stay quick. */
const last = new WeakMap();
/** Most elements that step back at once: browsers repaint each of them. */
const MOST_DIMMED = 600;

/** Show what is selected and what is lit; `lit` is a set of keys, `dim`: whether the others step back. */
export function show(svg, { selected, lit, dim }) {
  if (!last.has(svg)) {
    const elements = new Map([...svg.querySelectorAll("[data-key]")].map((element) => [element.dataset.key, element]));
    for (const element of elements.values()) element.setAttribute("aria-pressed", "false");
    last.set(svg, { elements, lit: new Set(), selected: "" });
  }
  const before = last.get(svg);
  svg.classList.toggle("lighting", dim && before.elements.size <= MOST_DIMMED);
  for (const key of before.lit) if (!lit.has(key)) before.elements.get(key)?.classList.remove("lit");
  for (const key of lit) if (!before.lit.has(key)) before.elements.get(key)?.classList.add("lit");
  if (before.selected !== selected) {
    for (const [key, chosen] of [[before.selected, false], [selected, true]]) {
      before.elements.get(key)?.classList.toggle("selected", chosen);
      before.elements.get(key)?.setAttribute("aria-pressed", String(chosen));
    }
  }
  Object.assign(before, { lit, selected });
  if (!svg.contains(document.activeElement)) turn(svg, svg.querySelector(".selected") ?? svg.querySelector(".lit.node") ?? svg.querySelector(".node"));
}

/** Let Tab reach this element of the drawing, and no other. */
function turn(svg, element) {
  for (const other of svg.querySelectorAll('[tabindex="0"]')) other.setAttribute("tabindex", "-1");
  element?.setAttribute("tabindex", "0");
}

function listen({ svg, places, vertical }, model, { choose, hover, leave }) {
  const keyed = (event) => event.target.closest?.("[data-key]");
  svg.addEventListener("click", (event) => {
    const element = keyed(event);
    if (element) choose(element.dataset.key);
  });
  let pointed = null;
  const point = (key) => {
    if (key !== pointed) hover((pointed = key));
  };
  svg.addEventListener("pointerover", (event) => point(keyed(event)?.dataset.key ?? null));
  svg.addEventListener("pointerleave", () => point(null));
  svg.addEventListener("focusin", (event) => {
    const element = keyed(event);
    if (!element) return;
    turn(svg, element);
    point(element.dataset.key);
  });
  svg.addEventListener("focusout", () => point(null));
  svg.addEventListener("keydown", (event) => {
    const element = keyed(event);
    if (!element) return;
    const key = element.dataset.key;
    if (event.key === "Enter" || event.key === " ") choose(key);
    else if (event.key === "Escape") leave();
    else {
      const next = beside(key, event.key, model, places, vertical);
      if (next === undefined) return;
      if (next !== null) svg.querySelector(`[data-key="${CSS.escape(next)}"]`)?.focus();
    }
    event.preventDefault();
  });
}

const WAYS = { ArrowRight: ["x", 1], ArrowLeft: ["x", -1], ArrowDown: ["y", 1], ArrowUp: ["y", -1] };

/** What lies that way: along relations on the axis of the layers, within the layer on the other; null: nothing. */
function beside(key, pressed, model, places, vertical) {
  if (pressed === "Home" || pressed === "End") {
    const ids = [...places.nodes.keys()].filter((id) => model.nodes.has(id));
    const id = ids[pressed === "Home" ? 0 : ids.length - 1];
    return `${model.nodes.get(id).group ? "g" : "n"}:${id}`;
  }
  if (!(pressed in WAYS)) return undefined;
  const [axis, sign] = WAYS[pressed];
  const main = vertical ? "y" : "x";
  const id = key.slice(2);
  const nodeKey = (one) => `${model.nodes.get(one).group ? "g" : "n"}:${one}`;
  const at = key.startsWith("l:") ? places.links.get(id).label : places.nodes.get(id);
  const ahead = (places_) => (places_[axis] - at[axis]) * sign > 1;
  const nearest = (options) => {
    const other = axis === "x" ? "y" : "x";
    const far = ([, place]) => Math.abs(place[axis] - at[axis]) + 2 * Math.abs(place[other] - at[other]);
    const found = options.filter(([, place]) => ahead(place)).sort((one, two) => far(one) - far(two));
    return found[0]?.[0] ?? null;
  };
  if (axis === main) {
    if (key.startsWith("l:")) {
      const { a, b } = model.links.get(id);
      return nearest([a, b].map((one) => [nodeKey(one), places.nodes.get(one)]));
    }
    const links = [...model.links.values()].filter((link) => link.a === id || link.b === id);
    return nearest(links.map((link) => [`l:${link.key}`, places.links.get(link.key).label]));
  }
  if (key.startsWith("l:")) {
    const here = (place) => Math.abs(place[main] - at[main]) < 2;
    return nearest([...model.links.keys()].map((one) => [`l:${one}`, places.links.get(one).label]).filter(([, place]) => here(place)));
  }
  const layer = model.nodes.get(id).layer;
  return nearest([...model.nodes.values()].filter((node) => node.layer === layer).map((node) => [nodeKey(node.id), places.nodes.get(node.id)]));
}
