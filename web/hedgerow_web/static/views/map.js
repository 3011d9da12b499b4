// Countries shaded by a value, or by how many rows name them. The outlines are those of the site, /map/world.svg.

import { canvas, make } from "./svg.js";
import { number, text } from "./texts.js";

const SHARES = [50, 20, 5, 0];
const [WIDTH, HEIGHT] = [1000, 450];

let outlines;

async function world() {
  outlines ??= fetch(new URL("../../map/world.svg", import.meta.url)).then(async (response) => {
    if (!response.ok) throw new Error(response.statusText);
    return new DOMParser().parseFromString(await response.text(), "image/svg+xml");
  });
  return (await outlines).querySelectorAll("path");
}

export async function draw(reading, width) {
  const counted = !reading.has("value");
  const value = (row) => (counted ? 1 : reading.figure(row, "value"));
  const { rows, left, withheld } = reading.part((row) => reading.cell(row, "country") && value(row) !== null);
  const countries = new Map();
  for (const row of rows) {
    const code = String(reading.cell(row, "country")).split("/").pop();
    const country = countries.get(code) ?? { name: reading.label(row, "country"), figures: [] };
    country.figures.push(value(row));
    countries.set(code, country);
  }
  for (const country of countries.values()) {
    country.figure = counted ? country.figures.length : Math.max(...country.figures);
  }
  const bands = limits([...countries.values()].map((country) => country.figure), reading.unit("value"));
  const unit = counted ? "" : reading.unit("value");
  const svg = countries.size > 0 ? await shaded(countries, bands, unit, width) : null;
  const heading = counted ? text("Rows that name the country") : reading.heading("value");
  const legend = svg && { of: heading, keys: key(bands, unit) };
  const notes = [];
  if (!counted && rows.length > countries.size) notes.push(text("Of several rows of one country the highest is shown."));
  const missing = [...countries.values()].filter((country) => !country.drawn);
  if (svg && missing.length > 0) {
    const names = missing.map((country) => `${country.name} ${number(country.figure)}`).join(", ");
    notes.push(text("Too small for the map: {names}.", { names }));
  }
  notes.push(text("Outlines: Natural Earth, for orientation only."));
  return { svg, drawn: rows.length, left, withheld, legend, notes };
}

/** The lower ends of the four bands. */
function limits(figures, unit) {
  if (unit === "%") return SHARES;
  const most = Math.max(...figures, 0);
  const halves = [most / 2, most / 4, most / 8];
  if (!figures.every(Number.isInteger)) return [...halves, Math.min(0, ...figures)];
  return [...new Set([...halves.map(Math.ceil), Math.min(...figures)])].sort((a, b) => b - a);
}

const color = (at) => `var(--band-${at + 1})`;

function key(bands, unit) {
  const step = bands.every(Number.isInteger) && unit !== "%" ? 1 : 0;
  return bands.map((low, at) => {
    const high = bands[at - 1] - step;
    const range = at === 0 ? `≥ ${number(low)}` : low === high ? number(low) : `${number(low)} – ${number(high)}`;
    return { name: `${range} ${unit}`.trimEnd(), color: color(at) };
  });
}

async function shaded(countries, bands, unit, width) {
  const svg = canvas(width, (width * HEIGHT) / WIDTH);
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  const [land, marks] = [make("g", { class: "land" }), make("g", { class: "mark" })];
  for (const path of await world()) {
    const country = countries.get(path.id);
    const d = path.getAttribute("d");
    if (!country) {
      land.append(make("path", { d }));
      continue;
    }
    country.drawn = true;
    const fill = color(bands.findIndex((low) => country.figure >= low));
    const title = `${country.name}: ${number(country.figure)} ${unit}`.trimEnd();
    marks.append(make("path", { d, fill, stroke: "var(--ink)", "stroke-width": 0.8, title }));
  }
  svg.append(make("rect", { width: WIDTH, height: HEIGHT, fill: "var(--sea)" }), land, marks);
  return svg;
}
