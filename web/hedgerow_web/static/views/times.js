// Dates as sources state them: a year, a month or a day. Each means a stretch of time. And the ticks of an axis of time.

import { language } from "./texts.js";

const STATED = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/;

/** The first instant of a date as stated and the first after it; null for what is no date. */
export function stretch(stated) {
  const [, year, month, day] = STATED.exec(String(stated ?? "").slice(0, 10)) ?? [];
  if (!year) return null;
  const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  const to = day
    ? Date.UTC(year, month - 1, Number(day) + 1)
    : month
      ? Date.UTC(year, month, 1)
      : Date.UTC(Number(year) + 1, 0, 1);
  return { from: new Date(from), to: new Date(to) };
}

const YEAR = 365.25 * 86_400_000;
/** A tick takes at least so many px. */
const TICK = 90;

/** The ticks of an axis from one instant to another: whole years where they are many, else a fitting number. */
export function ticks([from, to], width) {
  const most = Math.max(2, Math.floor(width / TICK));
  const years = (to - from) / YEAR;
  if (years < 3) return most;
  const step = [1, 2, 5, 10, 20, 50].find((each) => years / each <= most) ?? 100;
  return step === 1 ? "year" : `${step} years`;
}

const month = new Intl.DateTimeFormat(language, { year: "numeric", month: "short", timeZone: "UTC" });
const day = new Intl.DateTimeFormat(language, { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" });

/** An instant as a tick says it: as short as it can be told. */
export function moment(instant) {
  if (instant.getUTCDate() > 1) return day.format(instant);
  return instant.getUTCMonth() > 0 ? month.format(instant) : String(instant.getUTCFullYear());
}
