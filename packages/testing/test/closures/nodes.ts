import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A Node.js of this machine. */
export interface NodeVersion {
  readonly path: string;
  readonly version: string;
}

/** Finds the Node.js that runs this, and others in PATH of another major version. */
export function nodesOfThisMachine(): NodeVersion[] {
  const nodes: NodeVersion[] = [{ path: process.execPath, version: process.version }];
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  for (const path of new Set(folders.map((folder) => join(folder, "node")))) {
    if (!existsSync(path) || realpathSync(path) === realpathSync(process.execPath)) continue;
    const version = execFileSync(path, ["--version"], { encoding: "utf8" }).trim();
    const isNew = nodes.every((known) => majorOf(known.version) !== majorOf(version));
    if (isNew && majorOf(version) >= OLDEST_MAJOR) nodes.push({ path, version });
  }
  return nodes;
}

const OLDEST_MAJOR = 20;

export function majorOf(version: string): number {
  return Number.parseInt(version.slice(1), 10);
}
