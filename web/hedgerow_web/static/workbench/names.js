// How things are shown: an IRI in short or by its name, as a link to its page; a text with its language or datatype.

import { language, text } from "../views/texts.js";
import { element } from "./dom.js";

const AT_ONCE = 500;
/** So many names are asked for at most: a drawing shows no more things. */
const MOST = 2000;
const LIST = /^https?:\/\/\S+(?: https?:\/\/\S+)*$/;
const PLAIN = ["http://www.w3.org/2001/XMLSchema#string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"];

export class Names {
  constructor(address) {
    this.address = address;
    this.known = new Map();
    this.terms = null;
    this.wanted = false; // whether the reader wants names instead of IRIs
  }

  /** Ask what things are called, those not known yet. */
  async ask(iris) {
    const missing = [...new Set(iris)].filter((iri) => !this.known.has(iri)).slice(0, MOST);
    for (const iri of missing) {
      if (this.terms?.names.get(iri)) this.known.set(iri, this.terms.names.get(iri));
    }
    const asked = missing.filter((iri) => !this.known.has(iri));
    for (let from = 0; from < asked.length; from += AT_ONCE) {
      const some = asked.slice(from, from + AT_ONCE);
      const body = new URLSearchParams(some.map((iri) => ["iri", iri]));
      const reply = await fetch(this.address, { method: "POST", body, headers: { "Accept-Language": language } });
      const told = reply.ok ? await reply.json() : {};
      for (const iri of some) this.known.set(iri, told[iri] ?? "");
    }
  }

  short(iri) {
    return this.terms?.short(iri) ?? `<${iri}>`;
  }

  /** What a thing is called where that is known, else its IRI in short. */
  name(iri) {
    return this.known.get(iri) || this.short(iri);
  }

  /** A thing as the reader wants to see it. */
  said(iri) {
    return this.wanted ? this.name(iri) : this.short(iri);
  }

  link(iri) {
    const page = this.terms?.page(iri);
    return element(page ? "a" : "span", this.said(iri), { title: iri, ...(page ? { href: page } : {}) });
  }

  /** The language or the datatype of a literal, "" for a plain text. */
  mark({ "xml:lang": tag, datatype }) {
    if (tag) return `@${tag}`;
    return !datatype || PLAIN.includes(datatype) ? "" : this.short(datatype);
  }

  /** A term of a result, as what stands in a cell; `marked`: with its language or datatype. */
  term(cell, marked = true) {
    if (cell.type === "uri") return [this.link(cell.value)];
    if (cell.type !== "bnode" && LIST.test(cell.value)) return [this.#list(cell.value.split(" "))];
    const words = element("span", cell.value, cell["xml:lang"] ? { lang: cell["xml:lang"] } : {});
    const mark = marked ? this.mark(cell) : "";
    return mark ? [words, element("span", ` ${mark}`, { className: "quiet mark" })] : [words];
  }

  /** A text that lists IRIs, as the questions give records and sources. */
  #list(iris) {
    if (iris.length === 1) return this.link(iris[0]);
    const made = element("details");
    made.append(element("summary", text("{count} IRIs", { count: iris.length })));
    for (const iri of iris) made.append(this.link(iri), " ");
    return made;
  }
}
