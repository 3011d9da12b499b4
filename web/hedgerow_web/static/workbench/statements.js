// Statements as expanded JSON-LD gives them: gathered by subject, as a tree, and as edges for a drawing.

const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/** The statements by subject: Map of subject to Map of property to its values ({iri} or {value, language, datatype}). */
export function gather(document) {
  const subjects = new Map();
  const take = (node) => {
    if (node["@graph"]) node["@graph"].forEach(take);
    const properties = subjects.get(node["@id"]) ?? new Map();
    for (const [name, values] of Object.entries(node)) {
      if (name === "@id" || name === "@graph") continue;
      const property = name === "@type" ? TYPE : name;
      const known = properties.get(property) ?? [];
      for (const each of [values].flat()) known.push(name === "@type" ? { iri: each } : read(each));
      properties.set(property, known);
    }
    if (properties.size) subjects.set(node["@id"], properties);
  };
  [document].flat().forEach(take);
  return subjects;
}

function read(value) {
  if ("@id" in value) return { iri: value["@id"] };
  return { value: String(value["@value"]), language: value["@language"] ?? "", datatype: value["@type"] ?? "" };
}

export function count(subjects) {
  let sum = 0;
  for (const properties of subjects.values()) for (const values of properties.values()) sum += values.length;
  return sum;
}

/** The statements between things, as the drawing of a graph reads them. */
export function edges(subjects, version, name) {
  const rows = [];
  for (const [from, properties] of subjects) {
    for (const [property, values] of properties) {
      if (property === TYPE) continue;
      for (const { iri } of values) {
        if (iri) rows.push({ from, fromLabel: name(from), to: iri, toLabel: name(iri), label: name(property) });
      }
    }
  }
  const columns = ["from", "fromLabel", "to", "toLabel", "label"].map((each) => ({
    name: each,
    label: each,
    type: each === "from" || each === "to" ? "iri" : "string",
    unit: null,
  }));
  return { columns, rows, footing: { version, rows: rows.length } };
}
