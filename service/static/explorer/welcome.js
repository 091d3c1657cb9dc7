/** The first page: what can be asked here, what was asked before, and how an empty graph is filled. */

import { ask } from "./api.js";
import { h, put } from "./dom.js";
import { change, format, parse } from "./state.js";
import { texts } from "./texts.js";

const RECENT = "chokepoint.recent";
const MOST_RECENT = 8;

/** Questions asked in this browser, the latest first: [{address, text}]. Storage may be forbidden; then there are none. */
function recent() {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]");
  } catch {
    return [];
  }
}

function keep(list) {
  try {
    localStorage.setItem(RECENT, JSON.stringify(list));
  } catch {
    // A browser that stores nothing still answers questions.
  }
}

/** Remember a question, under its words. */
export function remember(state, text) {
  const address = format(change(state, { selected: "", opened: [], view: "list", sort: "", version: 0 }));
  keep([{ address, text }, ...recent().filter((one) => one.address !== address)].slice(0, MOST_RECENT));
}

/** Fill `root`. Raises what `ask` raises. */
export async function showWelcome(root, { version, state }, go) {
  const { welcome: words } = texts;
  if (version === 0) {
    put(root, h("section", { class: "welcome" }, h("h1", {}, words.empty), h("p", { class: "lead" }, words.fill), h("pre", { tabindex: 0 }, words.fillCommands)));
    return;
  }
  const { nodes } = await ask("explore-entities", { ids: [...new Set(texts.examples.flatMap((example) => example.needs))] });
  const there = new Set(nodes.filter(Boolean).map((node) => node.id));
  const examples = texts.examples.filter((example) => example.needs.every((id) => there.has(id)));
  const link = (to, text) =>
    h("a", { href: format(to), onclick: (event) => { if (!event.metaKey && !event.ctrlKey) { event.preventDefault(); go(to); } } }, text);
  const asked = recent();
  const list = h("ul", { class: "recent" }, asked.map((one) => h("li", {}, link(parse(one.address.slice(1)), one.text))));
  put(
    root,
    h(
      "section",
      { class: "welcome" },
      h("h1", {}, words.heading),
      h("p", { class: "lead" }, words.lead),
      state.ask !== "" && h("p", { class: "hint" }, words.asked),
      examples.length > 0 && [
        h("h2", {}, words.examples),
        h("ul", { class: "examples" }, examples.map((example) => h("li", {}, link(change(parse(""), example.state), [h("span", { class: "eyebrow" }, texts.kinds[example.state.ask]), example.text])))),
      ],
      asked.length > 0 && [
        h("h2", {}, words.recent),
        list,
        h("button", { type: "button", class: "plain", onclick: () => { keep([]); showWelcome(root, { version, state }, go); } }, words.forget),
      ],
    ),
  );
}
