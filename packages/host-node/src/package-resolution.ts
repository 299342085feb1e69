/**
 * Finds the file that `import "name/sub"` in some file means, by the algorithm of Node's documentation ("PACKAGE_RESOLVE"), since
 * `import.meta.resolve` answers only for the file that asks. What it leaves to the caller gives undefined: `#imports`,
 * self-references, and packages without `exports` whose entry has no file extension.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CONDITIONS = new Set(["node", "import", "module-sync", "node-addons", "default"]);
const SPECIFIER = /^((?:@[^/]+\/)?[^/@#][^/]*)(\/.*)?$/;

type Target = string | null | readonly Target[] | { readonly [key: string]: Target };

/** Gives the URL of the file, or undefined when this algorithm cannot tell. */
export function resolvePackage(specifier: string, baseUrl: string): string | undefined {
  const match = SPECIFIER.exec(specifier);
  if (match === null) return undefined;
  const [, name, rest = ""] = match;
  for (let folder = new URL("./", baseUrl); ; ) {
    const packageUrl = new URL(`node_modules/${name}/`, folder);
    const manifestPath = fileURLToPath(new URL("package.json", packageUrl));
    if (existsSync(manifestPath)) return inPackage(packageUrl, `.${rest}`, readManifest(manifestPath));
    const parent = new URL("../", folder);
    if (parent.href === folder.href) return undefined;
    folder = parent;
  }
}

interface Manifest {
  readonly exports?: Target;
  readonly main?: string;
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, "utf8")) as Manifest;
}

function inPackage(packageUrl: URL, subpath: string, { exports, main }: Manifest): string | undefined {
  const target = exports === undefined ? withoutExports(subpath, main) : exportOf(subpath, exports);
  return target === undefined ? undefined : new URL(target, packageUrl).href;
}

function withoutExports(subpath: string, main: string | undefined): string | undefined {
  const path = subpath === "." ? main : subpath;
  return path !== undefined && /\.[cm]?js$/.test(path) ? path : undefined;
}

function exportOf(subpath: string, exports: Target): string | undefined {
  const isMap = typeof exports === "object" && exports !== null && !Array.isArray(exports);
  const hasSubpaths = isMap && Object.keys(exports).some((key) => key.startsWith("."));
  if (!hasSubpaths) return subpath === "." ? targetOf(exports, "") : undefined;
  const map = exports as { readonly [key: string]: Target };
  if (map[subpath] !== undefined && !subpath.includes("*")) return targetOf(map[subpath], "");
  const patterns = Object.keys(map).filter((key) => key.includes("*"));
  // The pattern with the longest part before the star is the most exact one.
  for (const pattern of patterns.sort((left, right) => right.indexOf("*") - left.indexOf("*"))) {
    const [before = "", after = ""] = pattern.split("*");
    if (!subpath.startsWith(before) || !subpath.endsWith(after) || subpath.length < pattern.length) continue;
    return targetOf(map[pattern]!, subpath.slice(before.length, subpath.length - after.length));
  }
  return undefined;
}

function targetOf(target: Target, star: string): string | undefined {
  if (target === null) return undefined;
  if (typeof target === "string") return target.replaceAll("*", star);
  if (Array.isArray(target)) {
    return target.map((each: Target) => targetOf(each, star)).find((each) => each !== undefined);
  }
  for (const [condition, each] of Object.entries(target)) {
    if (!CONDITIONS.has(condition)) continue;
    const found = targetOf(each, star);
    if (found !== undefined) return found;
  }
  return undefined;
}
