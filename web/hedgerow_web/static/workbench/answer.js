// What came back, shown: as a table, a tree, a text, a drawing; and handed over in every form the endpoint has.

import { language, number, text } from "../views/texts.js";
import { give, slug, stated } from "./files.js";
import { asAnswer, columns, datatype, sorted } from "./rows.js";
import { fetchAs } from "./run.js";
import { count, edges, gather } from "./statements.js";

const ROWS = 100;
const SUBJECTS = 50;
const LONGEST = 200_000; // characters of a text shown
const NAMES_AT_ONCE = 500;
const TABLES_ONLY = ["csv", "tsv"]; // these have no form for yes and no

const part = (id) => document.getElementById(id);

export class Answer {
  /** `query` and `timeout` say what was asked; `say` tells the reader, `fail` what went wrong. */
  constructor(settings, { query, timeout, say, fail }) {
    Object.assign(this, { settings, query, timeout, say, fail, terms: null, found: null });
    this.names = new Map();
    part("labels").addEventListener("change", () => this.#draw());
  }

  hide() {
    part("answer").hidden = true;
    this.found = null;
  }

  /** Show what was found; gives the sentence that tells of it. */
  async show(found) {
    this.found = found;
    this.page = 0;
    this.order = null;
    this.texts = new Map();
    this.subjects = found.form === "statements" ? gather(found.data) : null;
    part("told").replaceChildren(this.#costs(), " · ", element("code", found.version));
    this.kind = this.#kinds()[0].kind;
    part("answer").hidden = false;
    this.#switch();
    await this.#guess();
    this.#downloads();
    await this.#draw();
    return this.#told();
  }

  /** The columns of the last answer, for the header of a file. */
  columns() {
    return this.found?.form === "table" && this.found.data.results ? columns(this.found.data) : [];
  }

  #told() {
    const { data, form, seconds } = this.found;
    const took = seconds.toFixed(2);
    if ("boolean" in data) return text("{answer}, after {took} s", { answer: text(data.boolean ? "yes" : "no"), took });
    const many = number(form === "statements" ? count(this.subjects) : data.results.bindings.length);
    return text(form === "statements" ? "{many} statements in {took} s" : "{many} rows in {took} s", { many, took });
  }

  #costs() {
    const { millis, deadline } = this.found;
    const worked = Number.isFinite(millis) ? [text("{millis} ms in the worker", { millis: number(millis) })] : [];
    return [...worked, text("deadline {seconds} s", { seconds: deadline })].join(" · ");
  }

  // The ways to look at it.

