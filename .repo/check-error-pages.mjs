import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { reportProblems } from "./check.mjs";
import { root as repository } from "./toolchain.mjs";

/**
 * Holds the error pages against the registry of codes in core: every code has `docs/errors/<CODE>.md`, every page has a
 * code, and a page begins with its code as the title and has more to say than that.
 */

/** Returns every problem of the tree under `root` as one line of text. */
export function errorPageProblems(root, codes) {
  const folder = join(root, "docs", "errors");
  const pages = existsSync(folder) ? readdirSync(folder).filter((name) => name !== "README.md") : [];
  const problems = [];
  for (const code of codes) {
    if (!pages.includes(`${code}.md`)) problems.push(`docs/errors/${code}.md is missing`);
  }
  for (const name of pages) {
    const code = name.replace(/\.md$/, "");
    const [title, ...rest] = readFileSync(join(folder, name), "utf8").split("\n");
    if (!codes.includes(code)) problems.push(`docs/errors/${name}: core has no code ${code}`);
    else if (title !== `# ${code}`) problems.push(`docs/errors/${name}: the first line must be "# ${code}"`);
    else if (rest.every((line) => line.trim() === "")) problems.push(`docs/errors/${name}: says nothing`);
  }
  return problems;
}

if (import.meta.main) {
  const core = await import(pathToFileURL(join(repository, "packages", "core", "dist", "index.js")));
  const codes = Object.keys(core.errorCodes);
  reportProblems(errorPageProblems(repository, codes), codes.length);
}
