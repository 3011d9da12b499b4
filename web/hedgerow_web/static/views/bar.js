// A bar for each row. Of a range the bar is full as far as it surely reaches, and pale from low to high.

import { plot } from "./libraries.js";
import { frame, labels, lines } from "./rows.js";
import { colors } from "./series.js";
import { number, text, widthOf } from "./texts.js";

const MOST = 30;

export async function draw(reading, width) {
  const { rows: drawable, left, withheld } = reading.part((row) => span(reading, row) !== null);
  const rows = drawable.slice(0, MOST);
  const { color, legend } = colors(reading, rows);
  const names = reading.names(rows);
  const bars = rows.map((row, at) => ({ ...span(reading, row), key: at, name: names[at], fill: color(row) }));
  const svg = bars.length > 0 ? chart(await plot(), bars, heading(reading), width) : null;
  const notes = bars.some(ranged) ? [text("The pale part lies between the least and the most.")] : [];
  return { svg, drawn: rows.length, more: drawable.length - rows.length, left, withheld, legend, notes };
}

const ranged = (bar) => bar.low !== null && bar.high !== null && bar.low !== bar.high;

/** How far a row surely reaches, from where to where it may, and what it says; null without a figure. */
function span(reading, row) {
  const [value, low, high] = ["value", "low", "high"].map((part) => reading.figure(row, part));
  if (value !== null) return { sure: value, low, high, text: number(value) };
  if (low !== null && high !== null) {
    const sure = low > 0 ? low : Math.min(high, 0);
    return { sure, low, high, text: low === high ? number(low) : `${number(low)} – ${number(high)}` };
  }
  if (low !== null) return { sure: Math.max(low, 0), low, high: Math.max(low, 0), text: `≥ ${number(low)}` };
  return high === null ? null : { sure: Math.min(high, 0), low: Math.min(high, 0), high, text: `≤ ${number(high)}` };
}

/** What the axis says: the column of the value, or those of both ends of the range. */
function heading(reading) {
  const parts = reading.has("value") ? ["value"] : ["low", "high"].filter((part) => reading.has(part));
  return parts.map((part) => reading.heading(part)).join(" – ");
}

function chart(Plot, bars, label, width) {
  const shape = frame(bars.map((bar) => bar.name), width);
  const said = (bar) => `${bar.name}: ${bar.text}`;
  const x = (bar) => Math.max(bar.sure, bar.high ?? 0, 0);
  const bar = { y: "key", fill: "fill", ...shape.bar, title: said };
  return Plot.plot({
    ...shape.plot,
    marginRight: Math.max(...bars.map((bar) => widthOf(bar.text))) + 14,
    x: { zero: true, nice: true },
    y: lines(bars),
    marks: [
      Plot.gridX({ ticks: shape.ticks }),
      Plot.axisX({ anchor: "top", label, labelAnchor: "left", labelArrow: "none", ticks: shape.ticks, tickFormat: number }),
      Plot.barX(bars.filter(ranged), { x1: "low", x2: "high", ...bar, fillOpacity: 0.35, stroke: "fill" }),
      Plot.barX(bars, { x1: 0, x2: "sure", ...bar, className: "mark" }),
      Plot.ruleX([0], { stroke: "currentColor" }),
      Plot.text(bars, { x, y: "key", text: "text", textAnchor: "start", dx: 7, dy: shape.below, className: "value" }),
      labels(Plot, bars, shape),
    ],
  });
}
