import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { root } from "./toolchain.mjs";

/** What the workspace is made of, for the checks: the packages of `.repo/layers.json` and the files under them. */

/** Reads `.repo/layers.json`: every published package with its floor, its folder and what it is. */
export function layers(folder = root) {
  const { packages } = JSON.parse(readFileSync(join(folder, ".repo", "layers.json"), "utf8"));
  return Object.entries(packages).map(([name, facts]) => ({ name, ...facts }));
}

/** Lists the folders of all published packages and of the applications, relative to the root. */
export function workspaceFolders() {
  const applications = readdirSync(join(root, "apps"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `apps/${entry.name}`);
  return [...layers().map((layer) => layer.path), ...applications];
}

/** Lists the files under a folder that git would keep, as paths relative to it with forward slashes. */
export function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !/(^|\/)(node_modules|dist|temp|\.turbo|\.toolchain|\.git)\//.test(path))
    .sort();
}
