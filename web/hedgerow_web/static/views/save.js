// A drawing as a file: SVG, or PNG at twice the size.

import { invented, whole } from "./picture.js";

/** Give a drawing to the reader as a file: `svg` or `png`. */
export async function save(drawing, form, notes) {
  const picture = whole(drawing, notes);
  const source = new XMLSerializer().serializeToString(picture);
  const blob = form === "svg" ? new Blob([source], { type: "image/svg+xml" }) : await pixels(picture, source);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName(drawing, form);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function fileName(drawing, form) {
  const name = `${drawing.answer.question?.name ?? "answer"}-${drawing.kind}.${form}`;
  return invented(drawing) ? `synthetic-${name}` : name;
}

/** The picture in pixels, two for each of its own. */
async function pixels(picture, source) {
  const image = new Image();
  // A data address, since the policy of the pages lets in images of no other kind made by a script.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * Number(picture.getAttribute("width"));
  canvas.height = 2 * Number(picture.getAttribute("height"));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
