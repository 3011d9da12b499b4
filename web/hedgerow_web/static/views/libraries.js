// The vendored libraries (web/vendor.toml), each loaded when the first drawing needs it.

const vendored = new URL("../vendored/", import.meta.url);

async function load(...files) {
  // Each leaves its name in the window, and the later ones look there for the earlier.
  for (const file of files) await import(new URL(file, vendored));
  return globalThis;
}

const D3 = "d3/7.9.2/d3.min.js";

/** Observable Plot, which draws bars, lines and time. */
export const plot = async () => (await load(D3, "plot/0.6.17/plot.umd.min.js")).Plot;

/** d3 with d3-sankey. */
export const sankey = async () => (await load(D3, "d3-sankey/0.12.3/d3-sankey.min.js")).d3;
