import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { reportProblems } from "./check.mjs";
import { testCases } from "./test-reports.mjs";
import { root as repository } from "./toolchain.mjs";
import { packageFolders } from "./workspace.mjs";

/**
 * Holds the rules of every `packages/<name>/SPEC.md` against the names of the tests that ran.
 *
 * A rule is declared where its number leads a list item, a table row, a heading or a paragraph: `- **[M3]** …`. A test
 * cites it anywhere in its name, `[M3]` or `[M3, M4]`. Numbers are unique in a package. A citation means the rule of the
 * test's own package, else the only package that declares the number. Every rule must be cited, every citation known.
 * Numbers of a letter and three digits that no package declares are rows of the reference inventory, not rules.
 */

const declaration = /^\s*(?:[-*] |\| ?|#+ |\d+\. )?\**\[([A-Z]+\d+)\]/;
const inventoryRow = /^[A-Z]\d{3}$/;

/** Returns every problem of the tree under `root` as one line of text. `tests` lists `{ folder, name }`. */
export function specProblems(root, tests) {
  const { rules, problems } = declaredRules(root);
  const cited = new Set();
  const unknown = new Map();
  for (const { folder, name } of tests) {
    for (const number of citations(name)) {
      const owners = rules.has(`${folder} ${number}`) ? [folder] : ownersOf(rules, number);
      if (owners.length === 1) cited.add(`${owners[0]} ${number}`);
      else if (owners.length > 1) {
        problems.push(`${folder}: the test "${name}" cites [${number}], which ${owners.join(" and ")} both declare`);
      } else if (!inventoryRow.test(number)) {
        unknown.set(`${folder}: no SPEC.md declares [${number}]`, name);
      }
    }
  }
  for (const [problem, name] of unknown) problems.push(`${problem}, which a test cites: "${name}"`);
  for (const [key, place] of rules) if (!cited.has(key)) problems.push(`${place}: no test cites this rule`);
  return problems;
}

/** Counts the rules that are declared. */
export function numRules(root) {
  return declaredRules(root).rules.size;
}

function declaredRules(root) {
  const rules = new Map();
  const problems = [];
  for (const folder of packageFolders(root)) {
    const path = join(root, folder, "SPEC.md");
    if (!existsSync(path)) continue;
    for (const [index, line] of readFileSync(path, "utf8").split("\n").entries()) {
      const number = declaration.exec(line)?.[1];
      if (number === undefined) continue;
      const place = `${folder}/SPEC.md:${index + 1}: [${number}]`;
      const key = `${folder} ${number}`;
      if (rules.has(key)) problems.push(`${place}: declared before, ${rules.get(key)}`);
      else rules.set(key, place);
    }
  }
  return { rules, problems };
}

function citations(name) {
  return [...name.matchAll(/\[([A-Z]+\d+(?:, ?[A-Z]+\d+)*)\]/g)].flatMap((match) => match[1].split(/, ?/));
}

function ownersOf(rules, number) {
  return [...rules.keys()].filter((key) => key.endsWith(` ${number}`)).map((key) => key.split(" ")[0]);
}

if (import.meta.main) reportProblems(specProblems(repository, testCases()), numRules(repository));
