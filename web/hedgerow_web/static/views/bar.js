// A bar for each row. A range from low to high is a bar that floats between them; one end alone is a mark with its sign.

import { plot } from "./libraries.js";
import { frame, labels, lines } from "./rows.js";
import { colors } from "./series.js";
import { number, widthOf } from "./texts.js";

const MOST = 40;

export async function draw(reading, width) {
  const { rows: drawable, left, withheld } = reading.part((row) => span(reading, row) !== null);
  const rows = drawable.slice(0, MOST);
  const { color, legend } = colors(reading, rows);
  const names = reading.names(rows);
  const bars = rows.map((row, at) => ({ ...span(reading, row), key: at, name: names[at], fill: color(row) }));
  const svg = bars.length > 0 ? chart(await plot(), bars, heading(reading), width) : null;
  return { svg, drawn: rows.length, more: drawable.length - rows.length, left, withheld, legend };
}

/** Where the bar of a row begins and ends, and what it says; null without a figure. */
function span(reading, row) {
  const [value, low, high] = ["value", "low", "high"].map((part) => reading.figure(row, part));
  if (value !== null) return { x1: 0, x2: value, low, high, text: number(value) };
  if (low !== null && high !== null) {
    return { x1: low, x2: high, text: low === high ? number(low) : `${number(low)} – ${number(high)}` };
  }
  if (low !== null) return { x1: low, x2: low, text: `≥ ${number(low)}` };
  return high === null ? null : { x1: high, x2: high, text: `≤ ${number(high)}` };
}

/** What the axis says: the column of the value, or those of both ends of the range. */
function heading(reading) {
  const parts = reading.has("value") ? ["value"] : ["low", "high"].filter((part) => reading.has(part));
  return parts.map((part) => reading.heading(part)).join(" – ");
}

function chart(Plot, bars, label, width) {
  const shape = frame(bars.map((bar) => bar.name), width);
  const said = (bar) => `${bar.name}: ${bar.text}`;
  const ranged = bars.filter((bar) => bar.low != null && bar.high != null);
  const x = (bar) => Math.max(bar.x1, bar.x2, 0);
  return Plot.plot({
    ...shape.plot,
    marginRight: Math.max(...bars.map((bar) => widthOf(bar.text))) + 14,
    x: { zero: true, nice: true },
    y: lines(bars),
    marks: [
      Plot.gridX({ ticks: shape.ticks }),
      Plot.axisX({ anchor: "top", label, labelAnchor: "left", labelArrow: "none", ticks: shape.ticks, tickFormat: number }),
      Plot.barX(bars, { x1: "x1", x2: "x2", y: "key", fill: "fill", ...shape.bar, insetLeft: -1.5, insetRight: -1.5, title: said, className: "mark" }),
      Plot.ruleY(ranged, { x1: "low", x2: "high", y: "key", dy: shape.below, stroke: "currentColor", strokeWidth: 2 }),
      Plot.ruleX([0], { stroke: "currentColor" }),
      Plot.text(bars, { x, y: "key", text: "text", textAnchor: "start", dx: 7, dy: shape.below, className: "value" }),
      labels(Plot, bars, shape),
    ],
  });
}
