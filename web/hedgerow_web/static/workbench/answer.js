// What came back: shown as a table, a tree, a text or a drawing, and handed over in every form the endpoint has.

import { number, text } from "../views/texts.js";
import { button, element } from "./dom.js";
import { give, slug, stated, titleOf } from "./files.js";
import { Names } from "./names.js";
import { asAnswer, columns } from "./rows.js";
import { fetchAs } from "./run.js";
import { edges, gather, statements, things } from "./statements.js";
import { pageOf, table } from "./table.js";
import { tree } from "./tree.js";

const LONGEST = 200_000; // characters of a text shown
const DAY = "2026-01-31".length;
const FORMS = {
  csv: "CSV", tsv: "TSV", json: "JSON", xml: "XML", ttl: "Turtle", nt: "N-Triples", jsonld: "JSON-LD", rdf: "RDF/XML",
};
const TABLES_ONLY = ["csv", "tsv"]; // these have no form for yes and no

const part = (id) => document.getElementById(id);

export class Answer {
  /** `say` tells the reader, `fail` what went wrong. */
  constructor(settings, { say, fail }) {
    Object.assign(this, { settings, say, fail, names: new Names(settings.names), found: null });
    part("labels").addEventListener("change", () => {
      this.names.wanted = part("labels").checked;
      this.#draw();
    });
  }

  /** The terms have come: what is shown already is shown again, with its prefixes and links. */
  know(terms) {
    this.names.terms = terms;
    return this.#draw();
  }

  hide() {
    part("answer").hidden = true;
    this.found = null;
  }

  /** Show what was found, and give the sentence that tells of it. `asked`: {query, timeout}. */
  async show(found, asked) {
    const form = "boolean" in found.data ? "verdict" : found.form;
    Object.assign(this, { found: { ...found, form }, asked, page: 0, order: null, texts: new Map(), turn: null });
    this.subjects = form === "statements" ? gather(found.data) : null;
    this.views = await this.#guess();
    this.kind = this.#kinds()[0];
    part("told").replaceChildren(this.#costs(), " · ", element("code", found.version));
    part("answer").hidden = false;
    part("labelling").hidden = form === "verdict";
    this.#switch();
    this.#downloads();
    await this.#draw();
    return this.#told();
  }

  /** The columns of the last answer, for the header of a file. */
  columns() {
    return this.found?.form === "table" ? columns(this.found.data) : [];
  }

  #told() {
    const { data, form, seconds } = this.found;
    const took = seconds.toFixed(2);
    if (form === "verdict") return text("{answer}, after {took} s", { answer: text(data.boolean ? "yes" : "no"), took });
    const many = number(form === "table" ? data.results.bindings.length : [...statements(this.subjects)].length);
    return text(form === "table" ? "{many} rows in {took} s" : "{many} statements in {took} s", { many, took });
  }

