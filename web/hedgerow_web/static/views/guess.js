// Which views suit an answer that has no header to say so, as a result of SPARQL.

const COUNTRY = /\/country\/[A-Z]{2}$/;
const DAY = /^\d{4}(-\d{2}){0,2}$/;

/** The views that suit the columns and rows of an answer, the best first; none when there is nothing to draw. */
export function guess(answer) {
  const full = answer.columns.filter((column) => values(answer, column).length > 0);
  const numbers = full.filter((c) => (c.type === "decimal" || c.type === "integer") && !isYear(c));
  const times = full.filter((c) => c.type === "date" || isYear(c) || all(answer, c, DAY));
  const things = full.filter((c) => c.type === "iri" && !answer.columns.some((o) => `${o.name}Label` === c.name));
  const countries = things.filter((c) => all(answer, c, COUNTRY));
  const label = things[0] ?? full.find((c) => ["code", "string"].includes(c.type) && !times.includes(c));
  const value = numbers[0] && { value: numbers[0].name };
  const views = [];
  if (value && times.length) views.push(view("line", { x: times[0].name, ...value, ...series(label) }));
  if (value && countries.length > 1) views.push(view("flow", { ...ends(countries), ...value }));
  if (value && label) views.push(view("bar", { label: label.name, ...value }));
  if (countries.length) views.push(view("map", { country: countries[0].name, ...value }));
  if (label && times.length > 1 && !value) {
    views.push(view("timeline", { label: label.name, start: times[0].name, end: times[1].name }));
  }
  if (things.length > 1) views.push(view("graph", ends(things)));
  return views;
}

const view = (kind, columns) => ({ kind, columns });
const series = (label) => (label ? { series: label.name } : {});
const ends = ([from, to]) => ({ from: from.name, to: to.name });
const isYear = (column) => column.type === "integer" && /year/i.test(column.name);

function values(answer, column) {
  return answer.rows.map((row) => row[column.name]).filter((value) => value !== null && value !== undefined);
}

function all(answer, column, pattern) {
  return values(answer, column).every((value) => pattern.test(String(value)));
}
