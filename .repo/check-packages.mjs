import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { reportProblems } from "./check.mjs";
import { attempt, consumerNodes, consumerOfCheck, tarballs } from "./consumer.mjs";
import { root } from "./toolchain.mjs";
import { layers } from "./workspace.mjs";

/**
 * Holds the packed packages against what a user does with them:
 *
 * 1. publint and are-the-types-wrong find nothing in the tarball (the profile of packages that are ES modules only);
 * 2. README and licence are in it, and its code is one file (docs/decisions/0010-one-file-a-package.md);
 * 3. TypeScript 7 and 6 accept all declarations, imported from an ES module and by `require` from CommonJS, with no
 *    library but ES2023 and Node's types, and without skipLibCheck;
 * 4. declarations of a user's own library, made by inference, can be written and need no package but `millrace`;
 * 5. Node.js, the toolchain's and the machine's own, loads the packages by `import` and by `require` with the same exports.
 */

/** Returns what is wrong with a packed package, as lines of text. */
export async function tarballProblems(name, bytes) {
  const problems = [];
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  for (const message of messages) problems.push(`${name}: publint: ${formatMessage(message, pkg, { color: false })}`);

  const contents = createPackageFromTarballData(new Uint8Array(bytes));
  const { types, problems: found = [] } = await checkPackage(contents);
  if (types === false) problems.push(`${name}: are-the-types-wrong: there are no types`);
  // That CommonJS gets an ES module is meant; Node.js loads it since 20.19.
  for (const problem of found.filter(({ resolutionKind }) => !/^(node10|node16-cjs)$/.test(resolutionKind))) {
    problems.push(`${name}: are-the-types-wrong: ${JSON.stringify(problem)}`);
  }
  for (const file of ["README.md", "LICENSE"]) {
    if (!contents.listFiles().includes(`/node_modules/${name}/${file}`))
      problems.push(`${name}: packed without ${file}`);
  }
  const code = contents.listFiles().filter((file) => /\/dist\/.*\.js$/.test(file));
  if (code.length > 1) problems.push(`${name}: its code is ${code.length} files in dist, not one`);
  return problems;
}

/** Returns what a compiler says to a user's folder that imports the packages `names` in both ways. */
export function typeProblems(compiler, folder, names) {
  const lines = (toImport) => names.map((name, index) => `${toImport(name, index)}\nexport { p${index} };\n`).join("");
  writeFileSync(
    join(folder, "all.mts"),
    lines((name, index) => `import * as p${index} from "${name}";`),
  );
  writeFileSync(
    join(folder, "all.cts"),
    lines((name, index) => `import p${index} = require("${name}");`),
  );
  const options = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--lib",
    "es2023,esnext.disposable",
    "--types",
    "node",
  ];
  const script = join(compiler, "bin", "tsc");
  const { status, said } = attempt(process.execPath, [script, ...options, "all.mts", "all.cts"], folder);
  const { version } = JSON.parse(readFileSync(join(compiler, "package.json"), "utf8"));
  return status === 0 ? [] : [`TypeScript ${version} does not accept the declarations:\n${said}`];
}

/** Returns what keeps a compiler from writing the declarations of a library that a user made of the package `name`. */
export function declarationProblems(compiler, folder, source, name) {
  writeFileSync(join(folder, "user-library.mts"), source);
  const options = ["--strict", "--module", "nodenext", "--declaration", "--emitDeclarationOnly", "user-library.mts"];
  const { status, said } = attempt(process.execPath, [join(compiler, "bin", "tsc"), ...options], folder);
  if (status !== 0) return [`the declarations of a user's library cannot be written:\n${said}`];
  const declarations = readFileSync(join(folder, "user-library.d.mts"), "utf8");
  const named = new Set(
    [...declarations.matchAll(/import\("(.+?)"\)|from "(.+?)"/g)].map((match) => match[1] ?? match[2]),
  );
  named.delete(name);
  return [...named].map(
    (other) => `a user's library would have to depend on ${other}; export its types from ${name} too`,
  );
}

/** Returns what goes wrong when a Node.js loads the packages `names` from a user's folder by `import` and by `require`. */
export function importProblems(node, folder, names) {
  const list = JSON.stringify(names);
  const print =
    "console.log(name, Object.keys(all).filter((key) => !/^(default|module.exports|__esModule)$/.test(key)).sort().join())";
  writeFileSync(join(folder, "all.mjs"), `for (const name of ${list}) { const all = await import(name); ${print} }\n`);
  writeFileSync(join(folder, "all.cjs"), `for (const name of ${list}) { const all = require(name); ${print} }\n`);
  const [imported, required] = ["all.mjs", "all.cjs"].map((file) => attempt(node, [file], folder));
  const version = attempt(node, ["--version"], folder).printed.trim();
  const failed = [imported, required].filter(({ status }) => status !== 0);
  if (failed.length > 0) return failed.map(({ said }) => `Node.js ${version} does not load the packages:\n${said}`);
  if (imported.said === required.said) return [];
  return [`Node.js ${version}: import and require give different things:\n${imported.said}\n${required.said}`];
}

if (import.meta.main) {
  const folder = consumerOfCheck();
  const names = layers().map((entry) => entry.name);
  const problems = [];
  for (const [name, path] of tarballs()) problems.push(...(await tarballProblems(name, readFileSync(path))));
  const compilers = [join(folder, "node_modules", "typescript"), join(root, "node_modules", "typescript-6")];
  for (const compiler of compilers) problems.push(...typeProblems(compiler, folder, names));
  const library = readFileSync(join(root, ".repo", "user-library.mts"), "utf8");
  for (const compiler of compilers) problems.push(...declarationProblems(compiler, folder, library, "millrace"));
  for (const node of consumerNodes()) problems.push(...importProblems(node, folder, names));
  reportProblems(problems, names.length * 3 + compilers.length * 2 + consumerNodes().length);
}
