// What flows from where to where, as bands as wide as their value; without a value every row counts once.

import { sankey } from "./libraries.js";
import { canvas, make } from "./svg.js";
import { cut, text, widthOf } from "./texts.js";

const MOST = 40;
const [LEAST, LINE, EDGE] = [440, 26, 8];

export async function draw(reading, width) {
  const value = (row) => (reading.has("value") ? reading.figure(row, "value") : 1);
  const { rows: drawable, left, withheld } = reading.part(
    (row) => reading.cell(row, "from") && reading.cell(row, "to") && value(row) > 0,
  );
  const rows = drawable.slice(0, MOST);
  const svg = rows.length > 0 ? chart(await sankey(), links(reading, rows, value), Math.max(width, LEAST)) : null;
  const counted = text("Every row counts once.");
  const measured = () => text("The width of a band is: {what}.", { what: reading.heading("value") });
  const notes = [reading.has("value") ? measured() : counted];
  return { svg, drawn: rows.length, more: drawable.length - rows.length, left, withheld, notes };
}

/** The rows as links. Where something flows in a circle, every end stands on its own side. */
function links(reading, rows, value) {
  const pairs = rows.map((row) => [String(reading.cell(row, "from")), String(reading.cell(row, "to"))]);
  const sides = circular(pairs) ? ["from ", "to "] : ["", ""];
  const names = new Map();
  const made = rows.map((row, at) => {
    const [source, target] = pairs[at].map((end, side) => sides[side] + end);
    names.set(source, reading.label(row, "from"));
    names.set(target, reading.label(row, "to"));
    const figure = reading.has("value") ? reading.figureText(row, "value") : "";
    const title = `${names.get(source)} → ${names.get(target)}${figure ? `: ${figure}` : ""}`;
    return { source, target, value: value(row), title };
  });
  return { links: made, nodes: [...names].map(([id, name]) => ({ id, name })) };
}

function circular(pairs) {
  const onward = Map.groupBy(pairs, ([from]) => from);
  const [open, done] = [new Set(), new Set()];
  const visit = (end) => {
    if (open.has(end)) return true;
    if (done.has(end)) return false;
    open.add(end);
    const found = (onward.get(end) ?? []).some(([, to]) => visit(to));
    open.delete(end);
    done.add(end);
    return found;
  };
  return [...onward.keys()].some(visit);
}

function chart(d3, graph, width) {
  const room = Math.min(width * 0.26, Math.max(...graph.nodes.map((node) => widthOf(node.name))) + 16);
  const ends = new Set(graph.links.map((link) => link.target));
  const starts = new Set(graph.links.map((link) => link.source));
  const outer = graph.nodes.filter((node) => !(ends.has(node.id) && starts.has(node.id)));
  const height = Math.max(160, Math.max(starts.size, ends.size) * LINE + 2 * EDGE);
  const layout = d3.sankey().nodeId((node) => node.id).nodeWidth(10).nodePadding(12)
    .nodeSort(null).extent([[room, EDGE], [width - room, height - EDGE]]);
  const { nodes, links: bands } = layout(graph);
  const path = d3.sankeyLinkHorizontal();
  const marks = bands.map((band) =>
    make("path", { d: path(band), "stroke-width": Math.max(1, band.width), title: band.title }),
  );
  const boxes = nodes.flatMap((node) => box(node, room, outer.some((each) => each.id === node.id), width));
  return canvas(width, height, make("g", { class: "mark flows" }, ...marks), make("g", { class: "boxes" }, ...boxes));
}

/** A node with its name: at the edge beside it, within the drawing over the bands. */
function box(node, room, outer, width) {
  const { x0, x1, y0, y1, name } = node;
  const left = outer ? x0 < width / 2 : false;
  const shape = make("rect", { x: x0, y: y0, width: x1 - x0, height: Math.max(1, y1 - y0), title: name });
  const label = make(
    "text",
    {
      x: left ? x0 - 6 : x1 + 6,
      y: (y0 + y1) / 2,
      dy: "0.35em",
      "text-anchor": left ? "end" : "start",
      class: outer ? "label" : "label over",
      title: name,
    },
    cut(name, room - 12),
  );
  return [shape, label];
}
