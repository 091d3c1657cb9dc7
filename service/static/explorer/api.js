/** The one way to the service: trusted documents by their hash, event streams, and whether it answers at all. */

/** The service answered that the question cannot be answered. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.message);
    this.code = problem.extensions?.code ?? "";
    this.hint = problem.extensions?.hint ?? "";
    this.close = problem.extensions?.close ?? [];
  }
}

/** The service did not answer, or not as a GraphQL service does. */
export class Unreachable extends Error {}

let hashes = null;

async function hashOf(name, fresh = false) {
  if (hashes === null || fresh) {
    const asked = fetch("/documents.json").then((answer) => {
      if (!answer.ok) throw new Unreachable(String(answer.status));
      return answer.json();
    });
    asked.catch(() => { if (hashes === asked) hashes = null; });
    hashes = asked;
  }
  return (await hashes)[name];
}

const headers = (token, accept) => ({
  "content-type": "application/json",
  accept,
  ...(token ? { authorization: `Bearer ${token}` } : {}),
});

async function post(name, variables, { token, signal, accept, fresh }) {
  const hash = await hashOf(name, fresh);
  return fetch("/graphql", {
    method: "POST",
    headers: headers(token, accept),
    body: JSON.stringify({ documentId: `sha256:${hash}`, variables }),
    signal,
  });
}

/** The data that answers a document. Raises Refused, Unreachable, and AbortError when `signal` ends it. */
export async function ask(name, variables = {}, { token, signal } = {}) {
  let answer;
  for (const fresh of [false, true]) {
    try {
      answer = await (await post(name, variables, { token, signal, accept: "application/json", fresh })).json();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Unreachable(error.message);
    }
    // A service of another version has other documents: ask once more by its hashes.
    if (answer.errors?.[0]?.extensions?.code !== "DOCUMENT_NOT_FOUND") break;
  }
  if (answer.errors?.length) throw new Refused(answer.errors[0]);
  return answer.data;
}

/** Hand each answer of a subscription to `each` until it ends or `signal` ends it. Raises Refused, Unreachable. */
export async function listen(name, variables, each, { signal } = {}) {
  let answer;
  try {
    answer = await post(name, variables, { signal, accept: "text/event-stream" });
  } catch (error) {
    if (error.name === "AbortError") return;
    throw new Unreachable(error.message);
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      held += value;
      const events = held.split("\n\n");
      held = events.pop();
      for (const event of events) {
        const data = event.split("\n").find((line) => line.startsWith("data: "));
        if (!event.includes("event: next") || data === undefined) continue;
        const told = JSON.parse(data.slice(6));
        if (told.errors?.length) throw new Refused(told.errors[0]);
        each(told.data);
      }
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error instanceof Refused) throw error;
    throw new Unreachable(error.message);
  }
}

/** The version of the graph. Raises Unreachable with the reason when service or database does not answer. */
export async function version() {
  let told;
  try {
    told = await (await fetch("/readyz", { cache: "no-store" })).json();
  } catch (error) {
    throw new Unreachable(error.message);
  }
  if (told.status !== "ready") throw new Unreachable(told.reason);
  return told.graphVersion;
}

/** The text of a document, to show or copy. */
export const documentText = async (name) => (await fetch(`/documents/${name}.graphql`)).text();
