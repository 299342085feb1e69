/** The ways in which programs are run: types stripped, -e, the REPL, bundles, minified. Each says the same, with the user's lines. */

import { createRequire } from "node:module";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isWhole, majorOf, nodeVersions } from "./nodes.js";
import { ProgramFolder, remoteModule } from "./program-folder.js";
import { runProgram } from "./run-program.js";

const STRIPS_TYPES_SINCE = 24;
/** Before, the flag was an experimental one. */
const PERMISSION_SINCE = 24;
const require = createRequire(import.meta.url);
const TSX = require.resolve("tsx/cli");

/** Uses helpers of two files, a class, an import of Node.js, a chain of causes; prints what the worker gave. */
const PROGRAM = `import { there } from "./there.mjs";
import { basename } from "node:path";
import { addTax, Order } from "./orders.mjs";

const rate = 0.5;
const names = new Map([["a", "first"]]);
class Special extends Order {
  total() {
    return addTax(super.total(), rate);
  }
}
const special = new Special(10);

const check = (order) => {
  if (order > 5) {
    throw new AggregateError([new RangeError("too many")], "checked", { cause: new TypeError("because") });
  }
  return [special.total(), names.get("a"), basename("/x/y"), order, special instanceof Order];
};

console.log(JSON.stringify([await there(check, 1), await there(check, 9)]));
`;
const ORDERS = `export const addTax = (amount, rate) => amount + amount * rate;
export class Order {
  static made = 0;
  constructor(amount) {
    this.amount = amount;
    Order.made++;
  }
  total() {
    return this.amount;
  }
}
`;
/** The line of the throw in every form of the program, and where on it the errors are made. */
const TYPED = PROGRAM.replace("(order) =>", "(order: number): unknown[] =>").replace(
  "const rate =",
  "const rate: number =",
);
/** Says the same in CommonJS. */
const COMMON = PROGRAM.replace(/^import \{ there \} from (.*);$/m, "let there;")
  .replace(/^import (.*) from (.*);$/gm, "const $1 = require($2);")
  .replace("./orders.mjs", "./orders.cjs")
  .replace(
    /^console\.log.*$/m,
    `import("./there.mjs").then(async (module) => {
  there = module.there;
  console.log(JSON.stringify([await there(check, 1), await there(check, 9)]));
});`,
  );
/** Top-level await is not for bundles in CommonJS. */
const UNAWAITED = PROGRAM.replace(
  /^console\.log.*$/m,
  "Promise.all([there(check, 1), there(check, 9)]).then((all) => console.log(JSON.stringify(all)));",
);
const LINE_OF_THROW = 16;
const COLUMNS = [11, 31, 80];
const EXPECTED = "[ 15, 'first', 'y', 1, true ]";

let folder: ProgramFolder;
const [own, ...others] = nodeVersions();
const all = [own!, ...others];

beforeAll(() => {
  folder = new ProgramFolder({ "program.mjs": PROGRAM, "orders.mjs": ORDERS });
  folder.write("orders.cjs", `${ORDERS.replaceAll("export ", "")}\nmodule.exports = { addTax, Order };`);
  folder.write("there.mjs", remoteModule(folder.path));
  folder.write("program.ts", TYPED);
  folder.write("program.mts", TYPED);
  folder.write("program.cts", COMMON);
  folder.write("program.cjs", COMMON);
});
afterAll(() => folder.remove());

type Answers = [{ readonly value: string }, { readonly error: string }];

async function answers(node: string, nodeArguments: readonly string[]): Promise<Answers> {
  return JSON.parse(await runProgram(node, nodeArguments, folder.path)) as Answers;
}

/** The error, each of its parts and its cause stand in the user's file at the line and column where they are made. */
function expectRight([right, failure]: Answers, file: string): void {
  expect(right).toEqual({ value: EXPECTED });
  const heads = ["AggregateError: checked", "RangeError: too many", "TypeError: because"];
  const stacks = heads.map((head) => failure.error.slice(failure.error.indexOf(head)).split("\n").slice(0, 2));
  expect(stacks.map(([head]) => head)).toEqual(heads);
  for (const [index, [, frame]] of stacks.entries()) {
    expect(frame).toMatch(new RegExp(`[/(]${file}:${LINE_OF_THROW}:${COLUMNS[index]}\\)?$`));
  }
}

/** Bundles the program with Millrace into one file and gives its name. */
async function bundle(name: string, options: BuildOptions): Promise<string> {
  const outfile = join(folder.path, name);
  await build({
    stdin: { contents: UNAWAITED, resolveDir: folder.path, sourcefile: "program.mjs" },
    bundle: true,
    platform: "node",
    outfile,
    logLevel: "error",
    banner: options.format === "esm" ? { js: 'import { createRequire as millraceRequire } from "node:module";' } : {},
    ...options,
  });
  return outfile;
}

