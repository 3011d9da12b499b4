// What stands under a drawing: its key, what it does not show, and the two ways to keep it.

import { save } from "./save.js";
import { text } from "./texts.js";

/** The sentences on what a drawing leaves out, and its own notes. */
export function notes({ notes: own = [], left = 0, withheld = 0, more = 0, drawn = 0, first }) {
  const told = [...own];
  const all = drawn + more;
  if (more) {
    told.push(first ?? text("Drawn are the first {drawn} of {all} rows, in the order of the table.", { drawn, all }));
  }
  if (left && withheld) {
    told.push(text("Not drawn: {left} rows without a figure ({withheld} withheld).", { left, withheld }));
  } else if (left) told.push(text("Not drawn: {left} rows without a figure.", { left }));
  return told;
}

/** The caption of a figure. */
export function caption(figure, picture) {
  const element = document.createElement("figcaption");
  if (picture.legend) {
    const keys = span(`${picture.legend.of}: `, "keys");
    keys.append(...picture.legend.keys.map(key));
    element.append(keys);
  }
  element.append(span(notes(picture).join(" "), "quiet notes"));
  if (picture.svg) element.append(buttons(picture));
  return element;
}

function span(words, name) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = words;
  return element;
}

function key({ name, color }) {
  const element = span("", "key");
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  const square = document.createElementNS(namespace, "rect");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  for (const [attribute, value] of Object.entries({ width: 12, height: 12, fill: color })) {
    square.setAttribute(attribute, value);
  }
  svg.append(square);
  element.append(svg, ` ${name}`);
  return element;
}

function buttons(picture) {
  const element = span("", "save");
  for (const form of ["svg", "png"]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "second";
    button.textContent = text(form === "svg" ? "Save as SVG" : "Save as PNG");
    button.addEventListener("click", () => save(picture, form, notes(picture)));
    element.append(button);
  }
  return element;
}
