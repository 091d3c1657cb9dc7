/** What can be taken along: the question in three languages, the answer as files, and a report that prints. */

import { asCommand, asCypher, asGraphQL, ownershipCommand } from "./copies.js";
import { evidenceOf, marked } from "./evidence.js";
import { h, put } from "./dom.js";
import { beside, documents, moment } from "./questions.js";
import { rows, sorted } from "./results.js";
import { change, format } from "./state.js";
import { texts } from "./texts.js";

const { keep: words } = texts;
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign]);

const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family", "letter-spacing", "opacity", "text-anchor"];

/** The drawing as a file of its own: light colours, all looks written into it. */
function asSvg(svg) {
  const root = document.documentElement;
  const theme = root.dataset.theme;
  root.dataset.theme = "light";
  svg.classList.add("exported");
  const copy = svg.cloneNode(true);
  const [from, to] = [svg, copy].map((one) => one.querySelectorAll("path, rect, text, g"));
  from.forEach((element, place) => {
    const style = getComputedStyle(element);
    for (const name of element.tagName === "g" ? ["opacity"] : DRAWN) to[place].setAttribute(name, style.getPropertyValue(name));
  });
  svg.classList.remove("exported");
  if (theme === undefined) delete root.dataset.theme;
  else root.dataset.theme = theme;
  copy.querySelectorAll(".reach, .ghosts").forEach((element) => element.remove());
  for (const element of copy.querySelectorAll("*")) for (const name of ["class", "tabindex", "aria-pressed", "data-key"]) element.removeAttribute(name);
  const [x, y, width, height] = svg.getAttribute("viewBox").split(" ");
  for (const name of ["class", "tabindex"]) copy.removeAttribute(name);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.setAttribute("role", "img");
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x, y, width, height, fill: "#ffffff" })) paper.setAttribute(name, value);
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

