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

const wide = /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/;
const measure = (letter) => (wide.test(letter) ? 12 : 6.4);

/** About how wide a text is at 12 px, in px. */
export function widthOf(words) {
  return [...words].reduce((sum, letter) => sum + measure(letter), 0);
}

/** A text cut so that it is at most so many px wide. */
export function cut(words, most) {
  if (widthOf(words) <= most) return words;
  let room = most - measure("…");
  let kept = "";
  for (const letter of words) {
    room -= measure(letter);
    if (room < 0) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}
