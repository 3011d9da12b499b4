// Dates as sources state them: a year, a month or a day. Each means a stretch of time.

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
