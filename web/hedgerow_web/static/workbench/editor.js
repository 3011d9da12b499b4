// The editor: YASQE without its buttons, its storage and its requests; completion and marks are ours.

import { text } from "../views/texts.js";
import { declaredIn } from "./terms.js";

/** What stands before the cursor and is being completed: an IRI, a variable, a name or a word in any language. */
const WORD = /(?:<[^\s<>]*|[^\s<>{}()[\];,|/^"'!*+=]*)$/;
/** Texts and IRIs that are closed. */
const CLOSED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|<[^<>\s]*>/g;
const CHECK_AFTER = 400; // ms

export class Editor {
  /** `run`, `cancel`, `save` are what the keys do. */
  constructor(place, { label, run, save, leave }) {
    const { Yasqe } = globalThis;
    Yasqe.defaults.autocompleters = [];
    Yasqe.defaults.gutters = ["faults", "CodeMirror-linenumbers"];
    this.terms = null;
    const yasqe = new Yasqe(place, {
      value: "",
      theme: "hedgerow",
      persistenceId: null,
      consumeShareLink: null,
      createShareableLink: null,
      showQueryButton: false,
      resizeable: false,
      editorHeight: "auto",
      syntaxErrorCheck: false, // its tooltips carry inline styles, which the policy of the site refuses
      foldGutter: false,
      screenReaderLabel: label,
      extraKeys: {
        "Ctrl-Enter": run,
        "Cmd-Enter": run,
        "Ctrl-S": save,
        "Cmd-S": save,
        "Ctrl-Space": () => this.complete(),
        "Ctrl-/": (cm) => cm.commentLines(),
        Esc: () => this.#leave(leave),
      },
    });
    // YASQE is a copy of its CodeMirror that runs operations of its own; the original does without such trouble.
    this.cm = yasqe.getDoc().getEditor();
    this.root = yasqe.rootEl;
    this.marks = [];
    this.listeners = [];
    this.cm.on("inputRead", (cm, change) => this.#typed(change.text.join("\n")));
    this.cm.on("change", () => this.#changed());
    this.cm.on("blur", () => this.cm.removeKeyMap("leaving"));
  }

  get query() {
    return this.cm.getValue();
  }

  /** Put another query in the place of this one; the editor's undo brings the old one back. */
  set query(words) {
    const last = this.cm.lastLine();
    this.cm.replaceRange(words, { line: 0, ch: 0 }, { line: last, ch: this.cm.getLine(last).length });
    this.cm.setCursor({ line: 0, ch: 0 });
    this.unmark();
  }

  focus() {
    this.cm.focus();
  }

  /** Call when the query was changed. */
  onChange(listener) {
    this.listeners.push(listener);
  }

  /** Mark a place that is at fault; line and column count from 1. */
  mark(line, column, message) {
    this.unmark();
    const query = this.query;
    let place = Math.min(this.cm.indexFromPos({ line: line - 1, ch: column - 1 }), query.length - 1);
    while (place > 0 && !query[place].trim()) place -= 1; // at a blank it is the word before that is at fault
    const at = this.cm.posFromIndex(place);
    const token = this.cm.getTokenAt({ line: at.line, ch: at.ch + 1 });
    const from = { line: at.line, ch: token.start };
    const to = { line: at.line, ch: Math.max(at.ch + 1, token.end) };
    this.marks.push(this.cm.markText(from, to, { className: "fault-here", attributes: { title: message } }));
    this.cm.addLineClass(at.line, "background", "fault-line");
    const sign = document.createElement("span");
    sign.className = "fault-sign";
    sign.textContent = "!";
    sign.title = message;
    this.cm.setGutterMarker(at.line, "faults", sign);
    this.cm.scrollIntoView(at, 60);
  }

  unmark() {
    for (const mark of this.marks.splice(0)) mark.clear();
    this.cm.eachLine((line) => this.cm.removeLineClass(line, "background", "fault-line"));
    this.cm.clearGutter("faults");
  }

  /** Put the cursor at a place that counts from 1, and write there. */
  go(line, column) {
    this.cm.setCursor({ line: line - 1, ch: column - 1 });
    this.cm.focus();
  }

  /** Where the query as it stands cannot be SPARQL: {line, column, message}; null where it can. */
  check() {
    const last = this.cm.lastLine();
    if (this.cm.getTokenAt({ line: last, ch: this.cm.getLine(last).length }, true).state.OK) return null;
    for (let line = 0; line < this.cm.lineCount(); line += 1) {
      const token = this.cm.getTokenAt({ line, ch: this.cm.getLine(line).length }, true);
      if (token.state.OK === false) {
        const column = (token.state.errorStartPos ?? 0) + 1;
        return { line: line + 1, column, message: token.state.errorMsg ?? "" };
      }
    }
    return null;
  }

  /** Offer what can stand at the cursor. */
  complete() {
    if (!this.terms || this.cm.somethingSelected()) return;
    const cursor = this.cm.getCursor();
    const word = WORD.exec(this.cm.getLine(cursor.line).slice(0, cursor.ch))[0];
    const list = this.#hints(word, { line: cursor.line, ch: cursor.ch - word.length });
    this.cm.showHint({
      completeSingle: false,
      closeCharacters: /[\s>"]/,
      container: this.root,
      hint: () => {
        const now = this.cm.getCursor();
        const typed = WORD.exec(this.cm.getLine(now.line).slice(0, now.ch))[0];
        const from = { line: now.line, ch: now.ch - typed.length };
        return { list: typed === word ? list : this.#hints(typed, from), from, to: now };
      },
    });
  }

  #hints(word, from) {
    const query = this.query;
    if (/^[?$]/.test(word)) return variables(query, word);
    const declared = declaredIn(query);
    const before = this.cm.getLine(from.line).slice(0, from.ch);
    if (/\bPREFIX\s+$/i.test(before)) return this.#prefixes(word, declared);
    return this.terms.find(word, this.#kinds(from, before), declared).map((term) => ({
      text: this.terms.short(term.iri, declared),
      render: (element) => show(element, this.terms, term, declared),
      hint: (cm, data, chosen) => {
        cm.replaceRange(chosen.text, chosen.from ?? data.from, chosen.to ?? data.to, "complete");
        this.#declare(this.terms.split(term.iri, declared), declared);
      },
    }));
  }

  /** The kinds of term that can stand at a place. */
  #kinds(from, before) {
    if (/(?:^|\s)(?:a|rdf:type)\s+$/.test(before)) return ["class"];
    const state = this.cm.getTokenAt(from, true).state;
    const predicate = state.possibleNext.includes("a") || state.possibleNext.includes("^");
    return predicate ? ["property"] : ["code", "record", "class"];
  }

  #prefixes(word, declared) {
    return Object.entries(this.terms.prefixes)
      .filter(([prefix]) => prefix.startsWith(word.replace(/:$/, "")) && !(prefix in declared))
      .map(([prefix, space]) => plain(`${prefix}: <${space}>`));
  }

  /** Declare the prefix of a name that was put in, once. */
  #declare(parts, declared) {
    if (!parts || declared[parts.prefix] === parts.space) return;
    let line = 0;
    while (line < this.cm.lastLine() && this.cm.getLine(line).startsWith("#")) line += 1;
    this.cm.replaceRange(`PREFIX ${parts.prefix}: <${parts.space}>\n`, { line, ch: 0 });
  }

  #typed(typed) {
    this.cm.removeKeyMap("leaving");
    if (!this.terms || this.cm.state.completionActive) return;
    const cursor = this.cm.getCursor();
    const line = this.cm.getLine(cursor.line).slice(0, cursor.ch);
    const word = WORD.exec(line)[0];
    const prefix = /^([A-Za-z][\w.-]*):$/.exec(word)?.[1];
    if (typed === ":" && prefix && !/\bPREFIX\s+\S*$/i.test(line) && !this.#quiet(cursor)) {
      const declared = declaredIn(this.query);
      const space = this.terms.prefixes[prefix];
      if (space && !(prefix in declared)) this.#declare({ prefix, space }, declared);
      if (space || prefix in declared) this.complete();
    } else if (/^[A-Za-z][\w.-]*:[\w-]+$/.test(word) && !this.#quiet(cursor)) {
      this.complete();
    }
  }

  /** Whether a place is in a comment, or in a text, also one not closed yet: there nothing is offered unasked. */
  #quiet(cursor) {
    const before = this.cm.getLine(cursor.line).slice(0, cursor.ch).replace(CLOSED, "");
    return this.cm.getTokenTypeAt(cursor) === "comment" || /["']/.test(before);
  }

  #changed() {
    this.unmark();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.listeners.forEach((listener) => listener(this.query)), CHECK_AFTER);
  }

  /** After Esc the next Tab leads out of the editor instead of indenting. */
  #leave(tell) {
    this.cm.removeKeyMap("leaving");
    this.cm.addKeyMap({ name: "leaving", Tab: false, "Shift-Tab": false });
    tell(text("Tab leaves the editor now."));
  }
}

function variables(query, word) {
  const names = new Set([...query.matchAll(/[?$]\w+/g)].map(([name]) => name));
  names.delete(word);
  return [...names].filter((name) => name.startsWith(word)).sort().map((name) => plain(name));
}

/** A hint that is what it says. */
function plain(words) {
  return { text: words, render: (element) => list(element).append(words) };
}

/** The list that an entry is in gets a name for those who hear it. */
function list(entry) {
  entry.parentNode.ariaLabel = text("What can stand here");
  return entry;
}

/** One hint: the name as the query writes it, what it is called, how often it is used. */
function show(element, terms, term, declared) {
  const name = document.createElement("span");
  name.textContent = terms.short(term.iri, declared);
  const called = document.createElement("span");
  called.className = "called";
  called.textContent = terms.name(term);
  list(element).append(name, called);
}
