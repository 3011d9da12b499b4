// One query on its way: sent, counted down, given up; and what came of it. Nothing else is ever sent.

const TABLE = "application/sparql-results+json";
const STATEMENTS = "application/ld+json";

/** An answer that is none: what went wrong, where, and what to do. */
export class Fault extends Error {
  constructor(problem, retryAfter = 0) {
    super(problem.detail);
    Object.assign(this, { line: 0, column: 0, remedy: "", ...problem, retryAfter });
  }
}

/** Ask, and give the answer whole: {form: "table" | "statements", data, version, seconds, millis, deadline}. */
export async function ask(endpoint, query, { timeout, signal }) {
  const began = performance.now();
  const reply = await post(endpoint, query, `${TABLE}, ${STATEMENTS}`, { timeout, signal });
  const type = reply.headers.get("Content-Type") ?? "";
  const data = await whole(reply).json();
  return {
    form: type.startsWith(TABLE) ? "table" : "statements",
    data,
    version: reply.headers.get("Hedgerow-Version") ?? "",
    deadline: Number(reply.headers.get("Hedgerow-Deadline")) || timeout,
    millis: Number(/dur=([\d.]+)/.exec(reply.headers.get("Server-Timing") ?? "")?.[1] ?? Number.NaN),
    seconds: (performance.now() - began) / 1000,
  };
}

/** The answer in another form, as text. */
export async function fetchAs(endpoint, query, mediaType, { timeout, signal } = {}) {
  return whole(await post(endpoint, query, mediaType, { timeout, signal })).text();
}

async function post(endpoint, query, accept, { timeout, signal }) {
  const body = new URLSearchParams({ query, ...(timeout ? { timeout } : {}) });
  let reply;
  try {
    reply = await fetch(endpoint, { method: "POST", body, headers: { Accept: accept }, signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Fault({ title: "The site does not answer", remedy: "Look to your connection, then try again." });
  }
  if (reply.ok) return reply;
  throw new Fault(await problem(reply), Number(reply.headers.get("Retry-After")) || 0);
}

async function problem(reply) {
  try {
    return await reply.json();
  } catch {
    return { title: "Something went wrong", detail: `HTTP ${reply.status}` };
  }
}

/** The body of a reply, read to its end or not at all: an answer that broke off is told, never shown as a whole one. */
function whole(reply) {
  const read = async (how) => {
    try {
      return await reply[how]();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Fault({ title: "The answer broke off", remedy: "Run the query again." });
    }
  };
  return { json: () => read("json"), text: () => read("text") };
}

/** Counts down to the deadline of a query, once a second. */
export class Clock {
  constructor(show) {
    this.show = show;
  }

  start(seconds) {
    this.stop();
    const began = performance.now();
    const tick = () => this.show((performance.now() - began) / 1000, seconds);
    tick();
    this.timer = setInterval(tick, 250);
  }

  stop() {
    clearInterval(this.timer);
  }
}
