/** Loads and jobs: what is fresh, what runs, what went wrong; and the way in for a file of one's own. */

import { Refused, ask, listen } from "./api.js";
import { h, put } from "./dom.js";
import { read } from "./statements.js";
import { texts } from "./texts.js";

const { runs: words } = texts;
const MOST = 1000;
const RUNS = 30;

const when = (time) => (time === null ? "" : h("time", { datetime: time }, time.slice(0, 16).replace("T", " ")));
const counted = (counts) => counts.filter((one) => one.count > 0).map((one) => `${words.counts[one.name] ?? one.name.replaceAll("_", " ")} ${one.count.toLocaleString("en")}`).join(" · ");
const refusedOf = (run) => run.counts.find((one) => one.name === "records_refused")?.count ?? 0;

function runRow(run) {
  const refused = refusedOf(run);
  return [
    h("td", {}, h("span", { class: `state state-${run.status.toLowerCase()}` }, words.status[run.status])),
    h("td", {}, run.job),
    h("td", {}, run.source),
    h("td", {}, when(run.started)),
    h("td", {}, run.error ? h("span", { class: "failed" }, run.error) : counted(run.counts), refused > 0 && h("strong", { class: "failed" }, ` · ${words.dead(refused)}`)),
  ];
}

/** Last finished run of each source, the freshest first. */
function freshness(runs) {
  const last = new Map();
  for (const run of runs) if (run.status === "FINISHED" && !last.has(run.source)) last.set(run.source, run);
  return [...last.values()];
}

function table(label, columns, rows) {
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    h("table", {}, h("caption", { class: "unseen" }, label), h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col" }, column)))), h("tbody", {}, rows)),
  );
}

/** Fill `root`; runs at work are followed until `signal` ends it. Raises what `ask` raises. */
export async function showRuns(root, { signal, fail }) {
  const told = await ask("explore-runs", { first: RUNS }, { signal });
  const { nodes } = told.loadRuns;
  const again = () => showRuns(root, { signal, fail }).catch(fail);
  const token = h("input", { type: "password", autocomplete: "off", required: true });
  const started = h("p", { class: "hint", role: "status" });
  const start = async (name) => {
    if (!token.reportValidity()) return;
    try {
      await ask("explore-start-job", { name }, { token: token.value });
      put(started, words.started(name));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      put(started, h("span", { class: "failed" }, error.message));
    }
  };
  const rows = nodes.map((run) => h("tr", {}, runRow(run)));
  put(
    root,
    h(
      "section",
      { class: "runs" },
      h("h1", {}, words.heading),
      h("p", { class: "lead" }, words.version(told.graphVersion)),
      h("h2", {}, words.fresh),
      h("ul", { class: "fresh" }, freshness(nodes).map((run) => h("li", {}, h("strong", {}, run.source), ` · ${words.asOf} `, when(run.finished)))),
      told.jobs.length > 0 && [
        h("h2", {}, words.jobs),
        table(
          words.jobs,
          words.jobColumns,
          told.jobs.map((job) => h("tr", {}, h("td", {}, h("span", { class: `state state-${job.status.toLowerCase()}` }, words.status[job.status])), h("td", {}, job.name), h("td", {}, when(job.lastRun)), h("td", {}, when(job.nextRun)), h("td", {}, job.error ? h("span", { class: "failed" }, words.failures(job.failures, job.error)) : ""), h("td", {}, h("button", { type: "button", "aria-label": words.startJob(job.name), onclick: () => start(job.name).catch(fail) }, words.start)))),
        ),
        started,
      ],
      h("h2", {}, words.runs),
      nodes.length === 0 ? h("p", { class: "hint" }, texts.welcome.empty) : table(words.runs, words.columns, rows),
      upload(token, again),
    ),
  );
  nodes.forEach((run, place) => {
    if (run.status !== "RUNNING") return;
    listen("explore-run", { id: run.id }, ({ loadRunProgress }) => put(rows[place], runRow(loadRunProgress)), { signal }).catch(fail);
  });
}

