import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A Node.js that programs are run with. */
export interface NodeVersion {
  readonly path: string;
  readonly version: string;
}

/** Packages that are nothing but a Node.js of Linux: the oldest that Millrace runs on, and others up to the newest. */
const PACKAGES = ["node-20", "node-22", "node-26"];

/**
 * Gives the Node.js that runs this, and one of every other major version. Elsewhere than on Linux it is the only one; the versions then have to be
 * tried one after the other.
 */
export function nodeVersions(): NodeVersion[] {
  const nodes: NodeVersion[] = [{ path: process.execPath, version: process.version }];
  if (process.platform !== "linux" || process.arch !== "x64") return nodes;
  const { resolve } = createRequire(import.meta.url);
  for (const name of PACKAGES) {
    const folder = dirname(resolve(`${name}/package.json`));
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
    const path = join(folder, "bin", "node");
    if (existsSync(path) && majorOf(version) !== majorOf(process.version)) nodes.push({ path, version: `v${version}` });
  }
  return nodes;
}

/** Whether everything is to be run in every way: `MILLRACE_CLOSURES=all`. By default a part of the corpus is, in most of them. */
export const isWhole = process.env.MILLRACE_CLOSURES === "all";

export function majorOf(version: string): number {
  return Number.parseInt(version.replace(/^v/, ""), 10);
}
