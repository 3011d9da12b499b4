// What leads to what, in columns: whatever leads on to nothing stands at the right. Names stand in boxes and never meet.

import { canvas, make } from "./svg.js";
import { cut, widthOf } from "./texts.js";

const MOST = 60;
const [NAME, LINE, BOX, GAP, EDGE] = [190, 30, 22, 70, 10];

export async function draw(reading, width) {
  const { rows: drawable, left, withheld } = reading.part((row) => reading.cell(row, "from") || reading.cell(row, "to"));
  const nodes = new Map();
  const edges = new Map();
  let drawn = 0;
  for (const row of drawable) {
    const ends = ["from", "to"].filter((part) => reading.cell(row, part));
    const fresh = ends.filter((part) => !nodes.has(reading.cell(row, part)));
    if (nodes.size + fresh.length > MOST) break;
    for (const part of fresh) nodes.set(reading.cell(row, part), { name: reading.label(row, part), onward: [] });
    if (ends.length === 2) join(reading, row, nodes, edges);
    drawn += 1;
  }
  const svg = nodes.size > 0 ? chart([...nodes.values()], [...edges.values()], width) : null;
  return { svg, drawn, more: drawable.length - drawn, left, withheld };
}

/** Rows between the same two make one arrow, which says what they all say. */
function join(reading, row, nodes, edges) {
  const [from, to] = [reading.cell(row, "from"), reading.cell(row, "to")];
  const key = `${from} ${to}`;
  if (!edges.has(key)) {
    edges.set(key, { from: nodes.get(from), to: nodes.get(to), says: new Set() });
    nodes.get(from).onward.push(nodes.get(to));
  }
  if (reading.has("label") && reading.label(row, "label")) edges.get(key).says.add(reading.label(row, "label"));
}

function chart(nodes, edges, width) {
  const columns = inColumns(nodes, edges);
  const widths = columns.map((column) => Math.min(NAME, Math.max(...column.map((node) => widthOf(node.name)))) + 16);
  const total = widths.reduce((sum, each) => sum + each, 2 * EDGE);
  const gap = Math.min(320, Math.max(GAP, (width - total) / Math.max(1, columns.length - 1)));
  const height = Math.max(...columns.map((column) => column.length)) * LINE + 2 * EDGE;
  let x = EDGE;
  columns.forEach((column, at) => {
    const top = (height - column.length * LINE) / 2;
    column.forEach((node, line) => Object.assign(node, { x, y: top + (line + 0.5) * LINE, width: widths[at] }));
    x += widths[at] + gap;
  });
  return canvas(
    Math.max(x - gap + EDGE, 1),
    height,
    make("g", { class: "mark arrows" }, ...edges.map(arrow)),
    make("g", { class: "boxes" }, ...nodes.flatMap(box)),
  );
}

/** The nodes by how many steps lead on from them, each column in the order of what it is joined to. */
function inColumns(nodes, edges) {
  const steps = new Map();
  const open = new Set();
  const count = (node) => {
    if (steps.has(node)) return steps.get(node);
    open.add(node);
    const onward = node.onward.filter((next) => !open.has(next)).map(count);
    open.delete(node);
    steps.set(node, onward.length > 0 ? 1 + Math.max(...onward) : 0);
    return steps.get(node);
  };
  const most = Math.max(...nodes.map(count));
  const columns = Array.from({ length: most + 1 }, () => []);
  for (const node of nodes) columns[most - steps.get(node)].push(node);
  const full = columns.filter((column) => column.length > 0);
  for (const sweep of [full, [...full].reverse(), full, [...full].reverse()]) {
    full.forEach((column) => column.forEach((node, at) => (node.place = at / column.length)));
    for (const column of sweep) {
      for (const node of column) node.wanted = mean(neighbours(node, edges)) ?? node.place;
      column.sort((a, b) => a.wanted - b.wanted);
      column.forEach((node, at) => (node.place = at / column.length));
    }
  }
  return full;
}

function neighbours(node, edges) {
  return edges.flatMap(({ from, to }) => (from === node ? [to.place] : to === node ? [from.place] : []));
}

const mean = (places) => (places.length > 0 ? places.reduce((sum, place) => sum + place, 0) / places.length : null);

function arrow({ from, to, says }) {
  const [x1, x2] = [from.x + from.width, to.x - 6];
  const bend = Math.max(30, Math.abs(x2 - x1) / 2);
  const title = `${from.name} → ${to.name}${says.size > 0 ? `: ${[...says].join(", ")}` : ""}`;
  const line = `M${x1},${from.y}C${x1 + bend},${from.y} ${x2 - bend},${to.y} ${x2},${to.y}`;
  return make("g", { title }, make("path", { d: line }), make("path", { d: `M${to.x},${to.y}l-7,-4v8z`, class: "head" }));
}

function box({ x, y, width, name }) {
  return [
    make("rect", { x, y: y - BOX / 2, width, height: BOX, rx: 3, title: name }),
    make("text", { x: x + 8, y, dy: "0.35em", title: name }, cut(name, width - 14)),
  ];
}
