/** A field that finds an entity by any of its names: an ARIA combobox with a list of what is meant. */

import { ask } from "./api.js";
import { debounce, h, put } from "./dom.js";
import { texts } from "./texts.js";

const MOST = 8;
const WAIT_MS = 110;
let fields = 0;

/** `choose(entity or null)` is called with {id, name, type}; null: the field was emptied. */
export function nameField({ label, name, choose, fail }) {
  const id = `names-${(fields += 1)}`;
  const list = h("ul", { id: `${id}-list`, role: "listbox", "aria-label": label, class: "options", hidden: true });
  const status = h("span", { class: "unseen", role: "status" });
  const input = h("input", {
    id,
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": `${id}-list`,
    placeholder: texts.composer.placeholder,
    value: name ?? "",
  });
  let options = [];
  let active = -1;
  let asked = null;
  let chosen = name ?? "";

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function point(place) {
    active = place;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === place)));
    if (place < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", `${id}-${place}`);
      list.children[place].scrollIntoView({ block: "nearest" });
    }
  }

  function take(match) {
    asked = null;
    chosen = match.entity.name;
    input.value = chosen;
    close();
    choose(match.entity);
  }

  function offer(matches, text) {
    options = matches;
    put(
      list,
      matches.map((match, place) =>
        h(
          "li",
          { id: `${id}-${place}`, role: "option", "aria-selected": "false", onmousedown: (event) => event.preventDefault(), onclick: () => take(match) },
          h("span", { class: "option-name" }, match.entity.name),
          match.matched !== match.entity.name && h("span", { class: "option-also" }, texts.composer.also(match.matched)),
          h("span", { class: "option-about" }, about(match.entity)),
        ),
      ),
    );
    if (matches.length === 0) {
      list.append(h("li", { class: "option-none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, texts.composer.nothing(text)));
    }
    status.textContent = matches.length === 0 ? texts.composer.nothing(text) : texts.composer.options(matches.length);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (matches.length > 0) point(0);
  }

  /** The matches of what is typed; an older search gives way. */
  function search() {
    const text = input.value.trim();
    if (asked?.text === text) return asked.found;
    asked?.stop.abort();
    if (text === "") {
      asked = null;
      close();
      return Promise.resolve([]);
    }
    const stop = new AbortController();
    const found = ask("explore-names", { q: text, first: MOST }, { signal: stop.signal }).then(
      ({ searchEntities }) => {
        if (asked?.stop === stop) offer(searchEntities.nodes, text);
        return searchEntities.nodes;
      },
      (error) => {
        if (error.name === "AbortError") return [];
        asked = null;
        fail(error);
        return [];
      },
    );
    asked = { stop, text, found };
    return found;
  }
  const soon = debounce(search, WAIT_MS);

  input.addEventListener("input", () => {
    if (input.value.trim() === "") {
      close();
      chosen = "";
      choose(null);
    }
    soon();
  });
  input.addEventListener("keydown", async (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) offer(await search(), input.value.trim());
      else if (options.length > 0) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        point((active + step + options.length) % options.length);
      }
    } else if (event.key === "Enter") {
      event.preventDefault();
      const text = input.value.trim();
      if (text === "" || (text === chosen && list.hidden)) return;
      const matches = await search();
      const match = matches[list.hidden || active < 0 ? 0 : active];
      if (match !== undefined) take(match);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    }
  });
  input.addEventListener("blur", () => {
    close();
    if (input.value.trim() !== "") input.value = chosen || input.value;
  });
  input.addEventListener("focus", () => input.select());
  return { input, id, element: h("div", { class: "field" }, h("label", { for: id }, label), h("div", { class: "combobox" }, input, list, status)) };
}

/** What tells namesakes apart: kind, where it lies or belongs, how much is known. */
function about(entity) {
  const lies = entity.relations.nodes[0];
  return [texts.entityType(entity.type), lies && `${texts.relation(lies.type)} ${lies.object.name}`, texts.composer.ties(entity.degree)]
    .filter(Boolean)
    .join(" · ");
}
