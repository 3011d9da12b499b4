// Statements as a tree: each subject opens to its properties and their values.

import { text } from "../views/texts.js";
import { element, pager } from "./dom.js";
import { words } from "./table.js";

const SUBJECTS = 50;
/** So many subjects stand open at first. */
const OPEN = 20;

/** The tree with its pages; `turn(page)` is what its buttons do. */
export function tree(subjects, { page }, names, { turn }) {
  if (!subjects.size) {
    return [element("p", text("No statement. Nothing on record answers this query."), { className: "callout" })];
  }
  const made = element("div", "", { className: "statements" });
  for (const [subject, properties] of [...subjects].slice(page * SUBJECTS, (page + 1) * SUBJECTS)) {
    const branch = element("details", "", { open: subjects.size <= OPEN });
    const summary = element("summary");
    summary.append(names.link(subject));
    const list = element("dl", "", { className: "facts" });
    for (const [property, values] of properties) list.append(group(property, values, names));
    branch.append(summary, list);
    made.append(branch);
  }
  const sentence = words("Subjects {first} to {last} of {count}");
  return [made, pager({ page, size: SUBJECTS, all: subjects.size, turn, words: sentence })];
}

function group(property, values, names) {
  const made = element("div");
  const term = element("dt");
  term.append(names.link(property));
  made.append(term);
  for (const value of values) {
    const told = element("dd");
    told.append(...names.term(value));
    made.append(told);
  }
  return made;
}