/** The form: a token, a file, first a dry run, then the load. */
function upload(token, loaded) {
  const file = h("input", { type: "file", accept: ".csv,.tsv,.jsonl,.ndjson,.txt,.md", required: true });
  const publisher = h("input", { type: "text" });
  const outcome = h("div", { class: "outcome", role: "status" });
  const load = h("button", { type: "button", class: "main", disabled: true }, words.load);
  const check = h("button", { type: "submit" }, words.check);
  let ready = null;
  const stale = () => {
    ready = null;
    load.disabled = true;
    put(outcome);
  };
  for (const field of [token, file, publisher]) field.addEventListener("change", stale);

  async function send(dryRun) {
    const { chunks, name } = ready;
    const counts = new Map();
    const refused = [];
    for (const [place, [document, variables]] of chunks.entries()) {
      put(outcome, h("p", {}, words.sending(place + 1, chunks.length)), h("progress", { max: chunks.length, value: place, "aria-label": words.sending(place + 1, chunks.length) }));
      const key = dryRun ? undefined : `explorer:${ready.key}:${place}`;
      const result = Object.values(await ask(document, { ...variables, dryRun, key }, { token: token.value }))[0];
      for (const one of result.counts) counts.set(one.name, (counts.get(one.name) ?? 0) + one.count);
      refused.push(...result.refused);
    }
    put(
      outcome,
      h("p", { class: "done" }, dryRun ? words.dry(name) : words.done(name)),
      h("p", {}, counted([...counts].map(([one, count]) => ({ name: one, count })))),
      refused.length > 0 && [h("p", { class: "failed" }, words.dead(refused.length)), h("ul", {}, refused.slice(0, 20).map((line) => h("li", {}, line)))],
    );
  }

  const attempt = async (act) => {
    check.disabled = true;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      put(outcome, h("p", { class: "failed" }, error.message), error.hint && h("p", { class: "hint" }, error.hint));
      load.disabled = true;
    } finally {
      check.disabled = false;
    }
  };

  const form = h(
    "form",
    {
      class: "upload",
      onsubmit: (event) => {
        event.preventDefault();
        attempt(async () => {
          const [given] = file.files;
          const text = await given.text();
          const digest = `${given.name}:${given.size}:${given.lastModified}:${publisher.value}`;
          if (/\.(txt|md)$/i.test(given.name)) {
            const article = { text, title: given.name, ...(publisher.value ? { publisher: publisher.value } : {}) };
            ready = { name: given.name, key: digest, chunks: [["explore-load-article", { article }]] };
          } else {
            const { triples, problems } = read(text, given.name);
            if (triples.length === 0 || problems.length) {
              put(outcome, h("p", { class: "failed" }, words.unreadable(given.name, problems.length)), h("ul", {}, problems.slice(0, 20).map((one) => h("li", {}, words.lacks(one.line, one.lacks)))));
              return;
            }
            const whole = publisher.value ? triples.map((triple) => ({ publisher: publisher.value, ...triple })) : triples;
            const chunks = [];
            for (let at = 0; at < whole.length; at += MOST) chunks.push(["explore-load-triples", { triples: whole.slice(at, at + MOST), source: given.name }]);
            ready = { name: given.name, key: digest, chunks };
          }
          await send(true);
          load.disabled = false;
        });
      },
    },
    h("h2", {}, words.bring),
    h("p", { class: "hint" }, words.bringHint),
    h("div", { class: "choices" }, [[words.token, token], [words.file, file], [words.publisher, publisher]].map(([label, field]) => h("label", { class: "choice" }, h("span", {}, label), field))),
    h("p", { class: "acts" }, check, load),
    outcome,
  );
  load.addEventListener("click", () =>
    attempt(async () => {
      load.disabled = true;
      await send(false);
      const kept = outcome.cloneNode(true);
      await loaded();
      document.querySelector(".upload .outcome")?.replaceWith(kept);
    }),
  );
  return form;
}
