// Statements as expanded JSON-LD gives them, gathered by subject; and as edges for a drawing.

const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/** The statements by subject: Map of subject to Map of property to its values, written as terms of a result are. */
export function gather(document) {
  const subjects = new Map();
  const take = (node) => {
    if (node["@graph"]) node["@graph"].forEach(take);
    const properties = subjects.get(node["@id"]) ?? new Map();
    for (const [name, values] of Object.entries(node)) {
      if (name === "@id" || name === "@graph") continue;
      const property = name === "@type" ? TYPE : name;
      const known = properties.get(property) ?? [];
      for (const each of [values].flat()) known.push(name === "@type" ? thing(each) : read(each));
      properties.set(property, known);
    }
    if (properties.size) subjects.set(node["@id"], properties);
  };
  [document].flat().forEach(take);
  return subjects;
}

const thing = (iri) => ({ type: iri.startsWith("_:") ? "bnode" : "uri", value: iri });

function read(value) {
  if ("@id" in value) return thing(value["@id"]);
  const made = { type: "literal", value: String(value["@value"]) };
  if (value["@language"]) made["xml:lang"] = value["@language"];
  if (value["@type"]) made.datatype = value["@type"];
  return made;
}

/** Every value, with its subject and property. */
export function* statements(subjects) {
  for (const [subject, properties] of subjects) {
    for (const [property, values] of properties) {
      for (const value of values) yield [subject, property, value];
    }
  }
}

/** The IRIs in them. */
export function things(subjects) {
  const found = new Set();
  for (const [subject, property, value] of statements(subjects)) {
    found.add(subject).add(property);
    if (value.type === "uri") found.add(value.value);
  }
  return [...found];
}

/** The name of a part without that of the record it belongs to. */
const own = (name) => name.slice(Math.max(name.lastIndexOf("›"), 0));

/** The statements between things, as the drawing of a graph reads them. */
export function edges(subjects, name) {
  const rows = [];
  for (const [from, property, { type, value: to }] of statements(subjects)) {
    if (type === "literal" || property === TYPE) continue;
    rows.push({ from, fromLabel: own(name(from)), to, toLabel: own(name(to)), label: name(property) });
  }
  const columns = ["from", "fromLabel", "to", "toLabel", "label"].map((each) => ({
    name: each,
    label: each,
    type: each === "from" || each === "to" ? "iri" : "string",
    unit: null,
  }));
  return { columns, rows };
}
