/** What an answer means, in words: proven absence, absence near by, and a limit reached look different. */

import { h, put } from "./dom.js";
import { change, isFiltered, unfiltered } from "./state.js";
import { texts } from "./texts.js";
import { limits } from "./vocabulary.js";

const SIGNS = { FOUND: "●", NO_PATH: "■", NONE_WITHIN_BOUNDS: "◌", BUDGET_EXHAUSTED: "▲", IMPOSSIBLE_BY_SCHEMA: "■", SAME_ENTITY: "●" };

export function showStatus(root, { state, report, model, more, unconnected, ghosts }, go) {
  const { status: words } = texts;
  const many = state.ask === "exposure" || state.ask === "changes" || state.ask === "tie" ? model.paths.length : state.ask === "supply" ? model.nodes.size - 1 : model.relations.length;
  const act = (text, changes) => h("button", { type: "button", onclick: () => go(change(state, changes)) }, text);
  const known = words[report.status];
  const text = {
    FOUND: () => known[state.ask](many),
    NONE_WITHIN_BOUNDS: () => known.text(state.ask === "supply" ? state.tiers : state.depth),
    BUDGET_EXHAUSTED: () => known.text(words.bounds[report.limitedBy] ?? "work"),
  }[report.status] ?? (() => (state.ask === "exposure" ? words.NOTHING_LISTED : state.ask === "supply" ? words.NOTHING_ALONG : known.text));
  const { maxDepth, timeoutMs, maxTimeoutMs } = limits();
  const deeper = state.ask !== "supply" && state.depth < maxDepth && (report.status === "NONE_WITHIN_BOUNDS" || report.limitedBy === "DEPTH");
  put(
    root,
    h(
      "div",
      { class: `status status-${report.status.toLowerCase().replaceAll("_", "-")}` },
      h("p", { class: "verdict" }, h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[report.status]), h("strong", {}, known.word), " ", text()),
      h(
        "p",
        { class: "acts" },
        deeper && act(words.deeper(maxDepth), { depth: maxDepth }),
        report.status === "BUDGET_EXHAUSTED" && (state.timeout || timeoutMs) < maxTimeoutMs && act(words.longer(maxTimeoutMs / 1000), { timeout: maxTimeoutMs }),
        report.hubsSkipped.length > 0 && state.hubs !== "NONE" && act(words.through, { hubs: "NONE" }),
        isFiltered(state) && h("button", { type: "button", onclick: () => go(unfiltered(state)) }, words.unfilter),
      ),
      h(
        "p",
        { class: "notes" },
        [
          report.hubsSkipped.length > 0 && words.skipped(report.hubsSkipped.slice(0, 6).map((hub) => `${hub.name} (${hub.degree.toLocaleString("en")})`).join(", ")),
          report.undated > 0 && words.undated(report.undated),
          more && words.moreThere,
          unconnected?.length > 0 && words.unconnected(unconnected.map((one) => one.name).join(", ")),
          ghosts > 0 && texts.drawing.ghosts(ghosts) + ".",
          words.version(report.graphVersion, report.expanded, report.elapsedMs),
        ]
          .filter(Boolean)
          .map((note) => h("span", {}, note)),
      ),
    ),
  );
}
