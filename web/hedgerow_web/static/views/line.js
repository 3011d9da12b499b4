// A value over time, a line for each series. Series that are units get a panel each: figures in different units
// share no axis.

import { plot } from "./libraries.js";
import { colors, series, SERIES } from "./series.js";
import { canvas } from "./svg.js";
import { number, text, widthOf } from "./texts.js";
import { moment, stretch, ticks } from "./times.js";

const UNIT = /\/code\/unit\//;
const HEIGHT = 300;

export async function draw(reading, width) {
  const at = (row) => stretch(reading.cell(row, "x"))?.from ?? null;
  const { rows: drawable, left, withheld } = reading.part((row) => at(row) && reading.figure(row, "value") !== null);
  const units = reading.has("series") && drawable.some((row) => UNIT.test(String(reading.cell(row, "series"))));
  const names = reading.has("series") ? series(reading, drawable) : [""];
  const kept = names.slice(0, SERIES);
  const inSeries = colors(reading, drawable).nameOf;
  const rows = drawable.filter((row) => kept.includes(inSeries(row)));
  const { color, legend, nameOf } = colors(reading, rows);
  const points = rows.map((row) => ({
    x: at(row),
    y: reading.figure(row, "value"),
    name: nameOf(row),
    stroke: color(row),
    title: [nameOf(row), reading.label(row, "x"), reading.figureText(row, "value")].filter(Boolean).join(": "),
  }));
  points.sort((a, b) => a.x - b.x);
  const panels = units ? kept.map((name) => [name, points.filter((point) => point.name === name)]) : [["", points]];
  const svg = points.length > 0 ? stacked(await plot(), panels, reading, width) : null;
  const first = text("Drawn are the first {drawn} of {all} lines.", { drawn: kept.length, all: names.length });
  const more = drawable.length - rows.length;
  return { svg, drawn: rows.length, more, first, left, withheld, legend: units ? null : legend };
}

/** One panel under the other, over the same stretch of time. */
function stacked(Plot, panels, reading, width) {
  const times = panels.flatMap(([, points]) => points.map((point) => point.x));
  const domain = [new Date(Math.min(...times)), new Date(Math.max(...times))];
  if (domain[0] - domain[1] === 0) domain[1] = new Date(+domain[0] + 86_400_000);
  const whole = canvas(width, panels.length * HEIGHT);
  panels.forEach(([unit, points], at) => {
    const label = unit ? `${reading.heading("value")} (${unit})` : reading.heading("value");
    const panel = chart(Plot, points, label, domain, width);
    panel.setAttribute("y", at * HEIGHT);
    whole.append(panel);
  });
  return whole;
}

function chart(Plot, points, label, domain, width) {
  const lines = { x: "x", y: "y", z: "name", stroke: "stroke" };
  return Plot.plot({
    width,
    height: HEIGHT,
    marginLeft: Math.max(...points.map((point) => widthOf(number(point.y)))) + 20,
    marginTop: 34,
    marginRight: 24,
    x: { type: "utc", domain },
    y: { zero: true, nice: true, label },
    marks: [
      Plot.gridY({ ticks: 5 }),
      Plot.axisY({ label, labelArrow: "none", tickFormat: number, ticks: 5 }),
      Plot.axisX({ label: null, ticks: ticks(domain, width), tickFormat: moment }),
      Plot.ruleY([0], { stroke: "currentColor" }),
      Plot.lineY(points, { ...lines, strokeWidth: 2 }),
      Plot.dot(points, { ...lines, fill: "stroke", r: 3.5, title: "title", className: "mark" }),
    ],
  });
}
