// A drawing as a file of its own: SVG that carries its colours, title, key, notes and footing; PNG at twice the size.

import { text, widthOf } from "./texts.js";

/** The styles that a file carries: those that an element takes from the one around it, and those of its own. */
const INHERITED = [
  "fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap",
  "stroke-linejoin", "font-family", "font-size", "font-weight", "font-variant", "text-anchor", "visibility",
  "paint-order",
];
const OWN = { opacity: "1", "vector-effect": "none" };
const NAMESPACE = "http://www.w3.org/2000/svg";
const EDGE = 20;

/** Give a drawing to the reader as a file: `svg` or `png`. */
export async function save(picture, form, notes) {
  const whole = framed(picture, notes);
  const source = new XMLSerializer().serializeToString(whole);
  const blob = form === "svg" ? new Blob([source], { type: "image/svg+xml" }) : await pixels(whole, source);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName(picture, form);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function invented(picture) {
  return picture.answer.footing?.tier === "demo";
}

function fileName({ answer, kind }, form) {
  const name = [answer.question?.name ?? "answer", kind].join("-");
  return `${invented({ answer }) ? "synthetic-" : ""}${name}.${form}`;
}

/** The drawing between its title and what it rests on, with every style written into it. */
function framed(picture, notes) {
  const { svg } = picture;
  const { width, height } = svg.getBoundingClientRect();
  const style = getComputedStyle(document.body);
  const paper = { color: style.color, background: getComputedStyle(document.documentElement).getPropertyValue("--paper"), font: style.fontFamily };
  const whole = element("svg", { xmlns: NAMESPACE, "font-family": paper.font, fill: paper.color, "font-size": 12 });
  let y = EDGE;
  const write = (words, size = 12, weight = 400) => {
    for (const line of wrapped(words, width, size)) {
      y += size * 1.35;
      whole.append(element("text", { x: EDGE, y, "font-size": size, "font-weight": weight }, line));
    }
  };
  write(picture.title, 16, 600);
  if (picture.subtitle) write(picture.subtitle);
  if (invented(picture)) write(text("Invented for demonstration, not evidence."), 13, 700);
  if (picture.legend) y = keys(whole, picture.legend, y + 10, width);
  const inner = styled(svg);
  for (const [name, value] of Object.entries({ x: EDGE, y, width, height })) inner.setAttribute(name, value);
  whole.append(inner);
  y += height + 4;
  write(notes.join(" "));
  write(footing(picture.answer.footing));
  y += EDGE;
  const size = { width: width + 2 * EDGE, height: Math.ceil(y) };
  for (const [name, value] of Object.entries({ ...size, viewBox: `0 0 ${size.width} ${size.height}` })) {
    whole.setAttribute(name, value);
  }
  whole.prepend(element("title", {}, picture.title), element("rect", { ...size, fill: paper.background.trim() }));
  return whole;
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

function keys(whole, legend, top, width) {
  let y = top;
  const heading = `${legend.of}:`;
  whole.append(element("text", { x: EDGE, y: y + 13 }, heading));
  let x = EDGE + widthOf(heading) + 12;
  for (const { name, color } of legend.keys) {
    if (x > EDGE && x + 20 + widthOf(name) > width + EDGE) [x, y] = [EDGE, y + 18];
    whole.append(element("rect", { x, y: y + 3, width: 12, height: 12, fill: resolved(color) }));
    whole.append(element("text", { x: x + 17, y: y + 13 }, name));
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
function styled(svg) {
  const copy = svg.cloneNode(true);
  const originals = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((each, at) => write(each, originals[at], originals[at] === svg));
  for (const name of ["role", "aria-label"]) copy.removeAttribute(name);
  return copy;
}

function write(copy, original, outermost) {
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

function element(name, attributes, words) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute !== "xmlns") made.setAttribute(attribute, value);
  }
  if (words) made.textContent = words;
  return made;
}

/** The picture at twice its size. */
async function pixels(whole, source) {
  const image = new Image();
  // A data address, since the policy of the pages lets in images of no other kind made by a script.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * Number(whole.getAttribute("width"));
  canvas.height = 2 * Number(whole.getAttribute("height"));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
