// The workbench: puts the parts together. The query in the editor is asked of the endpoint; what comes back is shown.

import { text } from "../views/texts.js";
import { Answer } from "./answer.js";
import { button, element } from "./dom.js";
import { Editor } from "./editor.js";
import { Examples } from "./examples.js";
import { give, hasHeader, slug, stated, withHeader } from "./files.js";
import { forget, inFragment, share } from "./links.js";
import { ask, Clock, Fault } from "./run.js";
import { Terms } from "./terms.js";

const settings = JSON.parse(document.getElementById("workbench-settings").textContent);
const DRAFT = `hedgerow-workbench-${settings.tier}`;
const part = (id) => document.getElementById(id);

part("workbench").hidden = false;

const say = (words) => {
  part("status").textContent = words;
};
const editor = new Editor(part("editor"), {
  label: part("editor").dataset.label,
  run: () => run(),
  save: () => openPanel("saving"),
  leave: say,
});
const answer = new Answer(settings, { say, fail });
const clock = new Clock(showTime);
let running = null;

// The query to begin with: what the address brings along, the draft, an example.

const brought = settings.query || inFragment();
editor.query = brought || draft() || settings.first;
editor.cm.clearHistory();
editor.onChange((query) => {
  check();
  if (brought && query === brought) return; // looked at, not written: the draft stays
  keep(query);
  forget();
});
addEventListener("hashchange", () => {
  if (inFragment()) editor.query = inFragment();
});

function draft() {
  try {
    return localStorage.getItem(DRAFT) ?? "";
  } catch {
    return ""; // a browser that keeps nothing
  }
}

function keep(query) {
  try {
    localStorage.setItem(DRAFT, query);
  } catch {
    // It is written on without a draft.
  }
}

/** Say where the query cannot be SPARQL as it stands; it can be run all the same, the endpoint decides. */
function check() {
  const found = editor.check();
  part("check").hidden = !found;
  if (!found) return;
  part("to-check").textContent = undeclared(found) || text("Not SPARQL yet from line {line}, column {column} on", found);
  part("to-check").onclick = () => editor.go(found.line, found.column);
}

/** What is said of a prefix that is not declared, "" of any other fault. */
function undeclared({ message, line, column }) {
  const prefix = /^Prefix '(.+)' is not defined$/.exec(message ?? "")?.[1];
  return prefix ? text("The prefix {prefix} is not declared: line {line}, column {column}", { prefix, line, column }) : "";
}

// Run and cancel: one button, so that whoever pressed it stays where he is.

part("run").addEventListener("click", () => run());

async function run() {
  if (running) {
    running.abort();
    return;
  }
  const query = editor.query;
  answer.hide();
  hideFault();
  editor.unmark();
  if (!query.trim()) {
    say(text("There is no query."));
    return;
  }
  const began = performance.now();
  running = new AbortController();
  part("run").textContent = text("Cancel");
  say(text("Running."));
  clock.start(timeout());
  try {
    const how = { timeout: timeout(), signal: running.signal };
    const found = await ask(settings.endpoint, query, how);
    say(await answer.show(found, { query, timeout: how.timeout }));
  } catch (error) {
    if (running.signal.aborted) {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      say(text("Cancelled after {seconds} s. The query was ended, no answer is shown.", { seconds }));
    } else {
      fail(error);
    }
  } finally {
    clock.stop();
    part("clock").hidden = true;
    part("run").textContent = text("Run");
    running = null;
  }
}

function timeout() {
  const most = settings.limits.seconds;
  const wanted = Math.round(Number(part("timeout").value)) || most;
  return Math.min(Math.max(wanted, 1), most);
}

function showTime(used, of) {
  const left = Math.ceil(of - used);
  part("clock").hidden = false;
  part("clock-bar").max = of;
  part("clock-bar").value = Math.min(used, of);
  part("clock-words").textContent =
    left > 0 ? text("{left} s left", { left }) : text("past its deadline, waiting for the word");
}

// What went wrong: told in words, marked at its place, and when it can be tried again.

let waiting;

function hideFault() {
  clearInterval(waiting);
  part("fault").hidden = true;
  part("fault").replaceChildren();
}

