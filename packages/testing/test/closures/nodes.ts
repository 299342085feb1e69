import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A Node.js that programs are run with. */
export interface NodeVersion {
  readonly path: string;
  readonly version: string;
}

/** Packages that are nothing but a Node.js of Linux: the oldest that Millrace runs on, and others up to the newest. */
const require = createRequire(import.meta.url);
const PACKAGES = [
  require.resolve("node-20/package.json"),
  require.resolve("node-22/package.json"),
  require.resolve("node-26/package.json"),
];

/**
 * Gives the Node.js that runs this, and one of every other major version. Elsewhere than on Linux it is the only one; the versions then have to be
 * tried one after the other.
 */
export function nodeVersions(): NodeVersion[] {
  const nodes: NodeVersion[] = [{ path: process.execPath, version: process.version }];
  if (process.platform !== "linux" || process.arch !== "x64") return nodes;
  for (const manifest of PACKAGES) {
    const { version } = require(manifest) as { version: string };
    const path = join(dirname(manifest), "bin", "node");
    if (existsSync(path) && majorOf(version) !== majorOf(process.version))
      nodes.push({ path, version: `${version.replace(/^v?/, "v")}` });
  }
  return nodes;
}

/** Whether everything is to be run in every way: `MILLRACE_CLOSURES=all`. By default a part of the corpus is, in most of them. */
export const isWhole = process.env.MILLRACE_CLOSURES === "all";

export function majorOf(version: string): number {
  return Number.parseInt(version.replace(/^v/, ""), 10);
}
