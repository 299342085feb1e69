import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { reportProblems } from "./check.mjs";
import { root as repository } from "./toolchain.mjs";
import { filesUnder } from "./workspace.mjs";

/**
 * Holds the Markdown pages against the tree: a relative link leads to a file or folder that exists, and the number of a
 * decision record is its own.
 */

/** Returns every problem of the pages under `root` as one line of text. */
export function linkProblems(root) {
  const pages = markdownPages(root);
  const problems = pages.flatMap((page) => brokenLinks(root, page));
  const records = pages.filter((page) => page.startsWith("docs/decisions/"));
  for (const [index, page] of records.entries()) {
    const number = page.slice("docs/decisions/".length).split("-")[0];
    if (records[index - 1]?.startsWith(`docs/decisions/${number}-`)) {
      problems.push(`${page}: ${records[index - 1]} has the same number`);
    }
    if (!readFileSync(join(root, page), "utf8").startsWith(`# ${number}: `)) {
      problems.push(`${page}: the first line must begin with "# ${number}: "`);
    }
  }
  return problems;
}

function brokenLinks(root, page) {
  const text = readFileSync(join(root, page), "utf8").replace(/^```.*?^```$/gms, (block) =>
    block.replace(/[^\n]/g, ""),
  );
  return text.split("\n").flatMap((line, index) =>
    [...line.replace(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1])
      .filter((target) => !/^([a-z]+:|#)/.test(target))
      .filter((target) => !existsSync(join(root, dirname(page), decodeURI(target.split("#")[0]))))
      .map((target) => `${page}:${index + 1}: ${target} leads nowhere`),
  );
}

function markdownPages(root) {
  return filesUnder(root).filter((path) => path.endsWith(".md") && !path.endsWith(".api.md"));
}

if (import.meta.main) reportProblems(linkProblems(repository), markdownPages(repository).length);
