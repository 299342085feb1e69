/**
 * The corpus as tools run it: compiled by tsx, bundled with Millrace and zod inside, minified, and in jest. Of each way a part of the entries
 * is run, another one in each, and all of them with MILLRACE_CLOSURES=all.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isWhole, majorOf, nodeVersions } from "./nodes.js";
import { ProgramFolder, remoteModule } from "./program-folder.js";
import { programsFolder, runProgram } from "./run-program.js";

interface Result {
  readonly name: string;
  readonly problem?: string;
}

const require = createRequire(import.meta.url);
const [TSX, JEST] = [require.resolve("tsx/cli"), require.resolve("jest/bin/jest")];
const EVERY = isWhole ? 1 : 8;
const WORKER = pathToFileURL(join(programsFolder, "corpus-worker.mjs")).href;
const STRIPS_TYPES_SINCE = 24;
const NUM_ENTRIES_AT_LEAST = Math.floor(1120 / EVERY);
const nodes = nodeVersions();

let folder: ProgramFolder;

beforeAll(() => {
  folder = new ProgramFolder({ "package.json": JSON.stringify({ name: "program" }) });
});
afterAll(() => folder.remove());

function part(from: number, options: object = {}): Record<string, string> {
  return { MILLRACE_CORPUS: JSON.stringify({ worker: WORKER, every: EVERY, from, ...options }) };
}

function expectRight(printed: string): void {
  const results = JSON.parse(printed) as Result[];
  expect(results.filter(({ problem }) => problem !== undefined)).toEqual([]);
  expect(results.length).toBeGreaterThan(NUM_ENTRIES_AT_LEAST);
}

/** Bundles one of the programs, with Millrace and other packages inside. */
async function bundle(program: string, name: string, format: "esm" | "cjs", minify = false): Promise<string> {
  const outfile = join(folder.path, name);
  const require = 'import { createRequire as $require$ } from "node:module"; var require = $require$(import.meta.url);';
  await build({
    entryPoints: [join(programsFolder, program)],
    bundle: true,
    platform: "node",
    format,
    minify,
    outfile,
    logLevel: "error",
    define: format === "cjs" ? { "import.meta.url": "__filename" } : {},
    banner: format === "esm" ? { js: require } : {},
  });
  return outfile;
}

/** What bundling changes: import() of a file that is inside, import.meta in CommonJS, and what the one file imports. */
const BUNDLED = ["import() from the user's file", "import.meta", "a function of Node.js that nothing leads to"];
/** What minifying changes besides: names, constants that are put in, one name for many variables. */
const MINIFIED = [
  ...BUNDLED,
  "field whose key is computed",
  "measures coverage",
  "a class that is not yet initialized",
  "a hoisted function behind a variable that is not initialized",
  "[C94] super in a method of an object",
  "[C94] super in an object with another as its prototype",
  "[C94] super in a getter of an object",
  "[C94] super in an async generator and a setter of an object",
];

/** What jest changes: code of another realm, and it looks at everything that is on the global object when it ends. */
const IN_JEST = [
  "a Proxy of an object, on the global object",
  "a Proxy of a function, on the global object",
  "vm script function",
];

/** What vitest changes: modules are objects of its own, import.meta is data, the console is another, and import() of a file names it otherwise. */
const IN_VITEST = [
  "import() from the user's file",
  "import.meta",
  "a namespace as a whole, one export of which cannot travel",
  "process namespace whole",
  "crypto by its module",
  "a console of its own",
];

