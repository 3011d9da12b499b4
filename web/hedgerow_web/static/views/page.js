// The page of a question: draws its answer into the figure, and sorts its table in place.
//
// The server sorts, over all rows of the answer; the links in the headings lead to the sorted page. Here the same
// answer is fetched and its table put in place of the old one, so that the reader stays where they are.

import { draw } from "./draw.js";
import { language, text } from "./texts.js";

async function show() {
  const figure = document.querySelector("figure.view");
  if (!figure) return;
  const { source } = figure.dataset;
  try {
    const response = await fetch(source, { headers: { "Accept-Language": language } });
    if (!response.ok) throw new Error(response.statusText);
    const answer = await response.json();
    if (figure.dataset.source !== source) return; // sorted again meanwhile
    await draw(figure, JSON.parse(figure.dataset.view), answer);
  } catch (fault) {
    figure.textContent = text("The drawing could not be made; the table says the same.");
    throw fault;
  }
}

async function sort(link) {
  const response = await fetch(link.href, { headers: { "Accept-Language": language } });
  const sorted = new DOMParser().parseFromString(await response.text(), "text/html");
  const { name } = link.dataset;
  document.querySelector("#answer").replaceWith(sorted.querySelector("#answer"));
  document.querySelector(`a.sort[data-name="${name}"]`).focus();
  history.replaceState(null, "", link.href);
  const [figure, next] = [document, sorted].map((page) => page.querySelector("figure.view"));
  if (figure) Object.assign(figure.dataset, next.dataset);
  await show();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.sort");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  sort(link).catch(() => location.assign(link.href));
});

await show();
