import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { root as repository } from "./toolchain.mjs";

/** What the workspace is made of, for the checks. Every function takes the root, so that tests can hand in another tree. */

/** Reads `.repo/layers.json`: every published package with its name, floor, folder (`path`) and summary. */
export function layers(root = repository) {
  const { packages } = JSON.parse(readFileSync(join(root, ".repo", "layers.json"), "utf8"));
  return Object.entries(packages).map(([name, facts]) => ({ name, ...facts }));
}

/** Lists the folders under packages/ that hold a package.json, whether or not the table knows them. */
export function packageFolders(root = repository) {
  return filesUnder(join(root, "packages"))
    .filter((path) => /^([^/]+|formats\/[^/]+|connectors\/[^/]+|engines\/[^/]+)\/package\.json$/.test(path))
    .map((path) => `packages/${path.replace(/\/package\.json$/, "")}`);
}

/** Lists the folders of the applications. */
export function applicationFolders(root = repository) {
  const apps = join(root, "apps");
  if (!existsSync(apps)) return [];
  return readdirSync(apps)
    .filter((name) => existsSync(join(apps, name, "package.json")))
    .map((name) => `apps/${name}`);
}

/** Lists the folders of all packages and applications. */
export function workspaceFolders(root = repository) {
  return [...packageFolders(root), ...applicationFolders(root)];
}

const generated = new Set(["node_modules", "dist", "dist-parts", "temp", ".turbo", ".api", ".toolchain", ".git"]);

/** Lists the files under a folder that are not generated, as sorted paths relative to it with forward slashes. */
export function filesUnder(folder) {
  const found = [];
  const visit = (directory) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        if (!generated.has(entry.name)) visit(path);
      } else if (entry.isFile()) {
        found.push(relative(folder, path).split(sep).join("/"));
      }
    }
  };
  visit(folder);
  return found.sort();
}
