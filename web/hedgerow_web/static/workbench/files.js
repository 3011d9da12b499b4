// A query as a file of one's own: `.rq` with a header in `#+` lines, as the files of the questions have it.

import { language } from "../views/texts.js";

const HEADER = /^#\+/m;

/** Whether a query has a header of its own. */
export function hasHeader(query) {
  return HEADER.test(query);
}

/** What a header says of one thing, "" without it. */
export function stated(query, name) {
  return new RegExp(`^#\\+ ${name}: *(.+)$`, "m").exec(query)?.[1].trim() ?? "";
}

/** The title of a header in the reader's language, else in English; "" without one. */
export function titleOf(query) {
  const title = stated(query, "title");
  if (!title.startsWith("{")) return title;
  const words = [language, "en"].map((each) => new RegExp(`\\b${each}: ("(?:[^"\\\\]|\\\\.)*")`).exec(title)?.[1]);
  return JSON.parse(words.find(Boolean) ?? '""');
}

/** A name for a file: letters, digits and hyphens. */
export function slug(title) {
  const made = title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return made || "query";
}

/** The query with a header that `docs/how-to/add-a-question.md` can begin from; one that has a header stays as it is. */
export function withHeader(query, title, columns) {
  if (hasHeader(query)) return query;
  const texts = language === "en" ? `{en: ${quoted(title)}}` : `{en: ${quoted(title)}, ${language}: ${quoted(title)}}`;
  const lines = [
    "id: X1",
    `name: ${slug(title)}`,
    `title: ${texts}`,
    `why: ${texts}`,
    ...(columns.length ? ["columns:"] : ["columns: []"]),
    ...columns.map(({ name, type }) => `  - {name: ${name}, type: ${type}, label: {en: ${quoted(name)}}}`),
  ];
  return `${lines.map((line) => `#+ ${line}`).join("\n")}\n${query.trimEnd()}\n`;
}

function quoted(words) {
  return JSON.stringify(words);
}

/** Hand the reader a file. */
export function give(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
