import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./toolchain.mjs";
import { filesUnder } from "./workspace.mjs";

/**
 * Remembers that a check passed, by a hash of everything it looked at, so that the next `npm test` need not repeat it.
 * Only results that are all good are kept.
 */

/** Hashes the content of files and folders, and of every word in `facts`. */
export function contentHash(paths, facts = []) {
  const hash = createHash("sha256");
  for (const fact of facts) hash.update(`${fact}\0`);
  for (const path of paths) {
    const full = join(root, path);
    if (!existsSync(full)) continue;
    const names = statSync(full).isDirectory() ? filesUnder(full).map((name) => join(full, name)) : [full];
    for (const name of names) {
      const content = readFileSync(name);
      hash.update(`${name.slice(root.length)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest("hex");
}

/** Returns the counts of the check `name` when it passed with the same hash, else undefined. */
export function recall(name, hash) {
  const path = stampPath(name);
  if (!existsSync(path)) return undefined;
  const stamp = JSON.parse(readFileSync(path, "utf8"));
  return stamp.hash === hash ? { passed: stamp.passed, failed: 0 } : undefined;
}

/** Keeps a result for later; one that is not all good is forgotten instead. */
export function remember(name, hash, { passed, failed }) {
  const path = stampPath(name);
  mkdirSync(dirname(path), { recursive: true });
  if (failed > 0) rmSync(path, { force: true });
  else writeFileSync(path, JSON.stringify({ hash, passed }));
}

function stampPath(name) {
  return join(root, ".toolchain", "stamps", `${name.replaceAll(" ", "-")}.json`);
}
