// Serves a file of N-Quads with Comunica over a store in memory, through the one part of the SPARQL protocol that the
// bench uses. Comunica's own server reads its sources anew in a process for each core; this one gives it the best case.
//
//     node comunica.mjs FOLDER FILE PORT      (FOLDER: where its packages are installed)
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { once } from "node:events";

const [folder, file, port] = process.argv.slice(2);
const require = createRequire(`${folder}/package.json`);
const { QueryEngine } = require("@comunica/query-sparql-rdfjs");
const { DataFactory, StreamParser } = require("n3");
const { RdfStore } = require("rdf-stores");

const store = RdfStore.createDefault();
await once(store.import(createReadStream(file).pipe(new StreamParser({ format: "application/n-quads" }))), "end");
const engine = new QueryEngine();

async function text(request) {
  if (request.method === "GET") return new URL(request.url, "http://localhost").searchParams.get("query");
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString("utf-8");
}

createServer(async (request, response) => {
  try {
    const result = await engine.query(await text(request), { sources: [store], unionDefaultGraph: true });
    const type = result.resultType === "quads" ? "application/n-triples" : "application/sparql-results+json";
    const { data } = await engine.resultToString(result, type);
    response.writeHead(200, { "Content-Type": type });
    data.on("error", (error) => response.destroy(error));
    data.pipe(response);
  } catch (error) {
    response.writeHead(400, { "Content-Type": "text/plain" });
    response.end(String(error));
  }
}).listen(Number(port), "127.0.0.1");
