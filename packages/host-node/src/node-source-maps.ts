/**
 * Lets Node.js map the positions of evaluated code itself: stack traces, `cause` chains and the errors of an AggregateError alike, whoever
 * asks for them. It learns source maps of evaluated text from comments in it, under the name that the text gives itself; an empty
 * text with such comments is evaluated for each map. This changes how all stack traces of a thread are made, and so is done in
 * worker threads only.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ScriptSourceMap } from "@millrace/core";

/** Names by map, of objects and, since each job brings objects of its own, of contents. */
const namesOfMaps = new WeakMap<ScriptSourceMap, string>();
const namesOfContents = new Map<string, string>();

/** Gives the name under which code at `url` is to be evaluated, so that its positions are mapped. */
export function mappedNameOf(url: string, map: ScriptSourceMap): string {
  let name = namesOfMaps.get(map);
  if (name === undefined) {
    name = registeredNameOf(url, map);
    namesOfMaps.set(map, name);
  }
  return name;
}

function registeredNameOf(url: string, { sources, names, mappings }: ScriptSourceMap): string {
  const content = JSON.stringify({ version: 3, file: url, sources, names, mappings });
  const known = namesOfContents.get(content);
  if (known !== undefined) return known;
  // Another job may bring another part of the map, or of another version of the file, under the same URL.
  const base = /^[A-Za-z][A-Za-z\d+.-]+:/.test(url) ? url : pathToFileURL(url).href;
  const name = `${base.replace(/\s/g, encodeURIComponent)}#${namesOfContents.size + 1}`;
  const encoded = Buffer.from(content).toString("base64");
  process.setSourceMapsEnabled(true);
  new Function(`//# sourceURL=${name}\n//# sourceMappingURL=data:application/json;base64,${encoded}`);
  namesOfContents.set(content, name);
  return name;
}

const DATA_URL = /^data:application\/json[^,]*?(;base64)?,/;

/** Reads the source map that a script names. */
export function readSourceMap(sourceMapUrl: string, scriptUrl: string): { text: string; url: string } | undefined {
  try {
    const base = scriptUrl.startsWith("file:") ? scriptUrl : pathToFileURL(scriptUrl).href;
    const data = DATA_URL.exec(sourceMapUrl);
    if (data !== null) {
      const rest = sourceMapUrl.slice(data[0].length);
      const text = data[1] === undefined ? decodeURIComponent(rest) : Buffer.from(rest, "base64").toString("utf8");
      return { text, url: base };
    }
    const url = new URL(sourceMapUrl, base);
    return url.protocol === "file:" ? { text: readFileSync(fileURLToPath(url), "utf8"), url: url.href } : undefined;
  } catch {
    // A map that is not there is as none.
    return undefined;
  }
}