function fail(error) {
  if (!(error instanceof Fault)) throw error;
  say("");
  const words = element("p");
  const title = element("strong", text(error.title));
  // The engine names the place where it gave up, behind the fault; the editor, when it sees one, where the fault begins.
  const found = error.line ? editor.check() : null;
  const place = found ?? (error.line ? error : null);
  const detail = place ? where(place, found ? "" : error.detail) : (error.detail ?? "");
  words.append(title, ". ", [detail, text(error.remedy)].filter(Boolean).join(" "), " ");
  part("fault").replaceChildren(words);
  if (place) {
    editor.mark(place.line, place.column, text(error.title));
    words.append(button(text("To the place"), () => editor.go(place.line, place.column)));
  }
  if (error.retryAfter) waitFor(error.retryAfter);
  part("fault").hidden = false;
}

/** Where a fault is, and what the endpoint says of it. */
function where(place, detail) {
  const said = detail.replace(/^Line \d+, column \d+: /, "");
  const words = undeclared(place) || text("Line {line}, column {column}", place);
  return said ? `${words}: ${text(said)}` : `${words}.`;
}

function waitFor(seconds) {
  const words = element("p", "", { ariaLive: "off" });
  const end = performance.now() + seconds * 1000;
  const tick = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    words.textContent =
      left > 0 ? text("It can be tried again in {seconds} seconds.", { seconds: left }) : text("It can be tried again now.");
    if (left > 0) return;
    clearInterval(waiting);
    say(words.textContent);
  };
  tick();
  waiting = setInterval(tick, 500);
  part("fault").append(words);
}

// Links and files.

part("share").addEventListener("click", () => openPanel("sharing"));
part("save").addEventListener("click", () => openPanel("saving"));
part("open").addEventListener("click", () => part("file").click());
part("file").addEventListener("change", () => openFile(part("file").files[0]));
part("sharing").addEventListener("submit", copyLink);
part("saving").addEventListener("submit", saveFile);
for (const panel of ["sharing", "saving"]) {
  part(panel).addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    part(panel).hidden = true;
    part(panel === "sharing" ? "share" : "save").focus();
  });
}

function openPanel(name) {
  if (name === "saving" && hasHeader(editor.query)) {
    hand(editor.query, stated(editor.query, "name") || "query");
    return;
  }
  for (const panel of ["sharing", "saving"]) part(panel).hidden = panel !== name;
  if (name === "sharing") part("shared").value = share(editor.query);
  const field = part(name === "sharing" ? "shared" : "title");
  field.focus();
  field.select();
}

async function copyLink(event) {
  event.preventDefault();
  try {
    await navigator.clipboard.writeText(part("shared").value);
    say(text("The link is copied."));
  } catch {
    part("shared").select();
    say(text("Select the link and copy it."));
  }
}

function saveFile(event) {
  event.preventDefault();
  const title = part("title").value.trim();
  part("saving").hidden = true;
  editor.query = withHeader(editor.query, title, answer.columns());
  hand(editor.query, slug(title));
  editor.focus();
}

function hand(query, name) {
  give(`${name}.rq`, query, "application/sparql-query");
  say(text("Saved as {name}.", { name: `${name}.rq` }));
}

async function openFile(file) {
  part("file").value = "";
  if (!file) return;
  if (file.size > settings.limits.bytes) {
    say(text("The file is larger than a query may be."));
    return;
  }
  editor.query = await file.text();
  say(text("The file {name} is in the editor.", { name: file.name }));
  editor.focus();
}

// Names and examples come a little later; the editor is there at once.

new Examples(settings, (example) => {
  editor.query = example;
  say(text("The example is in the editor."));
  editor.focus();
});
loadTerms();

/** While the graph is being built there are no names yet; they are asked for again. */
function loadTerms() {
  const take = (terms) => {
    editor.terms = terms;
    answer.know(terms);
  };
  Terms.load(settings.terms).then(take, () => setTimeout(loadTerms, 3000));
}

check();
globalThis.hedgerow = { editor, answer }; // for whoever works from the console of the browser