describe("the corpus in other ways", () => {
  test.each(nodes.map((node, index) => ({ ...node, index })))(
    "[C61, C77, C90] compiled by tsx, under Node.js $version",
    { timeout: 120_000 },
    async ({ path, index }) => {
      for (const file of readdirSync(programsFolder)) {
        const text = readFileSync(join(programsFolder, file), "utf8");
        folder.write(`tsx-${index}/${file.replace(/\.mjs$/, ".mts")}`, text);
        // For import(), which does not look for the source of a file under Node.js 20.
        if (file === "helpers.mjs") folder.write(`tsx-${index}/${file}`, text);
      }
      const cwd = join(folder.path, `tsx-${index}`);
      expectRight(await runProgram(path, [TSX, "run-corpus.mts"], cwd, part(index, { isRenamed: true })));
    },
  );

  test.each(nodes.filter(({ version }) => majorOf(version) >= STRIPS_TYPES_SINCE))(
    "[C61, C77, C90] as TypeScript whose types Node.js $version strips",
    { timeout: 120_000 },
    async ({ path, version }) => {
      const name = `stripped-${version}`;
      for (const file of readdirSync(programsFolder)) {
        const text = readFileSync(join(programsFolder, file), "utf8");
        folder.write(
          `${name}/${file.replace(/\.mjs$/, ".mts")}`,
          text.replace(/( from "\.\/[\w-]+)\.mjs"/g, '$1.mts"'),
        );
        // For import() and for what is not renamed.
        if (file === "helpers.mjs") folder.write(`${name}/${file}`, text);
      }
      expectRight(await runProgram(path, ["run-corpus.mts"], join(folder.path, name), part(7)));
    },
  );

  test("[C61, C74, C90] in vitest", { timeout: 120_000 }, async () => {
    const corpus = pathToFileURL(join(programsFolder, "corpus.mjs")).href;
    const { runCorpus } = (await import(/* @vite-ignore */ corpus)) as {
      runCorpus(worker: URL, part: object): Promise<readonly Result[]>;
    };
    expectRight(JSON.stringify(await runCorpus(new URL(WORKER), { every: EVERY, from: 1, except: IN_VITEST })));
  });

  test.each([
    ["an ES module", "esm", false],
    ["CommonJS", "cjs", false],
    ["a minified ES module", "esm", true],
    ["minified CommonJS", "cjs", true],
  ] as const)(
    "[C61, C64, C77] in a bundle that is %s, with Millrace inside",
    { timeout: 120_000 },
    async (_name, format, minify) => {
      const name = `corpus-${minify}.${format === "esm" ? "mjs" : "cjs"}`;
      const file = await bundle("run-corpus.mjs", name, format, minify);
      const options = { isRenamed: true, except: minify ? MINIFIED : BUNDLED };
      const from = (format === "esm" ? 4 : 5) + (minify ? 2 : 0);
      expectRight(await runProgram(process.execPath, [file], folder.path, part(from, options)));
    },
  );

  test.each([
    ["an ES module", "mjs"],
    ["CommonJS, bundled with Millrace", "cjs"],
  ] as const)("[C61, C77, C91] in jest, as %s", { timeout: 120_000 }, async (_name, kind) => {
    const cwd = join(folder.path, `jest-${kind}`);
    if (kind === "cjs") await bundle("jest-corpus.mjs", `jest-${kind}/corpus.test.cjs`, "cjs");
    else {
      for (const file of readdirSync(programsFolder)) {
        const name = file === "jest-corpus.mjs" ? "corpus.test.mjs" : file;
        folder.write(`jest-${kind}/${name}`, readFileSync(join(programsFolder, file), "utf8"));
      }
    }
    const settings = {
      testMatch: ["**/*.test.*"],
      testEnvironment: "node",
      transform: {},
      moduleFileExtensions: ["js", "mjs", "cjs"],
    };
    folder.write(`jest-${kind}/package.json`, JSON.stringify({ name: "program", jest: settings }));
    const output = join(cwd, "results.json");
    const variables = part(kind === "cjs" ? 3 : 6, {
      output,
      isRenamed: kind === "cjs",
      except: [...(kind === "cjs" ? BUNDLED : []), ...IN_JEST],
    });
    await runProgram(process.execPath, ["--experimental-vm-modules", JEST], cwd, variables);
    expectRight(readFileSync(output, "utf8"));
  });

  test.each([
    ["as it is", undefined],
    ["bundled", { minify: false }],
    ["bundled and minified", { minify: true }],
  ])("[C64] classes of Millrace are those of the worker, in a program that is %s", async (_name, options) => {
    const file = "branded.mjs";
    folder.write(file, readFileSync(join(programsFolder, file), "utf8").replace("./outcome.mjs", "./there.mjs"));
    folder.write("there.mjs", remoteModule(folder.path));
    const outfile = join(folder.path, "branded-bundle.mjs");
    const require =
      'import { createRequire as $require$ } from "node:module"; var require = $require$(import.meta.url);';
    if (options !== undefined) {
      const entryPoints = [join(folder.path, file)];
      const banner = { js: require };
      await build({
        entryPoints,
        outfile,
        bundle: true,
        platform: "node",
        format: "esm",
        banner,
        logLevel: "error",
        ...options,
      });
    }
    const printed = await runProgram(process.execPath, [options === undefined ? file : outfile], folder.path);
    expect(JSON.parse(printed)).toEqual({ value: "'true true true true true true 1.50 42 TIMEOUT 3'" });
  });

  test.each([false, true])("[C62, C81] functions that use zod, inside of the bundle: %s", async (isBundled) => {
    const file = isBundled ? await bundle("run-zod.mjs", "zod.mjs", "esm") : join(programsFolder, "run-zod.mjs");
    const printed = await runProgram(process.execPath, [file], folder.path, part(0, { every: 1, isBundled }));
    expect(JSON.parse(printed)).toEqual(expect.arrayContaining([{ name: "a schema that is made in the worker" }]));
    expect((JSON.parse(printed) as Result[]).filter(({ problem }) => problem !== undefined)).toEqual([]);
  });
});
