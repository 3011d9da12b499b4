// The colours of series, from the sheet of the site: --series-1 to --series-6, and --series-other for all further ones.

import { text } from "./texts.js";

export const SERIES = 6;
/** A figure narrower than so many px writes a label above its bar, not beside it. */
export const NARROW = 560;

/** The values of a part in the order they first come. */
export function series(reading, rows, part = "series") {
  return [...new Set(rows.map((row) => reading.label(row, part) || text("not known")))];
}

/**
 * The colour of each row by its series, and the key {of, keys}; without a series one colour and no key.
 * The most frequent series have a colour of their own.
 */
export function colors(reading, rows, part = "series") {
  if (!reading.has(part)) return { color: () => "var(--accent)", legend: null, nameOf: () => "" };
  const names = series(reading, rows, part);
  const nameOf = (row) => reading.label(row, part) || text("not known");
  const count = (name) => rows.filter((row) => nameOf(row) === name).length;
  const frequent = [...names].sort((a, b) => count(b) - count(a)).slice(0, SERIES);
  const own = names.filter((name) => frequent.includes(name));
  const colorOf = (name) => (own.includes(name) ? `var(--series-${own.indexOf(name) + 1})` : "var(--series-other)");
  const keys = own.map((name) => ({ name, color: colorOf(name) }));
  if (names.length > SERIES) {
    keys.push({ name: text("{count} others", { count: names.length - SERIES }), color: "var(--series-other)" });
  }
  return { color: (row) => colorOf(nameOf(row)), legend: { of: reading.heading(part), keys }, nameOf };
}
