// A bar for each label, made of its series. Segments past the colours there are share a grey, each by itself.

import { plot } from "./libraries.js";
import { frame, labels, lines } from "./rows.js";
import { colors } from "./series.js";
import { number, text } from "./texts.js";

const MOST = 30;

export async function draw(reading, width) {
  const value = (row) => reading.figure(row, "value");
  const { rows: drawable, left, withheld } = reading.part((row) => value(row) !== null && value(row) >= 0);
  const nameOf = (row) => reading.label(row, "label") || text("without a name");
  const all = [...new Set(drawable.map(nameOf))];
  const names = all.slice(0, MOST);
  const rows = drawable.filter((row) => names.includes(nameOf(row)));
  const { color, legend, nameOf: seriesOf } = colors(reading, rows);
  const places = legend.keys.map(({ color: each }) => each);
  const parts = rows.map((row) => ({
    key: names.indexOf(nameOf(row)),
    value: value(row),
    fill: color(row),
    title: `${nameOf(row)}, ${seriesOf(row)}: ${reading.figureText(row, "value")}`,
  }));
  parts.sort((a, b) => places.indexOf(a.fill) - places.indexOf(b.fill));
  const shares = reading.unit("value") === "%";
  const totals = names.map((_, key) => sum(parts.filter((part) => part.key === key)));
  const bars = names.map((name, key) => ({ key, name }));
  const svg = parts.length > 0 ? chart(await plot(), bars, parts, { label: reading.heading("value"), shares }, width) : null;
  const notes = [];
  if (shares && totals.some((total) => total < 99.5)) notes.push(text("What a bar lacks to 100 % is not on record."));
  if (shares && totals.some((total) => total > 100.5)) {
    notes.push(text("A bar past 100 % holds rows of several years, stages or bases; the table tells them apart."));
  }
  const first = text("Drawn are the first {drawn} of {all} bars.", { drawn: names.length, all: all.length });
  return { svg, drawn: rows.length, more: drawable.length - rows.length, first, left, withheld, legend, notes };
}

const sum = (parts) => parts.reduce((total, part) => total + part.value, 0);

function chart(Plot, bars, parts, { label, shares }, width) {
  const shape = frame(bars.map((bar) => bar.name), width);
  return Plot.plot({
    ...shape.plot,
    marginRight: 20,
    x: shares ? { domain: [0, Math.max(100, ...bars.map(({ key }) => sum(parts.filter((part) => part.key === key))))] } : { nice: true },
    y: lines(bars),
    marks: [
      Plot.gridX({ ticks: shape.ticks }),
      Plot.axisX({ anchor: "top", label, labelAnchor: "left", labelArrow: "none", ticks: shape.ticks, tickFormat: number }),
      Plot.barX(parts, { x: "value", y: "key", fill: "fill", order: null, ...shape.bar, insetRight: 1, title: "title", className: "mark" }),
      Plot.ruleX([0], { stroke: "currentColor" }),
      labels(Plot, bars, shape),
    ],
  });
}
