// The names an analyst writes with: prefixes, and the terms of the registry with what they are called.

import { language } from "../views/texts.js";

const LOCAL = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/;
const DECLARED = /^[ \t]*PREFIX\s+([A-Za-z][\w.-]*)?:\s*<([^<>\s]*)>/gim;
/** Hints shown at once. */
const MOST = 60;
const NONE = 4;

export class Terms {
  /** `known`: what `terms.json` gives. */
  constructor({ prefixes, places, terms }) {
    this.prefixes = prefixes;
    this.places = byLength(places);
    this.terms = terms;
    this.spaces = byLength(Object.entries(prefixes).map(([prefix, space]) => [space, prefix]));
    this.names = new Map(terms.map((term) => [term.iri, this.name(term)]));
  }

  static async load(address) {
    const reply = await fetch(address);
    if (!reply.ok) throw new Error(`${address}: ${reply.status}`);
    return new Terms(await reply.json());
  }

  /** What a term is called in the reader's language. */
  name(term) {
    return term[language] || term.en || "";
  }

  /** The prefix and the rest of an IRI, with the prefixes a query declares first; null without a fitting prefix. */
  split(iri, declared = {}) {
    const own = byLength(Object.entries(declared).map(([prefix, space]) => [space, prefix]));
    for (const [space, prefix] of [...own, ...this.spaces]) {
      const local = iri.slice(space.length);
      if (space && iri.startsWith(space) && LOCAL.test(local)) return { prefix, space, local };
    }
    return null;
  }

  /** An IRI as a query writes it. */
  short(iri, declared = {}) {
    const parts = this.split(iri, declared);
    return parts ? `${parts.prefix}:${parts.local}` : `<${iri}>`;
  }

  /** The page of an IRI on this site, or the address it is itself; null for what is no address. */
  page(iri) {
    const place = this.places.find(([space]) => iri.startsWith(space));
    if (place) return place[1] + iri.slice(place[0].length);
    return /^https?:\/\//.test(iri) ? iri : null;
  }

  /** The terms that fit what was typed, the best first; `wanted` are the kinds that fit at that place. */
  find(typed, wanted, declared = {}) {
    const named = /^([A-Za-z][\w.-]*)?:(.*)$/.exec(typed);
    const space = named && (declared[named[1] ?? ""] ?? this.prefixes[named[1] ?? ""]);
    const word = (space ? named[2] : typed.replace(/^</, "")).toLowerCase();
    const found = [];
    for (const term of this.terms) {
      if (space && !term.iri.startsWith(space)) continue;
      const fit = fitting(term, word, space ? space.length : 0);
      if (fit < NONE) found.push({ term, rank: [wanted.includes(term.kind) ? 0 : 1, fit, -term.uses] });
    }
    found.sort((one, other) => compare(one.rank, other.rank) || (one.term.iri < other.term.iri ? -1 : 1));
    return found.slice(0, MOST).map(({ term }) => term);
  }
}

/** The prefixes that a query declares. */
export function declaredIn(query) {
  return Object.fromEntries([...query.matchAll(DECLARED)].map(([, prefix, space]) => [prefix ?? "", space]));
}

/** How well a term fits a word, from 0 for the word itself to NONE. */
function fitting(term, word, from) {
  const local = term.iri.slice(from || Math.max(term.iri.lastIndexOf("/"), term.iri.lastIndexOf("#")) + 1);
  const names = [local, term.en, term.ja].filter(Boolean).map((name) => name.toLowerCase());
  if (names.includes(word)) return 0;
  if (names[0].startsWith(word)) return 1;
  if (names.some((name) => name.startsWith(word))) return 2;
  return names.some((name) => name.includes(word)) || term.iri.toLowerCase() === word ? 3 : NONE;
}

function compare(one, other) {
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return one[at] - other[at];
  return 0;
}

function byLength(pairs) {
  return [...pairs].sort(([one], [other]) => other.length - one.length);
}
