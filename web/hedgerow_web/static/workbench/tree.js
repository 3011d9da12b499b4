// Statements as a tree: each subject opens to its properties and their values.

import { text } from "../views/texts.js";
import { element, pager } from "./dom.js";
import { statements } from "./statements.js";
import { words } from "./table.js";

const SUBJECTS = 50;
/** Up to so many statements stand open at first. */
const OPEN = 300;

/** The tree with its pages; `turn(page)` is what its buttons do. */
export function tree(subjects, { page }, names, { turn }) {
  if (!subjects.size) {
    return [element("p", text("No statement. Nothing on record answers this query."), { className: "callout" })];
  }
  const made = element("div", "", { className: "statements" });
  const open = [...statements(subjects)].length <= OPEN;
  for (const [subject, properties] of [...subjects].slice(page * SUBJECTS, (page + 1) * SUBJECTS)) {
    const branch = element("details", "", { open });
    const list = element("dl", "", { className: "facts" });
    const iri = names.link(subject);
    iri.textContent = subject;
    list.append(line("IRI", iri));
    for (const [property, values] of properties) list.append(group(property, values, names));
    branch.append(element("summary", names.said(subject)), list);
    made.append(branch);
  }
  const sentence = words("Subjects {first} to {last} of {count}");
  return [made, pager({ page, size: SUBJECTS, all: subjects.size, turn, words: sentence })];
}

function group(property, values, names) {
  const made = line(names.link(property), ...names.term(values[0]));
  for (const value of values.slice(1)) {
    const told = element("dd");
    told.append(...names.term(value));
    made.append(told);
  }
  return made;
}

function line(heading, ...told) {
  const made = element("div");
  const parts = [element("dt"), element("dd")];
  parts[0].append(heading);
  parts[1].append(...told);
  made.append(...parts);
  return made;
}
