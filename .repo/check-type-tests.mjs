import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportProblems } from "./check.mjs";
import { attempt } from "./consumer.mjs";
import { importsOf } from "./imports.mjs";
import { root as repository } from "./toolchain.mjs";
import { filesUnder, workspaceFolders } from "./workspace.mjs";

/**
 * Compiles the type tests (`*.test-d.ts`) of all packages with TypeScript 6, against the built declarations. TypeScript 7
 * compiles them with the other tests of their package. A type test imports its package by name, since a test against the
 * sources would not see what the declarations lose.
 */

/** Lists the type tests of all packages and applications, relative to `root`. */
export function typeTests(root) {
  return workspaceFolders(root).flatMap((folder) =>
    filesUnder(join(root, folder))
      .filter((path) => path.endsWith(".test-d.ts"))
      .map((path) => `${folder}/${path}`),
  );
}

/** Returns what is wrong with the type tests under `root`, as lines of text. */
export function typeTestProblems(root) {
  const files = typeTests(root);
  const problems = files.flatMap((file) =>
    importsOf(file, readFileSync(join(root, file), "utf8"))
      .filter(({ specifier }) => specifier.includes("../src/"))
      .map(({ line }) => `${file}:${line}: imports the sources; import the package by its name`),
  );
  const settings = {
    extends: join(repository, ".repo", "tsconfig.base.json"),
    compilerOptions: { noEmit: true, types: ["node"], skipLibCheck: true },
    files: files.map((file) => `../${file}`),
  };
  mkdirSync(join(root, "temp"), { recursive: true });
  writeFileSync(join(root, "temp", "tsconfig.type-tests.json"), JSON.stringify(settings));
  const compiler = join(repository, "node_modules", "typescript-6", "bin", "tsc");
  const { status, said } = attempt(process.execPath, [compiler, "-p", "temp/tsconfig.type-tests.json"], root);
  return status === 0 ? problems : [...problems, said];
}

if (import.meta.main) reportProblems(typeTestProblems(repository), typeTests(repository).length);
