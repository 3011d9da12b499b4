// A line for each row through time: thick where both ends are on record, thin and open where one is not. What only
// begins, by the question, is a dot.

import { plot } from "./libraries.js";
import { frame, labels, lines } from "./rows.js";
import { colors } from "./series.js";
import { text } from "./texts.js";
import { moment, stretch, ticks } from "./times.js";

const MOST = 30;
const YEAR = 365.25 * 86_400_000;

export async function draw(reading, width) {
  const ends = (row) => [stretch(reading.cell(row, "start")), stretch(reading.cell(row, "end"))];
  const { rows: drawable, left, withheld } = reading.part((row) => ends(row).some(Boolean));
  const rows = drawable.slice(0, MOST);
  const { color, legend } = colors(reading, rows);
  const names = reading.names(rows);
  const spans = rows.map((row, at) => {
    const [start, end] = ends(row);
    return { key: at, name: names[at], fill: color(row), start: start?.from, end: end?.to, text: said(reading, row) };
  });
  const ending = reading.has("end");
  const open = ending && spans.some((span) => !span.start || !span.end);
  const today = stretch(reading.answer.footing?.asOf)?.from;
  const svg = spans.length > 0 ? chart(await plot(), spans, ending, today, width) : null;
  const notes = open ? [text("A thin line that runs to the edge: that end is not on record.")] : [];
  if (today && svg) notes.push(text("The upright line is the day asked for."));
  return { svg, drawn: rows.length, more: drawable.length - rows.length, left, withheld, legend, notes };
}

/** Both ends as the source states them. */
function said(reading, row) {
  const ends = reading.has("end") ? ["start", "end"] : ["start"];
  return ends.map((end) => reading.label(row, end) || "?").join(" – ");
}

function chart(Plot, spans, ending, today, width) {
  const shape = frame(spans.map((span) => span.name), width);
  const known = spans.flatMap((span) => [span.start, span.end]).concat(today ?? []).filter(Boolean);
  const [first, last] = [Math.min(...known), Math.max(...known)];
  const margin = Math.max((last - first) * 0.04, YEAR / 4);
  const domain = [new Date(first - margin), new Date(last + margin)];
  const drawn = spans.map((span) => ({ ...span, x1: span.start ?? domain[0], x2: span.end ?? domain[1] }));
  const years = ticks(domain, width - shape.plot.marginLeft);
  const whole = (span) => span.start && span.end;
  const title = (span) => `${span.name}: ${span.text}`;
  const bar = { x1: "x1", x2: "x2", y: "key", fill: "fill", title, className: "mark" };
  const dot = { x: (span) => span.start ?? span.end, y: "key", dy: shape.below, r: 4.5, fill: "fill" };
  const half = { insetTop: shape.bar.insetTop + 6, insetBottom: shape.bar.insetBottom + 6 };
  return Plot.plot({
    ...shape.plot,
    marginRight: 16,
    x: { type: "utc", domain },
    y: lines(spans),
    marks: [
      Plot.gridX({ ticks: years }),
      Plot.axisX({ anchor: "top", label: null, ticks: years, tickFormat: moment }),
      Plot.barX(drawn.filter(whole), { ...bar, ...shape.bar }),
      ending ? Plot.barX(drawn.filter((span) => !whole(span)), { ...bar, ...half }) : null,
      Plot.dot(drawn.filter((span) => !whole(span)), ending ? dot : { ...dot, title, className: "mark" }),
      today ? Plot.ruleX([today], { stroke: "currentColor", strokeDasharray: "3 3" }) : null,
      labels(Plot, spans, shape),
    ],
  });
}
