// Draws an answer into a figure. This is the whole interface:
//
//   await draw(figure, view, answer)
//
// `figure`  an element (its `data-title` is the title of the drawing, else the first heading of the page; a saved
//           picture has its `data-subtitle` too);
// `view`    {kind, columns: {label: "item", value: "share", ...}}, as a question's header has it;
// `answer`  {columns: [{name, label, type, unit}], rows: [{name: value, nameLabel: text}], footing: {...}}, as the
//           `.json` of a question has it.
//
// `guess(answer)` gives the views that suit an answer without a header, the best first.
// What is drawn says beneath it what is not: rows without a figure, and those past the first ones.

import { caption } from "./caption.js";
import { Reading } from "./reading.js";
import { text } from "./texts.js";

export { guess } from "./guess.js";

/** The kinds, in the order they are offered. A table is drawn by the page itself. */
export const KINDS = ["bar", "line", "stacked", "map", "flow", "graph", "timeline"];

const drawn = new WeakMap();

/** Draw, and draw again whenever the width of the figure changes. */
export async function draw(figure, view, answer) {
  drawn.get(figure)?.disconnect();
  await once(figure, view, answer);
  let width = figure.clientWidth;
  let waiting;
  const observer = new ResizeObserver(() => {
    if (Math.abs(figure.clientWidth - width) < 8) return;
    width = figure.clientWidth;
    clearTimeout(waiting);
    waiting = setTimeout(() => once(figure, view, answer), 150);
  });
  observer.observe(figure);
  drawn.set(figure, observer);
}

async function once(figure, view, answer) {
  if (!KINDS.includes(view.kind)) throw new Error(`There is no view '${view.kind}'.`);
  const kind = await import(`./${view.kind}.js`);
  const title = figure.dataset.title || document.querySelector("h1")?.textContent.trim() || "";
  const picture = await kind.draw(new Reading(view, answer), Math.max(figure.clientWidth, 280));
  if (picture.svg) named(picture.svg, title);
  const scroll = document.createElement("div");
  scroll.className = "drawing";
  scroll.append(picture.svg ?? nothing());
  figure.replaceChildren(scroll, caption(figure, { ...picture, title, subtitle: figure.dataset.subtitle, answer, kind: view.kind }));
  if (picture.svg && scroll.scrollWidth > scroll.clientWidth) {
    Object.assign(scroll, { tabIndex: 0, role: "region", ariaLabel: title });
  }
  figure.dataset.drawn = picture.drawn;
  figure.dataset.left = picture.left;
}

function nothing() {
  const sentence = document.createElement("p");
  sentence.textContent = text("Nothing here can be drawn; the table says what is known.");
  return sentence;
}

/** One image with a name: what is inside has no names and roles of its own for a reader by ear. */
function named(svg, title) {
  for (const inner of svg.querySelectorAll("[role], [aria-label], [aria-description]")) {
    for (const name of ["role", "aria-label", "aria-description"]) inner.removeAttribute(name);
  }
  for (const style of svg.querySelectorAll("style")) style.remove(); // the sheet of the site has these rules
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", title);
}
