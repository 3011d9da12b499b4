// The frame that drawings with one line for each row share: the labels, beside the lines or, in a narrow figure, above.

import { cut, widthOf } from "./texts.js";
import { NARROW } from "./series.js";

/** Measures, in px, for rows with these names at this width. */
export function frame(names, width) {
  const narrow = width < NARROW;
  const margin = narrow ? 6 : Math.min(width * 0.42, Math.max(...names.map(widthOf), 40) + 14);
  const line = narrow ? 40 : 27;
  return {
    narrow,
    line,
    plot: { width, height: names.length * line + 64, marginLeft: margin, marginTop: 48, marginBottom: 16 },
    bar: { insetTop: narrow ? 20 : 5, insetBottom: narrow ? 6 : 5 },
    /** How far the middle of a bar lies below the middle of its line. */
    below: narrow ? 7 : 0,
    room: narrow ? width - 16 : margin - 12,
    ticks: Math.max(2, Math.floor((width - margin) / 110)),
  };
}

/** The labels of the rows: `marks` have a `key` and a `name`. */
export function labels(Plot, marks, shape) {
  return Plot.text(marks, {
    y: "key",
    text: (mark) => cut(mark.name, shape.room),
    title: "name",
    frameAnchor: "left",
    textAnchor: shape.narrow ? "start" : "end",
    dx: shape.narrow ? 0 : -10,
    dy: shape.narrow ? -9 : 0,
    className: "label over",
  });
}

/** The scale of the lines: one for each row, in their order. */
export const lines = (marks) => ({ axis: null, domain: marks.map((mark) => mark.key), padding: 0 });
