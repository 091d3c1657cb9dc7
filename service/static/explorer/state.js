/**
 * What is shown, as one frozen object, and its form in the address of the page.
 *
 * Every field has its default; what has its default stays out of the address. Lists keep their order.
 */

const ONE = Symbol("text");
const MANY = Symbol("list");
const WHOLE = Symbol("whole number");
const PART = Symbol("number");

/** Field: [name in the address, kind, default]. The order here is the order in the address. */
const FIELDS = {
  ask: ["ask", ONE, ""],
  of: ["of", MANY, []],
  k: ["k", WHOLE, 10],
  weight: ["weight", ONE, "SPECIFICITY"],
  depth: ["depth", WHOLE, 5],
  timeout: ["timeout", WHOLE, 0],
  hubs: ["hubs", ONE, "BLOCK_TRANSIT"],
  direction: ["direction", ONE, "UPSTREAM"],
  tiers: ["tiers", WHOLE, 4],
  families: ["family", MANY, []],
  modalities: ["modality", MANY, []],
  confidence: ["confidence", PART, 0],
  sources: ["sources", WHOLE, 0],
  countries: ["country", MANY, []],
  dated: ["dated", ONE, ""],
  at: ["at", ONE, ""],
  known: ["known", ONE, ""],
  avoid: ["gone", MANY, []],
  publishers: ["without", MANY, []],
  documents: ["withoutdoc", MANY, []],
  since: ["since", ONE, ""],
  until: ["until", ONE, ""],
  selected: ["sel", ONE, ""],
  opened: ["open", MANY, []],
  view: ["view", ONE, "list"],
  sort: ["sort", ONE, ""],
  version: ["v", WHOLE, 0],
};

/** Fields that change what is looked at, not what is asked. */
const LOOKS = ["selected", "opened", "view", "sort", "version"];
/** Fields that narrow an answer. */
export const FILTERS = [
  "families",
  "modalities",
  "confidence",
  "sources",
  "countries",
  "dated",
  "at",
  "known",
  "avoid",
  "publishers",
  "documents",
];

const same = (a, b) => (Array.isArray(a) ? a.length === b.length && a.every((one, place) => one === b[place]) : a === b);

/** The state that an address stands for; what it says wrongly has its default. */
export function parse(search) {
  const given = new URLSearchParams(search);
  const state = {};
  for (const [field, [name, kind, usual]] of Object.entries(FIELDS)) {
    const text = given.get(name);
    if (kind === MANY) state[field] = given.getAll(name).filter(Boolean);
    else if (text === null) state[field] = usual;
    else if (kind === ONE) state[field] = text;
    else state[field] = Number.isFinite(Number(text)) && text !== "" ? (kind === WHOLE ? Math.trunc(Number(text)) : Number(text)) : usual;
  }
  return Object.freeze(state);
}

/** The address, from its "?" on, or "/" for the first page. */
export function format(state) {
  const told = new URLSearchParams();
  for (const [field, [name, kind, usual]] of Object.entries(FIELDS)) {
    if (kind === MANY) for (const one of state[field]) told.append(name, one);
    else if (state[field] !== usual) told.append(name, String(state[field]));
  }
  const text = told.toString().replaceAll("%3A", ":");
  return text === "" ? "/" : `/?${text}`;
}

/** `state` with some fields changed. */
export const change = (state, changes) => Object.freeze({ ...state, ...changes });

/** `state` with some fields as they are by default. */
export function without(state, fields) {
  const plain = { ...state };
  for (const field of fields) plain[field] = FIELDS[field][2];
  return Object.freeze(plain);
}

/** `state` with all filters as they are by default. */
export const unfiltered = (state) => without(state, FILTERS);

export const isFiltered = (state) => FILTERS.some((field) => !same(state[field], FIELDS[field][2]));

/** Text that is equal for states that ask the same. */
export const question = (state) => format(without(state, LOOKS));

/** The same list with `one` in it, or without it where it was in it. */
export const toggled = (list, one) => (list.includes(one) ? list.filter((other) => other !== one) : [...list, one]);