  #kinds() {
    const { form, data } = this.found;
    if ("boolean" in data) return [{ kind: "verdict" }];
    const drawn = this.views ?? [];
    const texts = [{ kind: "text" }];
    return [{ kind: form === "table" ? "table" : "tree" }, ...drawn, ...texts];
  }

  /** What can be drawn of it. */
  async #guess() {
    this.views = [];
    if ("boolean" in this.found.data) return;
    const { guess, KINDS } = await import("../views/draw.js");
    if (this.found.form === "table") this.views = guess(this.#answer()).filter(({ kind }) => KINDS.includes(kind));
    else if (this.#answer().rows.length && KINDS.includes("graph")) {
      this.views = [{ kind: "graph", columns: { from: "from", to: "to", label: "label" } }];
    }
    this.#switch();
  }

  #switch() {
    const kinds = this.#kinds();
    part("views").hidden = kinds.length < 2;
    part("views").replaceChildren(...kinds.map((view) => {
      const button = element("button", this.#heading(view.kind), { type: "button", className: "second" });
      button.dataset.kind = view.kind;
      button.setAttribute("aria-pressed", String(view.kind === this.kind));
      button.addEventListener("click", () => {
        this.kind = view.kind;
        for (const each of part("views").children) {
          each.setAttribute("aria-pressed", String(each.dataset.kind === this.kind));
        }
        this.#draw();
      });
      return button;
    }));
    part("labelling").hidden = "boolean" in this.found.data;
  }

  #heading(kind) {
    const own = { table: "Table", tree: "Tree", text: "Text", verdict: "Answer" };
    return kind in own ? text(own[kind]) : this.settings.views[kind];
  }

  async #draw() {
    if (!this.found) return;
    const drawings = {
      table: () => this.#table(),
      tree: () => this.#tree(),
      text: () => this.#text(),
      verdict: () => part("shown").replaceChildren(element("p", text(this.found.data.boolean ? "yes" : "no"), { className: "figure" })),
    };
    try {
      await (drawings[this.kind] ?? (() => this.#drawing()))();
    } catch (error) {
      this.fail(error);
    }
  }

  async #drawing() {
    const { draw } = await import("../views/draw.js");
    await this.#name(this.#iris());
    const figure = element("figure", "", { className: "view" });
    figure.dataset.title = stated(this.query(), "title") || text("Answer");
    part("shown").replaceChildren(figure);
    await draw(figure, this.views.find(({ kind }) => kind === this.kind), this.#answer());
  }

  /** The answer as drawings read it. */
  #answer() {
    const { data, form, version } = this.found;
    const made = form === "table"
      ? asAnswer(data, version, (cell) => this.#said(cell.value))
      : edges(this.subjects, version, (iri) => this.#said(iri));
    Object.assign(made.footing, { tier: this.settings.tier, asOf: version.slice(-"2026-01-31".length) });
    return made;
  }

  #iris() {
    const { data, form } = this.found;
    if (form === "statements") return [...this.subjects].flatMap(([iri, properties]) => [iri, ...properties.keys(), ...[...properties.values()].flat().map((value) => value.iri).filter(Boolean)]);
    return data.results.bindings.flatMap((row) => Object.values(row)).filter((cell) => cell.type === "uri").map((cell) => cell.value);
  }

  // A table.

  async #table() {
    const { data } = this.found;
    if (!data.results.bindings.length) {
      part("shown").replaceChildren(element("p", text("No row. Nothing on record answers this query."), { className: "callout" }));
      return;
    }
    const kinds = columns(data);
    const rows = this.order ? sorted(data.results.bindings, this.order, this.order.way, (cell) => this.#words(cell)) : data.results.bindings;
    const shown = rows.slice(this.page * ROWS, (this.page + 1) * ROWS);
    if (part("labels").checked) await this.#name(shown.flatMap((row) => Object.values(row)).filter((cell) => cell.type === "uri").map((cell) => cell.value));
    const table = element("table", "", { className: "answer" });
    table.append(element("caption", text("Answer"), { className: "hidden" }));
    table.createTHead().append(this.#headings(kinds));
    const body = table.createTBody();
    for (const row of shown) {
      const line = body.insertRow();
      for (const { name, type } of kinds) line.append(this.#cell(row[name], type));
    }
    const scroll = element("div", "", { className: "scroll tall", tabIndex: 0 });
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", text("Answer"));
    scroll.append(table);
    part("shown").replaceChildren(scroll, this.#pages(rows.length, ROWS, "Rows {first} to {last} of {count}"));
  }

  #headings(kinds) {
    const line = document.createElement("tr");
    for (const column of kinds) {
      const heading = element("th", "", { scope: "col" });
      const way = this.order?.name === column.name ? this.order.way : "";
      if (way) heading.setAttribute("aria-sort", way);
      if (numeric(column)) heading.className = "n";
      const button = element("button", column.name, { type: "button", className: "plain sort" });
      button.addEventListener("click", () => this.#sort(column, way === "ascending" ? "descending" : "ascending"));
      heading.append(button);
      line.append(heading);
    }
    return line;
  }

  async #sort(column, way) {
    this.order = { ...column, way };
    this.page = 0;
    await this.#draw();
    const at = [...document.querySelectorAll("#shown th .sort")].find((each) => each.textContent === column.name);
    at?.focus();
    const words = way === "ascending" ? "sorted by {column}, ascending" : "sorted by {column}, descending";
    this.say(text(words, { column: column.name }));
  }

  #cell(cell, type) {
    const made = document.createElement("td");
    if (!cell) {
      made.append(element("span", "·", { title: text("not known") }));
      return made;
    }
    if (numeric({ type })) made.className = "n";
    else if (type === "date") made.className = "d";
    if (cell.type === "uri") made.append(this.#link(cell.value));
    else {
      const words = element("span", cell.value);
      if (cell["xml:lang"]) words.lang = cell["xml:lang"];
      made.append(words, kindMark(cell, this.terms));
      if (cell.value.length > 40) made.className = cell.value.length > 160 ? "long" : "wide";
    }
    return made;
  }

  /** An IRI as a link to its page, by its name or in short. */
  #link(iri) {
    const page = this.terms?.page(iri);
    const made = element(page ? "a" : "span", this.#said(iri), { title: iri });
    if (page) made.href = page;
    return made;
  }

  #said(iri) {
    const named = part("labels").checked || !["table", "tree"].includes(this.kind);
    return (named && this.names.get(iri)) || this.terms?.short(iri) || iri;
  }

  #words(cell) {
    return cell.type === "uri" ? this.#said(cell.value) : cell.value;
  }

  #pages(all, size, words) {
    const nav = element("p", "", { className: "tools pages" });
    if (all <= size) return nav;
    const first = this.page * size + 1;
    const last = Math.min(first + size - 1, all);
    const told = text(words, { first: number(first), last: number(last), count: number(all) });
    const turn = (by, label) => {
      const button = element("button", text(label), { type: "button", className: "second" });
      button.disabled = by < 0 ? first === 1 : last === all;
      button.addEventListener("click", async () => {
        this.page += by;
        await this.#draw();
        part("shown").querySelector(".scroll, .statements")?.focus();
        this.say(part("shown").querySelector(".pages span").textContent);
      });
      return button;
    };
    nav.append(turn(-1, "Previous page"), element("span", told), turn(1, "Next page"));
    return nav;
  }

  // Statements.

  async #tree() {
    if (!this.subjects.size) {
      part("shown").replaceChildren(element("p", text("No statement. Nothing on record answers this query."), { className: "callout" }));
      return;
    }
    const shown = [...this.subjects].slice(this.page * SUBJECTS, (this.page + 1) * SUBJECTS);
    if (part("labels").checked) await this.#name(this.#iris());
    const tree = element("div", "", { className: "statements", tabIndex: -1 });
    shown.forEach(([subject, properties]) => {
      const branch = element("details", "", { open: this.subjects.size <= 20 });
      const summary = element("summary", "");
      summary.append(this.#link(subject));
      const list = element("dl", "", { className: "facts" });
      for (const [property, values] of properties) list.append(this.#branch(property, values));
      branch.append(summary, list);
      tree.append(branch);
    });
    part("shown").replaceChildren(tree, this.#pages(this.subjects.size, SUBJECTS, "Subjects {first} to {last} of {count}"));
  }

  #branch(property, values) {
    const group = document.createElement("div");
    const term = document.createElement("dt");
    term.append(this.#link(property));
    group.append(term);
    for (const value of values) {
      const told = document.createElement("dd");
      if (value.iri) told.append(this.#link(value.iri));
      else {
        const words = element("span", value.value);
        if (value.language) words.lang = value.language;
        told.append(words, kindMark({ value: value.value, "xml:lang": value.language, datatype: value.datatype }, this.terms));
      }
      group.append(told);
    }
    return group;
  }

  // The text as the endpoint writes it, and files.

  async #text() {
    const media = this.found.form === "table" ? this.settings.tables.tsv : this.settings.statements.ttl;
    if (!this.texts.has(media)) {
      this.texts.set(media, await fetchAs(this.settings.endpoint, this.query(), media, { timeout: this.timeout() }));
    }
    const whole = this.texts.get(media);
    const block = element("pre", whole.slice(0, LONGEST), { className: "code", tabIndex: 0 });
    const cut = whole.length > LONGEST
      ? [element("p", text("The first {count} characters are shown; a download holds all.", { count: number(LONGEST) }), { className: "callout" })]
      : [];
    part("shown").replaceChildren(...cut, block);
  }

  #downloads() {
    const forms = this.found.form === "statements" ? this.settings.statements : this.settings.tables;
    const offered = Object.keys(FORMS).filter((suffix) => suffix in forms && !("boolean" in this.found.data && TABLES_ONLY.includes(suffix)));
    const buttons = offered.map((suffix) => {
      const button = element("button", FORMS[suffix], { type: "button", className: "second" });
      button.dataset.form = suffix;
      button.addEventListener("click", () => this.#download(suffix, forms[suffix]));
      return button;
    });
    part("downloads").replaceChildren(part("downloads").firstElementChild, ...buttons);
  }

  async #download(suffix, media) {
    try {
      const content = await fetchAs(this.settings.endpoint, this.query(), media, { timeout: this.timeout() });
      const name = `${this.settings.synthetic ? "synthetic-" : ""}${slug(stated(this.query(), "name") || "answer")}.${suffix}`;
      give(name, content, media);
      this.say(text("Saved as {name}.", { name }));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ask what IRIs are called, those that are not known yet. */
  async #name(iris) {
    const wanted = [...new Set(iris)].filter((iri) => !this.names.has(iri));
    for (const iri of wanted) {
      const known = this.terms?.names.get(iri);
      if (known) this.names.set(iri, known);
    }
    const asked = wanted.filter((iri) => !this.names.has(iri));
    for (let from = 0; from < asked.length; from += NAMES_AT_ONCE) {
      const some = asked.slice(from, from + NAMES_AT_ONCE);
      const body = new URLSearchParams(some.map((iri) => ["iri", iri]));
      const reply = await fetch(this.settings.names, { method: "POST", body, headers: { "Accept-Language": language } });
      const told = reply.ok ? await reply.json() : {};
      for (const iri of some) this.names.set(iri, told[iri] ?? "");
    }
  }
}

const FORMS = {
  csv: "CSV", tsv: "TSV", json: "JSON", xml: "XML", ttl: "Turtle", nt: "N-Triples", jsonld: "JSON-LD", rdf: "RDF/XML",
};

const numeric = ({ type }) => type === "integer" || type === "decimal";

function kindMark(cell, terms) {
  const mark = terms ? datatype(cell, terms) : "";
  return mark ? element("span", ` ${mark}`, { className: "quiet mark" }) : "";
}

function element(name, words, properties = {}) {
  const made = document.createElement(name);
  if (words) made.textContent = words;
  return Object.assign(made, properties);
}
