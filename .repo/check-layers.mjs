import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, posix } from "node:path";
import { reportProblems } from "./check.mjs";
import { firstCycle } from "./cycles.mjs";
import { importsOf } from "./imports.mjs";
import { packagesPage } from "./packages-page.mjs";
import { root as repository } from "./toolchain.mjs";
import { applicationFolders, filesUnder, layers, packageFolders } from "./workspace.mjs";

/**
 * Holds the workspace against `.repo/layers.json`:
 *
 * 1. every folder with a package.json under packages/ is in the table, with the same name and summary;
 * 2. a package imports other packages of the workspace only from a strictly lower floor, its tests and benchmarks too
 *    (they may also import their own package by its name); applications import any;
 * 3. packages of the workspace are imported by their bare name, and relative paths stay inside the package; applications may also import
 *    the entry `parts` of a package, which is not published;
 * 4. what src/ imports is in dependencies or peerDependencies, what tests import there, in devDependencies or in the
 *    root's; what stands in dependencies is imported in src/, what stands in devDependencies anywhere;
 * 5. nothing is star-exported;
 * 6. files do not import each other in a circle at run time. Types may: they are erased, and a fluent API needs it.
 * 7. `PACKAGES.md` is what the table generates.
 */

/** Returns every violation under `root` as one line of text. */
export function layerProblems(root) {
  const table = layers(root);
  const problems = tableProblems(root, table);
  const rootManifest = readManifest(root, ".");
  const present = table.filter((entry) => existsSync(join(root, entry.path, "package.json")));
  for (const entry of [...present, ...applicationFolders(root).map((path) => ({ path, floor: Infinity }))]) {
    problems.push(...packageProblems(root, table, entry, rootManifest));
  }
  const page = join(root, "PACKAGES.md");
  if (!existsSync(page) || readFileSync(page, "utf8") !== packagesPage(root)) {
    problems.push("PACKAGES.md is not what .repo/layers.json generates; run: npm run packages:update");
  }
  return problems;
}

function tableProblems(root, table) {
  const problems = [];
  const listed = new Map(table.map((entry) => [entry.path, entry]));
  for (const path of packageFolders(root)) {
    const { name, description } = readManifest(root, path);
    const entry = listed.get(path);
    if (entry === undefined) problems.push(`${path}: not in .repo/layers.json; give it a floor and a summary`);
    else if (entry.name !== name) problems.push(`${path}: is called ${name}, but ${entry.name} in .repo/layers.json`);
    else if (entry.summary !== description) {
      problems.push(`${path}: the description in package.json differs from the summary in .repo/layers.json`);
    }
    listed.delete(path);
  }
  for (const { path } of listed.values()) problems.push(`${path}: in .repo/layers.json, but there is no such package`);
  return problems;
}

function packageProblems(root, table, entry, rootManifest) {
  const manifest = readManifest(root, entry.path);
  const problems = [];
  const edges = new Map();
  const usedInSource = new Set();
  const usedElsewhere = new Set();
  for (const path of filesUnder(join(root, entry.path)).filter((file) => /\.([cm]?[jt]s|tsx)$/.test(file))) {
    const isSource = path.startsWith("src/") || entry.name === undefined;
    const targets = [];
    for (const imported of importsOf(path, readFileSync(join(root, entry.path, path), "utf8"))) {
      const complain = (text) => problems.push(`${entry.path}/${path}:${imported.line}: ${text}`);
      const { specifier, isErased, isStar } = imported;
      if (isStar) complain(`star export of "${specifier}"; name what is exported`);
      if (specifier.startsWith(".")) {
        const target = relativeTarget(root, entry.path, path, specifier, complain);
        if (!isErased && target !== undefined) targets.push(target);
        continue;
      }
      if (isBuiltin(specifier)) continue;
      const name = packageName(specifier);
      (isSource ? usedInSource : usedElsewhere).add(name);
      const other = table.find((candidate) => candidate.name === name);
      if (other !== undefined) workspaceImport(entry, other, specifier, isSource, complain);
      if (name !== entry.name && !isDeclared(manifest, rootManifest, name, isSource)) {
        complain(`imports "${name}", which is not in the ${isSource ? "dependencies" : "devDependencies"}`);
      }
    }
    edges.set(path, targets);
  }
  const cycle = firstCycle(edges);
  if (cycle !== undefined) problems.push(`${entry.path}: files import each other in a circle: ${cycle.join(" -> ")}`);
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (!usedInSource.has(name))
      problems.push(`${entry.path}/package.json: nothing in src imports dependency "${name}"`);
  }
  for (const name of Object.keys(manifest.devDependencies ?? {})) {
    // Type packages are used through the compiler's own lookup, not by an import.
    if (!usedInSource.has(name) && !usedElsewhere.has(name) && !name.startsWith("@types/")) {
      problems.push(`${entry.path}/package.json: nothing imports devDependency "${name}"`);
    }
  }
  return problems;
}

/** Resolves a relative import to a file of the package, as a path from the package's folder. */
function relativeTarget(root, folder, path, specifier, complain) {
  const target = posix.normalize(posix.join(dirname(path), specifier));
  // `.repo/` holds the settings that all packages share, such as the test runner's.
  if (target.startsWith("../")) return complain(`"${specifier}" leaves the package; import the other by its name`);
  const source = target.replace(/\.js$/, ".ts");
  const found = [source, target].find((candidate) => existsSync(join(root, folder, candidate)));
  if (found === undefined && !target.startsWith("dist/")) return complain(`"${specifier}" names no file`);
  return found;
}

function workspaceImport(entry, other, specifier, isSource, complain) {
  const isPartsOfApplication = entry.name === undefined && specifier === `${other.name}/parts`;
  if (specifier !== other.name && !isPartsOfApplication)
    complain(`"${specifier}" reaches into a package; import "${other.name}"`);
  if (other.name === entry.name) {
    if (isSource) complain(`"${specifier}" is this package; import the file`);
  } else if (other.floor >= entry.floor) {
    complain(`"${other.name}" is on floor ${other.floor}, not below floor ${entry.floor} of "${entry.name}"`);
  }
}

function isDeclared(manifest, rootManifest, name, isSource) {
  const lists = [manifest.dependencies, manifest.peerDependencies];
  if (!isSource || manifest.private === true) lists.push(manifest.devDependencies, rootManifest.devDependencies);
  return lists.some((list) => list !== undefined && Object.hasOwn(list, name));
}

function packageName(specifier) {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function readManifest(root, folder) {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
}

if (import.meta.main) reportProblems(layerProblems(repository), layers().length);
