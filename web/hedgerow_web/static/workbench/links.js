// A query in an address: to share, and as the address brings it along.

/** A longer query goes behind the `#`, which is never sent: no server and no proxy on the way has to take it. */
const LONGEST = 1800;

/** The address of this page with the query in it. */
export function share(query) {
  const inSearch = `?${new URLSearchParams({ query })}`;
  const page = location.origin + location.pathname;
  return inSearch.length <= LONGEST ? page + inSearch : `${page}#${new URLSearchParams({ query })}`;
}

/** The query behind the `#` of the address, "" without one. */
export function inFragment() {
  return new URLSearchParams(location.hash.slice(1)).get("query") ?? "";
}

/** Take from the address what it no longer tells truly. */
export function forget() {
  if (location.search || location.hash) history.replaceState(null, "", location.pathname);
}
