// The columns of a table of solutions, the order of its rows, and the same as drawings read it.

const XSD = "http://www.w3.org/2001/XMLSchema#";
const CODE = "https://w3id.org/hedgerow/code/";
const WHOLE = ["integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "gYear"];
const BROKEN = ["decimal", "double", "float"];

/** The columns of an answer with their kinds, by the names that the columns of questions have. */
export function columns({ head, results }) {
  return head.vars.map((name) => ({ name, type: common(results.bindings.map((row) => row[name])) }));
}

function common(cells) {
  const kinds = [...new Set(cells.filter(Boolean).map(kind))];
  if (kinds.length === 1) return kinds[0];
  if (kinds.length && kinds.every((each) => each === "integer" || each === "decimal")) return "decimal";
  return kinds.length && kinds.every((each) => each === "iri" || each === "code") ? "iri" : "string";
}

function kind(cell) {
  if (cell.type === "uri") return cell.value.startsWith(CODE) ? "code" : "iri";
  const local = (cell.datatype ?? "").startsWith(XSD) ? cell.datatype.slice(XSD.length) : "";
  if (WHOLE.includes(local)) return "integer";
  if (BROKEN.includes(local)) return "decimal";
  if (local === "date" || local === "dateTime") return "date";
  return local === "boolean" ? "boolean" : "string";
}

/** Rows in the order of one column: numbers by their size, all else as it is shown; what is not known comes last. */
export function sorted(rows, { name, type }, way, said) {
  const numeric = type === "integer" || type === "decimal";
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const by = (one, other) =>
    numeric ? Number(one.value) - Number(other.value) : collator.compare(said(one), said(other));
  return [...rows].sort(({ [name]: one }, { [name]: other }) => {
    if (!one || !other) return one ? -1 : other ? 1 : 0;
    return way === "descending" ? by(other, one) : by(one, other);
  });
}

/** The answer as drawings read it; `said` gives the words for an IRI. */
export function asAnswer(data, said) {
  const known = columns(data);
  const named = ({ type }) => type === "iri" || type === "code";
  const rows = data.results.bindings.map((row) => {
    const made = {};
    for (const column of known) {
      const cell = row[column.name];
      made[column.name] = cell ? value(cell, column.type) : null;
      if (named(column)) made[`${column.name}Label`] = cell ? said(cell.value) : null;
    }
    return made;
  });
  const told = known.flatMap((column) => [
    { ...column, label: column.name, unit: null },
    ...(named(column) ? [{ name: `${column.name}Label`, label: column.name, type: "string", unit: null }] : []),
  ]);
  return { columns: told, rows };
}

function value(cell, type) {
  if (type === "integer" || type === "decimal") return Number(cell.value);
  if (type === "boolean") return cell.value === "true" || cell.value === "1";
  return type === "date" ? cell.value.slice(0, 10) : cell.value;
}