describe("ways to run a program", () => {
  test.each(all)("[C79] an ES module under Node.js $version, with file and line in stacks", async ({ path }) => {
    expectRight(await answers(path, ["program.mjs"]), "program\\.mjs");
  });

  test.each(all)("[C79] CommonJS under Node.js $version, with file and line in stacks", async ({ path }) => {
    expectRight(await answers(path, ["program.cjs"]), "program\\.cjs");
  });

  test.each(all.filter(({ version }) => majorOf(version) >= STRIPS_TYPES_SINCE))(
    "[C79] TypeScript under Node.js $version, with file and line in stacks",
    async ({ path }) => {
      expectRight(await answers(path, ["program.ts"]), "program\\.ts");
    },
  );

  test.each(
    all.flatMap(({ path, version }) => ["program.mts", "program.cts"].map((name) => ({ path, version, name }))),
  )("[C79] tsx with $name under Node.js $version, which makes one line of it", async ({ path, name }) => {
    expectRight(await answers(path, [TSX, name]), name.replace(".", "\\."));
  });

  test.each([
    ["an ES module", "esm", false],
    ["CommonJS", "cjs", false],
    ["minified ES module", "esm", true],
    ["minified CommonJS", "cjs", true],
  ] as const)("[C61, C79, C90] a bundle as %s, with Millrace inside", async (_name, format, minify) => {
    const name = `bundle-${format}-${minify}.${format === "esm" ? "mjs" : "cjs"}`;
    for (const { path } of isWhole ? all : [own!]) {
      const [right, failure] = await answers(path, [await bundle(name, { format, minify })]);
      expect(right).toEqual({ value: EXPECTED });
      expect(failure.error).toMatch(/AggregateError: checked\n.*bundle-/);
      for (const sourcemap of ["linked", "inline"] as const) {
        expectRight(await answers(path, [await bundle(name, { format, minify, sourcemap })]), "program\\.mjs");
      }
    }
  });

  test.each(all)("[C75, C79] code of -e under Node.js $version, as a module and as a script", async ({ path }) => {
    const program = PROGRAM.replaceAll("./", `${folder.path}/`);
    expectRight(await answers(path, ["--input-type=module", "-e", program]), "\\[eval1\\]");
    const script = `const rate = 2; var table = { a: 1 }; function top(x) { return x * rate + table.a; }
      const fail = () => { throw new RangeError("no", { cause: new TypeError("because") }); };
      import("./there.mjs").then(async ({ there }) => console.log(JSON.stringify([await there((x) => top(x), 4), await there(fail, 0)])));`;
    const [right, failure] = await answers(path, ["-e", script]);
    expect(right).toEqual({ value: "9" });
    expect(failure.error).toMatch(/RangeError: no\n +at \S+ \(\[eval\]:2:34\)/);
    expect(failure.error).toMatch(/TypeError: because\n +at \S+ \(\[eval\]:2:64\)/);
  });

  test.each(all)("[C89] Node.js $version with --permission, which has no inspector", async ({ path, version }) => {
    folder.write(
      "restricted.mjs",
      `import { captureFunctions } from "@millrace/closures";
       import { nodeHost } from "@millrace/host-node";
       const n = 1;
       try { captureFunctions([{ value: () => n, where: {} }], nodeHost()); } catch (error) { console.log(JSON.stringify(error.message)); }`,
    );
    const flag = majorOf(version) < PERMISSION_SINCE ? "--experimental-permission" : "--permission";
    const printed = await runProgram(path, [flag, "--allow-fs-read=*", "restricted.mjs"], folder.path);
    expect(printed).toMatch(/inspector.*cannot be used.*--allow-inspector.*inline.*UNSUPPORTED_BY_HOST/);
  });

  test.each(all)("[C75, C79] lines of the REPL under Node.js $version", async ({ path }) => {
    folder.write(
      "repl.cjs",
      `const { PassThrough } = require("node:stream");
       const repl = require("node:repl");
       const input = new PassThrough();
       const server = repl.start({ input, output: new PassThrough(), prompt: "", useGlobal: true });
       import("./there.mjs").then(({ there }) => {
         globalThis.there = there;
         server.on("exit", () => {});
         for (const line of [
           "const rate = 2",
           "function top(x) { return x * rate }",
           "let extra = { n: 1 }",
           "const fail = () => { throw new RangeError('no', { cause: new TypeError('because') }) }",
           "Promise.all([there((x) => top(x) + extra.n, 4), there(fail, 0)]).then((a) => { process.stdout.write(JSON.stringify(a)); process.exit(0); })",
         ]) input.write(line + "\\n");
       });`,
    );
    const [right, failure] = await answers(path, ["repl.cjs"]);
    expect(right).toEqual({ value: "9" });
    expect(failure.error).toMatch(/RangeError: no\n +at \S+ \(REPL4:1:28\)/);
    expect(failure.error).toMatch(/TypeError: because\n +at \S+ \(REPL4:1:58\)/);
  });
});