/** The drawing as a picture of twice its size. */
async function asPng(svg) {
  const address = URL.createObjectURL(new Blob([asSvg(svg)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width * 2, image.height * 2];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

const CELLS = {
  path: (row) => row.path,
  subject_id: (row) => row.relation.subject.id,
  subject: (row) => row.relation.subject.name,
  relation: (row) => row.relation.type,
  object_id: (row) => row.relation.object.id,
  object: (row) => row.relation.object.name,
  status: (row) => row.relation.status,
  confidence: (row) => row.relation.confidence,
  claims: (row) => row.relation.claimCount,
  sources: (row) => row.relation.sourceCount,
  first_seen: (row) => row.relation.firstSeen ?? "",
  last_seen: (row) => row.relation.lastSeen ?? "",
  relation_id: (row) => row.relation.id,
};

/** A line for each relation. What a spreadsheet would take for a formula is kept from being one. */
function asCsv(model, sort) {
  const cell = (value) => {
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = sorted(rows(model), sort).map((row) => Object.values(CELLS).map((of) => cell(of(row))).join(","));
  return `\ufeff${[Object.keys(CELLS).join(","), ...lines].join("\r\n")}\r\n`;
}

/** The answer with its question and the sentences behind it. */
function asJson(state, { report, model }, evidence) {
  const paths = model.paths.map(({ hops, ...path }) => ({ ...path, hops: hops.map(({ from, to, relations }) => ({ from, to, relations: relations.map((one) => one.id) })) }));
  const relations = model.relations.map((relation) => ({ ...relation, claims: evidence.get(relation.id)?.claims.nodes ?? [] }));
  const question = documents(state).map(([document, variables]) => ({ document, variables }));
  return JSON.stringify({ address: location.origin + format(state), question, report, entities: [...model.nodes.values()].map(({ id, name, type }) => ({ id, name, type })), relations, paths }, null, 2);
}

/** GraphML (graphml.graphdrawing.org), as Gephi, yEd and networkx read it: one directed edge for each relation. */
function asGraphml(model) {
  const keys = [
    ["node", "name", "string"], ["node", "type", "string"],
    ["edge", "type", "string"], ["edge", "status", "string"], ["edge", "confidence", "double"], ["edge", "sources", "int"],
  ];
  const data = (of, values) => Object.entries(values).map(([name, value]) => `<data key="${of}_${name}">${escape(value)}</data>`).join("");
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...keys.map(([of, name, type]) => `<key id="${of}_${name}" for="${of}" attr.name="${name}" attr.type="${type}"/>`),
    '<graph edgedefault="directed">',
    ...[...model.nodes.values()].map(({ id, name, type }) => `<node id="${escape(id)}">${data("node", { name, type })}</node>`),
    ...model.relations.map((one) => `<edge id="${escape(one.id)}" source="${escape(one.subject.id)}" target="${escape(one.object.id)}">${data("edge", { type: one.type, status: one.status, confidence: one.confidence, sources: one.sourceCount })}</edge>`),
    "</graph>",
    "</graphml>",
    "",
  ].join("\n");
}

const REPORT_STYLE = `body{font:16px/1.5 Georgia,"Noto Serif","Noto Serif CJK SC",serif;color:#17222c;max-width:52rem;margin:2rem auto;padding:0 1.2rem}h1{font-size:1.7rem;line-height:1.2;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.2rem 0 .3rem}svg{max-width:100%;height:auto}blockquote{margin:.5rem 0 .1rem;padding-left:.9rem;border-left:3px solid #c9c6bb}.source,.meta{color:#4d5a66;font-size:.88rem;margin:0}mark.subject{background:#fff0c2;border-bottom:2px solid #b58900}mark.object{background:#d9ecfb;border-bottom:4px double #3f8fc7}dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem 1rem;font-size:.92rem}dt{color:#4d5a66}dd{margin:0;overflow-wrap:anywhere}section{break-inside:avoid}@media print{body{margin:0;max-width:none}a{color:inherit}}`;

/** One page of HTML that stands alone and prints: question, filters, verdict, drawing, sentences with their citations. */
function asReport(state, { report, model }, evidence, { svg, title, verdict, filters }) {
  const { report: said } = words;
  const html = (element) => element.outerHTML;
  const cite = ({ document: place }) => {
    const name = place.title ?? texts.evidence.untitled;
    const link = /^https?:\/\//i.test(place.url ?? "") ? h("a", { href: place.url }, name) : name;
    return h("p", { class: "source" }, [link, place.publisher, place.published].filter(Boolean).flatMap((part, at) => (at ? [", ", part] : [part])));
  };
  const relation = ({ relation: one }) =>
    h(
      "section",
      {},
      h("h3", {}, texts.sentenceOf(one)),
      h("p", { class: "meta" }, `${texts.evidence.confidence(one.confidence)} · ${texts.count(one.sourceCount, "source")} · ${texts.modality(one.status)}`),
      (evidence.get(one.id)?.claims.nodes ?? []).map((claim) => [h("blockquote", {}, marked(claim)), cite(claim), h("p", { class: "meta" }, [texts.modality(claim.modality), claim.attributedTo && texts.evidence.said(claim.attributedTo.name), claim.date && texts.evidence.happened(claim.date)].filter(Boolean).join(" · "))]),
    );
  const facts = [
    [said.asked, title],
    [said.filters, filters || said.none],
    [said.version, report ? String(report.graphVersion) : ""],
    [said.made, new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC"],
    [said.address, location.origin + format(state)],
  ].filter(([, value]) => value !== "");
  const body = h(
    "main",
    {},
    h("h1", {}, title),
    h("p", {}, verdict),
    h("dl", {}, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    h("h2", {}, texts.drawing.heading),
    h("figure", { id: "drawing" }),
    model.paths.length > 0 && [h("h2", {}, said.paths), h("ol", {}, model.paths.map((path) => h("li", {}, path.hops.map((hop) => hop.relations.map(texts.sentenceOf).join(", ")).join("; "))))],
    h("h2", {}, texts.evidence.heading),
    rows(model).map(relation),
    h("p", { class: "meta" }, texts.evidence.notTruth),
  );
  const page = html(body).replace('<figure id="drawing"></figure>', () => `<figure id="drawing">${asSvg(svg)}</figure>`);
  return `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title><style>${REPORT_STYLE}</style></head>\n<body>${page}</body>\n</html>\n`;
}

function save(content, name, type) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Fill `root` with the menu. `what()` gives {state, found, svg, title, verdict, filters} of the moment. */
export function keepMenu(root, what, fail) {
  const told = h("span", { class: "told", role: "status" });
  const name = (ending) => `chokepoint-${what().title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60)}.${ending}`;
  const relationIds = () => what().found.model.relations.map((relation) => relation.id);
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      told.textContent = words.copied;
    } catch {
      put(told, words.copyYourself, h("textarea", { readonly: true, rows: 4, "aria-label": words.copyYourself }, text));
      told.querySelector("textarea").select();
    }
  };
  const here = (changes) => location.origin + format(change(what().state, { version: what().found.report?.graphVersion ?? 0, ...changes }));
  const item = (text, act) =>
    h("button", { type: "button", onclick: () => { put(told); Promise.resolve(act()).catch(fail); } }, text);
  const { copies, files, none } = words;
  const { state, found } = what();
  const { entity } = found;
  const asked = [...documents(state), ...Object.entries(entity ? beside(entity.id, entity.type) : {})];
  const { command, lacks } = asCommand(state);
  const cypher = asCypher(found);
  const now = () => new Date().toISOString().slice(0, 19) + "Z";
  // What changed between two times is pinned by the later of them.
  const known = state.ask === "changes" ? "until" : "known";
  put(
    root,
    h(
      "details",
      { class: "popover keep" },
      h("summary", {}, words.heading),
      h(
        "div",
        { class: "panel", role: "group", "aria-label": words.heading },
        h("h3", {}, words.copy),
        item(copies.link, () => copy(here({}))),
        found.model && item(copies.pinned, () => copy(here({ [known]: state[known] ? moment(state[known]) : now() }))),
        item(copies.graphql, async () => copy(await asGraphQL(asked))),
        cypher ? item(copies.cypher, () => copy(cypher)) : h("p", { class: "hint" }, none.cypher),
        command ? item(copies.command, () => copy(command)) : h("p", { class: "hint" }, lacks),
        entity?.type === "COMPANY" && item(copies.ownership, () => copy(ownershipCommand(entity.id))),
        found.model && [
          h("h3", {}, words.download),
          item(files.report, async () => save(asReport(what().state, what().found, await evidenceOf(relationIds()), what()), name("html"), "text/html")),
          item(files.svg, () => save(asSvg(what().svg), name("svg"), "image/svg+xml")),
          item(files.png, async () => save(await asPng(what().svg), name("png"))),
          item(files.csv, () => save(asCsv(what().found.model, what().state.sort), name("csv"), "text/csv")),
          item(files.json, async () => save(asJson(what().state, what().found, await evidenceOf(relationIds())), name("json"), "application/json")),
          item(files.graphml, () => save(asGraphml(what().found.model), name("graphml"), "application/xml")),
        ],
        told,
      ),
    ),
  );
  root.addEventListener("keydown", (event) => {
    const details = root.querySelector("details");
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
}
