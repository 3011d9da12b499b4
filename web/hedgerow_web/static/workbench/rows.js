// A table of solutions: what its cells say, how they sort, and the same as the drawings read it.

const XSD = "http://www.w3.org/2001/XMLSchema#";
const RDF_LANG = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString";
const WHOLE = ["integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "gYear"];
const BROKEN = ["decimal", "double", "float"];
const CODE = "https://w3id.org/hedgerow/code/";

/** The short name of a literal's datatype, "" for a plain text. */
export function datatype(cell, terms) {
  if (cell["xml:lang"]) return `@${cell["xml:lang"]}`;
  if (!cell.datatype || cell.datatype === `${XSD}string` || cell.datatype === RDF_LANG) return "";
  return terms.short(cell.datatype);
}

/** The kind of a column, by the names that the columns of questions have. */
export function kindOf(cells) {
  const kinds = new Set(cells.filter(Boolean).map(kind));
  if (kinds.size === 1) return [...kinds][0];
  if ([...kinds].every((each) => each === "integer" || each === "decimal") && kinds.size) return "decimal";
  if ([...kinds].every((each) => each === "iri" || each === "code") && kinds.size) return "iri";
  return "string";
}

function kind(cell) {
  if (cell.type === "uri") return cell.value.startsWith(CODE) ? "code" : "iri";
  const local = (cell.datatype ?? "").startsWith(XSD) ? cell.datatype.slice(XSD.length) : "";
  if (WHOLE.includes(local)) return "integer";
  if (BROKEN.includes(local)) return "decimal";
  if (local === "date" || local === "dateTime") return "date";
  return local === "boolean" ? "boolean" : "string";
}

/** The columns of an answer with their kinds. */
export function columns({ head, results }) {
  return head.vars.map((name) => ({ name, type: kindOf(results.bindings.map((row) => row[name])) }));
}

/** Rows in the order of one column: numbers by their size, all else as it is shown; what is not known comes last. */
export function sorted(rows, { name, type }, order, said) {
  const numeric = type === "integer" || type === "decimal";
  const key = (cell) => (numeric ? Number(cell.value) : said(cell));
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const compare = (one, other) => {
    if (!one || !other) return one ? -1 : other ? 1 : 0;
    const by = numeric ? key(one) - key(other) : collator.compare(key(one), key(other));
    return order === "descending" ? -by : by;
  };
  return [...rows].sort((one, other) => compare(one[name], other[name]));
}

/** The answer as the drawings read it; `said` gives the words for an IRI. */
export function asAnswer({ head, results }, version, said) {
  const known = columns({ head, results });
  const rows = results.bindings.map((row) => {
    const made = {};
    for (const { name, type } of known) {
      made[name] = row[name] ? value(row[name], type) : null;
      if (type === "iri" || type === "code") made[`${name}Label`] = row[name] ? said(row[name]) : null;
    }
    return made;
  });
  const named = known.flatMap((column) => [
    { ...column, label: column.name, unit: null },
    ...(column.type === "iri" || column.type === "code"
      ? [{ name: `${column.name}Label`, label: column.name, type: "string", unit: null }]
      : []),
  ]);
  return { columns: named, rows, footing: { version, rows: rows.length } };
}

function value(cell, type) {
  if (type === "integer" || type === "decimal") return Number(cell.value);
  if (type === "boolean") return cell.value === "true" || cell.value === "1";
  return type === "date" ? cell.value.slice(0, 10) : cell.value;
}
