import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { reportProblems } from "./check.mjs";
import { attempt, consumerOfCheck } from "./consumer.mjs";
import { examplesIn } from "./markdown-examples.mjs";
import { root as repository } from "./toolchain.mjs";
import { filesUnder } from "./workspace.mjs";

/**
 * Type-checks and runs the examples of all Markdown pages in a user's folder where the packed packages are installed, and
 * compares what they print. The examples of the README stand in the folder itself, as `npm init -y` makes it, and are
 * checked with exactly `tsc --noEmit --strict --module nodenext`; those of another page stand in a folder of their own in
 * it, and may use the types of Node.js.
 */

/** Lists the Markdown pages that may have examples, relative to `root`. */
export function pagesWithExamples(root) {
  return filesUnder(root).filter((path) => /^(README\.md|docs\/.*\.md|packages\/.*\/(README|SPEC)\.md)$/.test(path));
}

/** Checks the examples of one page; returns `{ problems, numChecks }`. */
export function checkPage(root, path, folder) {
  const problems = [];
  let page;
  try {
    page = examplesIn(readFileSync(join(root, path), "utf8"));
  } catch (error) {
    return { problems: [`${path}: ${error.message}`], numChecks: 1 };
  }
  const { files, examples } = page;
  if (examples.length === 0) return { problems, numChecks: 0 };
  const isReadme = path === "README.md";
  const workFolder = isReadme ? folder : join(folder, path.replace(/\.md$/, ""));
  for (const { name, text } of [...files, ...examples]) {
    mkdirSync(dirname(join(workFolder, name)), { recursive: true });
    writeFileSync(join(workFolder, name), text);
  }

  const typed = examples.filter((example) => example.isTyped).map((example) => example.name);
  if (typed.length > 0) {
    const compiler = relative(workFolder, join(folder, "node_modules", "typescript", "bin", "tsc"));
    const options = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      ...(isReadme ? [] : ["--types", "node", "--allowImportingTsExtensions"]),
    ];
    const { status, said } = attempt(process.execPath, [compiler, ...options, ...typed], workFolder);
    if (status !== 0) problems.push(`${path}: the examples have type errors:\n${inPage(said, path, examples)}`);
  }
  for (const example of examples.filter(({ isRun }) => isRun)) {
    const { status, said, printed } = attempt(process.execPath, [example.name], workFolder);
    const place = `${path}:${example.line}`;
    if (status !== 0) problems.push(`${place}: the example failed:\n${said}`);
    else if (example.output !== undefined && printed.trimEnd() !== example.output.trimEnd()) {
      problems.push(`${place}: the example prints something else than the page says:\n${printed}`);
    }
  }
  return { problems, numChecks: typed.length + examples.filter(({ isRun }) => isRun).length };
}

/** Rewrites the compiler's `file(line,column)` to the lines of the page. */
function inPage(said, path, examples) {
  return said.replace(/^(.*?)\((\d+),(\d+)\)/gm, (whole, name, line, column) => {
    const example = examples.find((candidate) => candidate.name === name);
    return example === undefined ? whole : `${path}:${example.line + Number(line) - 1}:${column}`;
  });
}

if (import.meta.main) {
  const folder = consumerOfCheck();
  const results = pagesWithExamples(repository).map((path) => checkPage(repository, path, folder));
  const numChecks = results.reduce((sum, result) => sum + result.numChecks, 0);
  reportProblems(
    results.flatMap((result) => result.problems),
    numChecks,
  );
  // What one page wrote must not help another check.
  rmSync(join(folder, "docs"), { recursive: true, force: true });
}
