// The texts of the drawings in the reader's language. The English text is the key; the page brings the others along
// in `<script type="application/json" id="view-texts">` (macros/views.html).

const page = document.getElementById("view-texts");
const known = page ? JSON.parse(page.textContent) : {};

export const language = document.documentElement.lang || "en";

/** A text with its values put in. */
export function text(english, values = {}) {
  return (known[english] ?? english).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

const figures = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });

/** A number for a person: four significant digits, grouped. */
export function number(value) {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString(language) : figures.format(value);
}

let context;

/** How wide a text is at 12 px in the font of the page, in px. */
export function widthOf(words) {
  if (!context) {
    context = document.createElement("canvas").getContext("2d");
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  }
  return context.measureText(words).width;
}

/** A text cut so that it is at most so many px wide at 12 px. */
export function cut(words, most) {
  if (widthOf(words) <= most) return words;
  const letters = [...words];
  while (letters.length > 1 && widthOf(`${letters.join("")}…`) > most) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}
