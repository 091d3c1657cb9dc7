/** Files of statements as the API takes them: CSV or TSV with a header, or JSON lines. What cannot be read is told by line. */

const COLUMNS = {
  subject: ["subject", "subj", "head", "from", "source_entity", "entity1"],
  subjectType: ["subject_type", "subj_type", "head_type", "from_type"],
  predicate: ["predicate", "pred", "verb", "relationship"],
  relation: ["relation", "relation_type", "rel"],
  object: ["object", "obj", "tail", "to", "target", "target_entity", "entity2"],
  objectType: ["object_type", "obj_type", "tail_type", "to_type", "target_type"],
  sentence: ["sentence", "text", "quote", "evidence"],
  url: ["url", "source_url", "link", "href"],
  title: ["title", "headline"],
  publisher: ["publisher", "outlet", "source_name", "source"],
  published: ["published", "published_at", "publication_date", "pubdate", "date_published"],
  date: ["date", "event_date"],
  validFrom: ["valid_from", "start_date", "since"],
  validTo: ["valid_to", "end_date", "until"],
  modality: ["modality"],
  confidence: ["confidence", "score", "probability"],
  attribution: ["attribution", "attributed_to", "said_by"],
};
const ENUMS = ["subjectType", "objectType", "relation", "modality"];
const FIELD = new Map(Object.entries(COLUMNS).flatMap(([field, names]) => names.map((name) => [name, field])));

const plain = (name) => name.trim().replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase().replace(/[\s-]+/g, "_");

/** Rows of a delimited file, by RFC 4180: quotes hold delimiters and line ends. */
function delimited(text, delimiter) {
  const found = [];
  let row = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign === '"' && text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else if (sign === '"') quoted = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === delimiter || sign === "\n") {
      row.push(cell.replace(/\r$/, ""));
      cell = "";
      if (sign === "\n") {
        found.push(row);
        row = [];
      }
    } else cell += sign;
  }
  if (cell !== "" || row.length) found.push([...row, cell.replace(/\r$/, "")]);
  return found.filter((one) => one.some((value) => value.trim() !== ""));
}

function statement(record) {
  const found = {};
  for (const [name, value] of Object.entries(record)) {
    const field = FIELD.get(plain(name));
    if (field === undefined || value === null || String(value).trim() === "") continue;
    const text = String(value).trim();
    if (field === "confidence") found.confidence = Number(text);
    else found[field] = ENUMS.includes(field) ? text.replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase().replace(/[\s-]+/g, "_") : text;
  }
  return found;
}

/** {triples, problems}: what the file states, and a line for each record that lacks what a statement needs. */
export function read(text, name) {
  const bare = text.replace(/^\ufeff/, "");
  const records = [];
  const problems = [];
  if (/\.(jsonl|ndjson|json)$/i.test(name) || bare.trimStart().startsWith("{")) {
    bare.split("\n").forEach((line, place) => {
      if (line.trim() === "") return;
      try {
        records.push([place + 1, JSON.parse(line)]);
      } catch {
        problems.push({ line: place + 1, lacks: "JSON" });
      }
    });
  } else {
    const head = bare.split("\n", 1)[0];
    const delimiter = ["\t", ";", "|", ","].sort((one, other) => head.split(other).length - head.split(one).length)[0];
    const [header = [], ...others] = delimited(bare, delimiter);
    others.forEach((row, place) => records.push([place + 2, Object.fromEntries(header.map((column, at) => [column, row[at] ?? ""]))]));
  }
  const triples = [];
  for (const [line, record] of records) {
    const found = statement(record);
    const lacks = ["subject", "predicate", "object"].filter((field) => found[field] === undefined && !(field === "predicate" && found.relation));
    if (lacks.length) problems.push({ line, lacks: lacks.join(", ") });
    else triples.push({ predicate: found.relation, ...found });
  }
  return { triples, problems };
}