  #costs() {
    const { millis, deadline } = this.found;
    const worked = Number.isFinite(millis) ? [text("{millis} ms in the worker", { millis: number(millis) })] : [];
    return [...worked, text("deadline {seconds} s", { seconds: deadline })].join(" · ");
  }

  // The ways to look at it.

  #kinds() {
    const first = { verdict: ["verdict"], table: ["table"], statements: ["tree"] }[this.found.form];
    return this.found.form === "verdict" ? first : [...first, ...this.views.map(({ kind }) => kind), "text"];
  }

  /** What can be drawn of it. */
  async #guess() {
    if (this.found.form === "verdict") return [];
    const { guess, KINDS } = await import("../views/draw.js");
    const answer = this.#answer();
    if (this.found.form === "table") return guess(answer).filter(({ kind }) => KINDS.includes(kind));
    return answer.rows.length ? [{ kind: "graph", columns: { from: "from", to: "to", label: "label" } }] : [];
  }

  #switch() {
    const kinds = this.#kinds();
    part("views").hidden = kinds.length < 2;
    const buttons = kinds.map((kind) => button(this.#heading(kind), () => this.#turnTo(kind), { dataset: { kind } }));
    part("views").replaceChildren(...buttons);
    this.#press();
  }

  #turnTo(kind) {
    this.kind = kind;
    this.#press();
    return this.#draw();
  }

  #press() {
    for (const each of part("views").children) each.ariaPressed = String(each.dataset.kind === this.kind);
  }

  #heading(kind) {
    const own = { table: text("Table"), tree: text("Tree"), text: text("Text"), verdict: text("Answer") };
    return own[kind] ?? this.settings.views[kind];
  }

  async #draw() {
    if (!this.found) return;
    // What takes longer than the reader waits for is not shown over what he has turned to meanwhile.
    const turn = Symbol(this.kind);
    this.turn = turn;
    const current = () => this.turn === turn;
    const ways = { verdict: () => this.#verdict(), table: () => this.#table(), tree: () => this.#tree(), text: () => this.#text() };
    try {
      const made = await (ways[this.kind] ?? (() => this.#drawing(current)))();
      if (current()) part("shown").replaceChildren(...made);
    } catch (error) {
      if (current()) this.fail(error);
    }
  }

  #verdict() {
    return [element("p", text(this.found.data.boolean ? "yes" : "no"), { className: "figure" })];
  }

  async #table() {
    const { data } = this.found;
    if (this.names.wanted) await this.names.ask(iris(pageOf(data, this, this.names)));
    return table(data, this, this.names, {
      sort: (column, way) => this.#sort(column, way),
      turn: (page) => this.#page(page),
    });
  }

  async #tree() {
    if (this.names.wanted) await this.names.ask(things(this.subjects));
    return tree(this.subjects, this, this.names, { turn: (page) => this.#page(page) });
  }

  async #sort(column, way) {
    Object.assign(this, { order: { ...column, way }, page: 0 });
    await this.#draw();
    [...part("shown").querySelectorAll(".sort")].find((each) => each.dataset.name === column.name)?.focus();
    const words = way === "ascending" ? "sorted by {column}, ascending" : "sorted by {column}, descending";
    this.say(text(words, { column: column.name }));
  }

  async #page(page) {
    this.page = page;
    await this.#draw();
    part("shown").querySelector(".scroll, summary")?.focus();
    this.say(part("shown").querySelector(".pages span").textContent);
  }

  async #drawing(current) {
    const { form, data } = this.found;
    const view = this.views.find(({ kind }) => kind === this.kind);
    const title = titleOf(this.asked.query) || text("Answer");
    const { draw } = await import("../views/draw.js");
    await this.names.ask(form === "table" ? iris(data.results.bindings) : things(this.subjects));
    if (!current()) return [];
    const figure = element("figure", "", { className: "view", dataset: { title } });
    part("shown").replaceChildren(figure); // it is drawn to the width it has on the page
    await draw(figure, view, this.#answer());
    return [figure];
  }

  /** The answer as drawings read it. */
  #answer() {
    const { data, form, version } = this.found;
    const name = (iri) => this.names.name(iri);
    const made = form === "table" ? asAnswer(data, name) : edges(this.subjects, name);
    const { tier } = this.settings;
    return { ...made, footing: { version, tier, asOf: version.slice(-DAY), rows: made.rows.length } };
  }

  // The text as the endpoint writes it, and files.

  async #text() {
    const whole = await this.#as(this.found.form === "table" ? this.settings.tables.tsv : this.settings.statements.ttl);
    const block = element("pre", whole.slice(0, LONGEST), { className: "code", tabIndex: 0 });
    if (whole.length <= LONGEST) return [block];
    const sentence = text("The first {count} characters are shown; a download holds all.", { count: number(LONGEST) });
    return [element("p", sentence, { className: "callout" }), block];
  }

  /** The answer as the endpoint writes it in another form; asked once. */
  async #as(media) {
    const { texts, asked } = this; // another query may be asked meanwhile
    if (!texts.has(media)) texts.set(media, await fetchAs(this.settings.endpoint, asked.query, media, asked));
    return texts.get(media);
  }

  #downloads() {
    const { form } = this.found;
    const forms = form === "statements" ? this.settings.statements : this.settings.tables;
    const offered = Object.keys(FORMS).filter(
      (suffix) => suffix in forms && !(form === "verdict" && TABLES_ONLY.includes(suffix)),
    );
    const buttons = offered.map((suffix) =>
      button(FORMS[suffix], () => this.#download(suffix, forms[suffix]), { dataset: { form: suffix } }),
    );
    part("downloads").replaceChildren(part("downloads").firstElementChild, ...buttons);
  }

  async #download(suffix, media) {
    try {
      const name = slug(stated(this.asked.query, "name") || "answer");
      const file = `${this.settings.synthetic ? "synthetic-" : ""}${name}.${suffix}`;
      give(file, await this.#as(media), media);
      this.say(text("Saved as {name}.", { name: file }));
    } catch (error) {
      this.fail(error);
    }
  }
}

/** The IRIs in some rows. */
function iris(rows) {
  return rows.flatMap((row) => Object.values(row)).filter(({ type }) => type === "uri").map(({ value }) => value);
}
