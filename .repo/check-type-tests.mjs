import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportProblems } from "./check.mjs";
import { attempt } from "./consumer.mjs";
import { importsOf } from "./imports.mjs";
import { root } from "./toolchain.mjs";
import { filesUnder, workspaceFolders } from "./workspace.mjs";

/**
 * Compiles the type tests (`*.test-d.ts`) of all packages with TypeScript 6, against the built declarations. TypeScript 7
 * compiles them with the other tests of their package. A type test imports its package by name, since a test against the
 * sources would not see what the declarations lose.
 */

const files = workspaceFolders().flatMap((folder) =>
  filesUnder(join(root, folder))
    .filter((path) => path.endsWith(".test-d.ts"))
    .map((path) => `${folder}/${path}`),
);

const problems = [];
for (const file of files) {
  for (const { specifier, line } of importsOf(file, readFileSync(join(root, file), "utf8"))) {
    if (specifier.includes("../src/"))
      problems.push(`${file}:${line}: imports the sources; import the package by its name`);
  }
}

mkdirSync(join(root, "temp"), { recursive: true });
const project = join(root, "temp", "tsconfig.type-tests.json");
const compilerOptions = { noEmit: true, types: ["node"], skipLibCheck: true };
const included = files.map((file) => `../${file}`);
writeFileSync(project, JSON.stringify({ extends: "../.repo/tsconfig.base.json", compilerOptions, files: included }));
if (files.length > 0) {
  const compiler = join(root, "node_modules", "typescript-6", "bin", "tsc");
  const { status, said } = attempt(process.execPath, [compiler, "-p", project, "--pretty", "false"], root);
  if (status !== 0) problems.push(said);
}
reportProblems(problems, files.length);
