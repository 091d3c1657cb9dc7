/** The ruler of time: how much was said when, and two handles: what held on a day, what was known by a day. */

import { ask } from "./api.js";
import { h, put, s } from "./dom.js";
import { applies } from "./questions.js";
import { texts } from "./texts.js";

const { ruler: words } = texts;
const DAY = 86_400_000;
const HEIGHT = 44;
const WIDTH = 1000;
const MOST_MONTHS = 240;

const dayOf = (time) => new Date(time).toISOString().slice(0, 10);

/** Periods with their counts, and the days they span; null when nothing carries a date, or nothing is drawn. */
async function density(ids, signal) {
  if (ids.length === 0) return null;
  let { timeSeries: periods } = await ask("explore-density", { ids, interval: "MONTH" }, { signal });
  periods = periods.filter((period) => period.start !== null);
  if (periods.length === 0) return null;
  const now = Date.now();
  const first = Date.parse(periods[0].start);
  const start = Math.max(first, now - MOST_MONTHS * 30.44 * DAY);
  return { periods: periods.filter((period) => Date.parse(period.start) >= start - 31 * DAY), start, end: now + DAY };
}

function bars({ periods, start, end }) {
  const most = Math.max(...periods.map((period) => period.claims));
  const x = (time) => (WIDTH * (time - start)) / (end - start);
  const width = Math.max(2, (WIDTH * 30.44 * DAY) / (end - start) - 1);
  const years = [];
  for (let year = new Date(start).getUTCFullYear() + 1; year <= new Date(end).getUTCFullYear(); year += 1) years.push(year);
  const every = Math.ceil(years.length / 8);
  return s(
    "svg",
    { class: "density", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": words.density(periods.reduce((sum, period) => sum + period.claims, 0), dayOf(start)) },
    periods.map((period) => {
      const high = Math.max(2, Math.sqrt(period.claims / most) * (HEIGHT - 4));
      return s("rect", { x: Math.max(0, x(Date.parse(period.start))).toFixed(1), y: (HEIGHT - high).toFixed(1), width: width.toFixed(1), height: high.toFixed(1) }, s("title", {}, words.period(period.start.slice(0, 7), period.claims)));
    }),
    years.filter((_, place) => place % every === 0).map((year) => s("path", { class: "year", d: `M${x(Date.UTC(year, 0, 1)).toFixed(1)},0V${HEIGHT}` })),
  );
}

/** Fill `root` with the ruler for what was said of `ids`; `move` is called with the field that changed. */
export async function showRuler(root, { state, ids, signal }, move) {
  const told = await density(ids, signal);
  if (told === null) {
    put(root);
    return;
  }
  const days = Math.round((told.end - told.start) / DAY);
  const handle = (field, label, any) => {
    const at = state[field] === "" ? days : Math.min(days, Math.max(0, Math.round((Date.parse(state[field].slice(0, 10)) - told.start) / DAY)));
    const say = (value) => (Number(value) >= days ? any : dayOf(told.start + Number(value) * DAY));
    const output = h("output", {}, say(at));
    const input = h("input", { type: "range", min: 0, max: days, step: 1, "data-field": field, "aria-valuetext": say(at), "aria-label": label });
    input.value = at;
    input.addEventListener("input", () => {
      output.textContent = say(input.value);
      input.setAttribute("aria-valuetext", say(input.value));
    });
    input.addEventListener("change", () => move({ [field]: Number(input.value) >= days ? "" : say(input.value) }, { focus: `.ruler input[data-field=${field}]` }));
    input.addEventListener("keydown", (event) => {
      // Months by the large steps; a step of one day is what arrows do.
      const step = { PageUp: 30, PageDown: -30 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      input.value = Number(input.value) + step;
      input.dispatchEvent(new Event("input"));
      input.dispatchEvent(new Event("change"));
    });
    return h("label", { class: "handle" }, h("span", {}, label), input, output);
  };
  put(
    root,
    h("div", { class: "ruler-row" }, h("span", { class: "hint" }, dayOf(told.start).slice(0, 7)), bars(told), h("span", { class: "hint" }, words.today)),
    handle("at", words.held, words.always),
    applies(state, "known") && handle("known", words.known, words.now),
  );
}
