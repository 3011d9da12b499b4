// SVG by hand, for the drawings that need no chart library.

const NAMESPACE = "http://www.w3.org/2000/svg";

/** An SVG element with attributes and children; a `title` among the attributes is what it says when pointed at. */
export function make(name, { title, ...attributes } = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  if (title) element.append(make("title", {}, title));
  element.append(...children);
  return element;
}

/** A drawing of this size. */
export const canvas = (width, height, ...children) =>
  make("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, ...children);
