// Small helpers for building a page.

/** An element with its text and its properties; data and ARIA go by `dataset` and `aria…` properties. */
export function element(name, words = "", { dataset = {}, ...properties } = {}) {
  const made = document.createElement(name);
  if (words) made.textContent = words;
  Object.assign(made.dataset, dataset);
  return Object.assign(made, properties);
}

/** A button that does something. */
export function button(words, press, properties = {}) {
  const made = element("button", words, { type: "button", className: "second", ...properties });
  made.addEventListener("click", press);
  return made;
}

/** Buttons that turn the pages of what is longer than one, and say which part is shown. */
export function pager({ page, size, all, words, turn }) {
  const nav = element("p", "", { className: "tools pages" });
  if (all <= size) return nav;
  const first = page * size + 1;
  const last = Math.min(first + size - 1, all);
  const back = button(words.back, () => turn(page - 1), { disabled: first === 1 });
  const on = button(words.on, () => turn(page + 1), { disabled: last === all });
  nav.append(back, element("span", words.part(first, last, all)), on);
  return nav;
}
