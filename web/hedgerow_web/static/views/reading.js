// An answer as one view reads it: which column plays which part, and what a cell says to a person.

import { number, text } from "./texts.js";

const WITHHELD = /(^|\/)withheld$/;

/** What stands in a cell for a person; "" where nothing is known. */
function said(answer, row, name) {
  const value = row[name];
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return text(value ? "yes" : "no");
  const label = row[`${name}Label`];
  if (label) return label;
  const type = answer.columns.find((column) => column.name === name)?.type;
  if (type === "iris" || type === "iri" || type === "code") return String(value).split("/").pop();
  return typeof value === "number" && type === "decimal" ? number(value) : text(String(value));
}

export class Reading {
  constructor(view, answer) {
    this.columns = view.columns ?? {};
    this.answer = answer;
    this.rows = answer.rows;
  }

  /** Whether the view names a column for a part of it, as `value`. */
  has(part) {
    return part in this.columns;
  }

  column(part) {
    return this.answer.columns.find((column) => column.name === this.columns[part]);
  }

  /** The unit of a part, as it stands at an axis; a fraction is drawn in percent. */
  unit(part) {
    const unit = this.column(part)?.unit;
    return unit === "fraction" ? "%" : unit ? text(unit) : "";
  }

  /** The heading of a part's column, with its unit. */
  heading(part) {
    const column = this.column(part);
    const label = column?.label ?? this.columns[part];
    return this.unit(part) ? `${label} (${this.unit(part)})` : label;
  }

  /** The cell as it is. */
  cell(row, part) {
    return row[this.columns[part]] ?? null;
  }

  /** The number in a cell, in the unit of the axis; null where none is known. */
  figure(row, part) {
    const value = this.cell(row, part);
    if (value === null || value === "" || typeof value === "boolean" || !Number.isFinite(Number(value))) return null;
    return this.column(part).unit === "fraction" ? Number(value) * 100 : Number(value);
  }

  /** The number in a cell with its unit, for a person. */
  figureText(row, part) {
    const value = this.figure(row, part);
    return value === null ? "" : `${number(value)} ${this.unit(part)}`.trimEnd();
  }

  /** What a cell says to a person. */
  label(row, part) {
    return said(this.answer, row, this.columns[part]);
  }

  /** The rows that can be drawn and those that cannot; of these, how many hold something withheld. */
  part(drawable) {
    const left = this.rows.filter((row) => !drawable(row));
    const withheld = left.filter((row) => Object.values(row).some((value) => WITHHELD.test(String(value ?? ""))));
    return { rows: this.rows.filter(drawable), left: left.length, withheld: withheld.length };
  }

  /** A name for each row that no other row has: rows called alike tell by further columns what sets them apart. */
  names(rows, part = "label") {
    const taken = new Set(Object.values(this.columns));
    const further = this.answer.columns.filter(
      (column) => !taken.has(column.name) && ["iri", "code", "integer"].includes(column.type),
    );
    let names = rows.map((row) => [this.label(row, part) || text("without a name")]);
    if (this.has("series")) add(names, rows, (row) => this.label(row, "series"));
    for (const column of further) add(names, rows, (row) => said(this.answer, row, column.name));
    const seen = new Map();
    return names.map((parts) => {
      const name = parts.join(text(", "));
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return count > 1 ? `${name} (${count})` : name;
    });
  }
}

/** Puts one more word behind the names that are not alone, where it tells them apart. */
function add(names, rows, word) {
  const groups = Map.groupBy(names.keys(), (at) => names[at].join(", "));
  for (const group of groups.values()) {
    const words = group.map((at) => word(rows[at]));
    if (new Set(words).size > 1) group.forEach((at, i) => words[i] && names[at].push(words[i]));
  }
}
