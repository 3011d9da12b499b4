// A table of solutions: sorted by its headings, cut into pages.

import { number, text } from "../views/texts.js";
import { element, pager } from "./dom.js";
import { columns, sorted } from "./rows.js";

const ROWS = 100;
const SHORT = 16; // characters that stay on one line
const WIDE = 40;
const LONG = 160;

/** The rows of one page, in their order. */
export function pageOf(data, { order, page }, names) {
  const said = (cell) => (cell.type === "uri" ? names.said(cell.value) : cell.value);
  const rows = order ? sorted(data.results.bindings, order, order.way, said) : data.results.bindings;
  return rows.slice(page * ROWS, (page + 1) * ROWS);
}

/** The table with its pages; `sort(column, way)` and `turn(page)` are what its buttons do. */
export function table(data, state, names, { sort, turn }) {
  const all = data.results.bindings.length;
  if (!all) return [element("p", text("No row. Nothing on record answers this query."), { className: "callout" })];
  const made = element("table", "", { className: "answer" });
  made.append(element("caption", text("Answer"), { className: "hidden" }));
  const known = columns(data).map((column) => ({ ...column, mark: common(data.results.bindings, column, names) }));
  const line = made.createTHead().insertRow();
  for (const column of known) line.append(heading(column, state.order, sort));
  const body = made.createTBody();
  for (const row of pageOf(data, state, names)) {
    const cells = body.insertRow();
    for (const column of known) fill(cells.insertCell(), row[column.name], column, names);
  }
  const scroll = element("div", "", { className: "scroll tall", tabIndex: 0, role: "region", ariaLabel: text("Table") });
  scroll.append(made);
  return [scroll, pager({ page: state.page, size: ROWS, all, turn, words: words("Rows {first} to {last} of {count}") })];
}

export function words(sentence) {
  return {
    back: text("Previous page"),
    on: text("Next page"),
    part: (first, last, all) => text(sentence, { first: number(first), last: number(last), count: number(all) }),
  };
}

/** The language or datatype that all cells of a column have; it stands in the heading, once. */
function common(rows, { name }, names) {
  const marks = new Set();
  for (const row of rows) {
    const cell = row[name];
    if (cell) marks.add(cell.type === "uri" ? "" : names.mark(cell));
  }
  return marks.size === 1 ? [...marks][0] : "";
}

const numeric = ({ type }) => type === "integer" || type === "decimal";

function heading(column, order, sort) {
  const way = order?.name === column.name ? order.way : "";
  const made = element("th", "", { scope: "col", className: numeric(column) ? "n" : "" });
  if (way) made.ariaSort = way;
  const press = element("button", column.name, { type: "button", className: "plain sort", dataset: { name: column.name } });
  press.addEventListener("click", () => sort(column, way === "ascending" ? "descending" : "ascending"));
  made.append(press);
  if (column.mark) made.append(element("span", ` ${column.mark}`, { className: "quiet mark" }));
  return made;
}

function fill(place, cell, column, names) {
  if (!cell) {
    place.append(element("span", "·", { title: text("not known") }));
    return;
  }
  place.append(...names.term(cell, !column.mark));
  if (numeric(column)) place.className = "n";
  else if (cell.type !== "uri" && cell.value.length <= SHORT) place.className = "d";
  else if (cell.type !== "uri" && cell.value.length > WIDE && !cell.value.startsWith("http")) {
    place.className = cell.value.length > LONG ? "long" : "wide";
  }
}
