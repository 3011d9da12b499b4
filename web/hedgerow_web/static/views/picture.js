// A drawing as a picture that stands by itself: its title, what was asked, its key, its notes and what it rests on,
// with every style written into it.

import { make } from "./svg.js";
import { text, widthOf } from "./texts.js";

/** The styles that a file carries: those that an element takes from the one around it, and those of its own. */
const INHERITED = [
  "fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap",
  "stroke-linejoin", "font-family", "font-size", "font-weight", "font-variant", "text-anchor", "visibility",
  "paint-order",
];
const OWN = { opacity: "1", "vector-effect": "none" };
const EDGE = 20;

/** Whether a drawing shows invented examples. */
export const invented = ({ answer }) => answer.footing?.tier === "demo";

/** The picture as an SVG element that needs no sheet. */
export function whole(drawing, notes) {
  const { width, height } = drawing.svg.getBoundingClientRect();
  const { color, fontFamily } = getComputedStyle(document.body);
  const around = make("svg", { "font-family": fontFamily, fill: color, "font-size": 12 });
  let y = EDGE;
  const write = (words, size = 12, weight = 400) => {
    for (const line of wrapped(words, width, size)) {
      y += size * 1.35;
      around.append(make("text", { x: EDGE, y, "font-size": size, "font-weight": weight }, line));
    }
  };
  write(drawing.title, 16, 600);
  if (drawing.subtitle) write(drawing.subtitle);
  if (invented(drawing)) write(text("Invented for demonstration, not evidence."), 13, 700);
  if (drawing.legend) y = keys(around, drawing.legend, y + 10, width);
  around.append(placed(inlined(drawing.svg), { x: EDGE, y, width, height }));
  y += height + 4;
  write(notes.join(" "));
  write(footing(drawing.answer.footing));
  const size = { width: width + 2 * EDGE, height: Math.ceil(y) + EDGE };
  const paper = make("rect", { ...size, fill: resolved("var(--paper)") });
  around.prepend(make("title", {}, drawing.title), paper);
  return placed(around, { ...size, viewBox: `0 0 ${size.width} ${size.height}` });
}

function placed(svg, attributes) {
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  return svg;
}

/** Where the drawing is found again. */
function address() {
  const { origin, pathname, searchParams } = new URL(location);
  searchParams.delete("lang");
  return `${origin}${pathname}${searchParams.size > 0 ? `?${searchParams}` : ""}`;
}

/** What the answer rests on, in one line. */
function footing({ asOf, version, tier } = {}) {
  const parts = [asOf && text("As of {day}", { day: asOf }), version, tier && `${text("tier")}: ${tier}`, address()];
  return `Hedgerow · ${parts.filter(Boolean).join(" · ")}`;
}

function keys(around, legend, top, width) {
  let y = top;
  const heading = `${legend.of}:`;
  around.append(make("text", { x: EDGE, y: y + 13 }, heading));
  let x = EDGE + widthOf(heading) + 12;
  for (const { name, color } of legend.keys) {
    if (x > EDGE && x + 20 + widthOf(name) > width + EDGE) [x, y] = [EDGE, y + 18];
    around.append(make("rect", { x, y: y + 3, width: 12, height: 12, fill: resolved(color) }));
    around.append(make("text", { x: x + 17, y: y + 13 }, name));
    x += 34 + widthOf(name);
  }
  return y + 24;
}

/** A colour of the sheet as a colour. */
function resolved(color) {
  const name = color.match(/^var\((--[\w-]+)\)$/)?.[1];
  return name ? getComputedStyle(document.documentElement).getPropertyValue(name).trim() : color;
}

/** A copy that needs no sheet: the styles that are computed for the original stand in it as attributes. */
function inlined(svg) {
  const copy = svg.cloneNode(true);
  const originals = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((each, at) => inline(each, originals[at], originals[at] === svg));
  for (const name of ["role", "aria-label"]) copy.removeAttribute(name);
  return copy;
}

function inline(copy, original, outermost) {
  const style = getComputedStyle(original);
  const around = outermost ? null : getComputedStyle(original.parentNode);
  copy.removeAttribute("class");
  copy.removeAttribute("style");
  for (const name of [...INHERITED, ...Object.keys(OWN)]) {
    const value = style.getPropertyValue(name);
    const without = name in OWN ? OWN[name] : around?.getPropertyValue(name);
    if (value && value !== without) copy.setAttribute(name, value);
    else copy.removeAttribute(name);
  }
}

function wrapped(words, width, size) {
  const parts = words.match(/[^\s\u3000-\u9fff\uff00-\uffef]+\s*|[\u3000-\u9fff\uff00-\uffef]\s*/g) ?? [];
  const lines = [""];
  for (const part of parts) {
    const line = lines.at(-1);
    if (line && (widthOf(line + part) * size) / 12 > width) lines.push(part);
    else lines[lines.length - 1] = line + part;
  }
  return lines.map((line) => line.trim());
}
