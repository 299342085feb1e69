/** The ways in which programs are run: types stripped, -e, the REPL, bundles, minified. Each says the same, with the user's lines. */

import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { majorOf, nodesOfThisMachine } from "./nodes.js";
import { ProgramFolder, remoteModule } from "./program-folder.js";
import { runProgram } from "./run-program.js";

const STRIPS_TYPES_SINCE = 24;

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
const LINE_OF_THROW = 16;
const EXPECTED = "[ 15, 'first', 'y', 1, true ]";

let folder: ProgramFolder;
const [own, ...others] = nodesOfThisMachine();
const all = [own!, ...others];

beforeAll(() => {
  folder = new ProgramFolder({ "program.mjs": PROGRAM, "orders.mjs": ORDERS });
  folder.write("there.mjs", remoteModule(folder.path));
  folder.write(
    "program.ts",
    PROGRAM.replace("(order) =>", "(order: number): unknown[] =>").replace("const rate =", "const rate: number ="),
  );
});
afterAll(() => folder.remove());

type Answers = [{ readonly value: string }, { readonly error: string }];

async function answers(node: string, nodeArguments: readonly string[]): Promise<Answers> {
  return JSON.parse(await runProgram(node, nodeArguments, folder.path)) as Answers;
}

function expectRight([right, failure]: Answers, file: string | RegExp | undefined): void {
  expect(right).toEqual({ value: EXPECTED });
  expect(failure.error).toContain("AggregateError: checked");
  if (file !== undefined) expect(failure.error).toMatch(file);
}

describe("ways to run a program", () => {
  test.each(all)("[C79] an ES module under Node.js $version, with file and line in stacks", async ({ path }) => {
    expectRight(await answers(path, ["program.mjs"]), new RegExp(`program\\.mjs:${LINE_OF_THROW}:11`));
  });

  test.each(all.filter(({ version }) => majorOf(version) >= STRIPS_TYPES_SINCE))(
    "[C79] TypeScript under Node.js $version, with file and line in stacks",
    async ({ path }) => {
      expectRight(await answers(path, ["program.ts"]), new RegExp(`program\\.ts:${LINE_OF_THROW}:11`));
    },
  );

  test.each([
    ["an ES module", "esm", false],
    ["CommonJS", "cjs", false],
    ["minified ES module", "esm", true],
    ["minified CommonJS", "cjs", true],
  ] as const)("[C61] a bundle as %s, with Millrace inside", async (_name, format, minify) => {
    const outfile = join(folder.path, `bundle-${format}-${minify}.${format === "esm" ? "mjs" : "cjs"}`);
    const contents = PROGRAM.replace(
      "console.log(JSON.stringify([await there(check, 1), await there(check, 9)]));",
      "",
    );
    await build({
      stdin: {
        contents: `${contents}\nPromise.all([there(check, 1), there(check, 9)]).then((all) => console.log(JSON.stringify(all)));`,
        resolveDir: folder.path,
        sourcefile: "program.mjs",
      },
      bundle: true,
      platform: "node",
      format,
      minify,
      outfile,
      logLevel: "error",
      banner: format === "esm" ? { js: 'import { createRequire as millraceRequire } from "node:module";' } : {},
    });
    expectRight(await answers(own!.path, [outfile]), /bundle-/);
  });

  test("[C75] code of -e, as a module and as a script", async () => {
    const program = PROGRAM.replaceAll("./", `${folder.path}/`);
    expectRight(await answers(own!.path, ["--input-type=module", "-e", program]), /16:11/);
    const script = `const rate = 2; var table = { a: 1 }; function top(x) { return x * rate + table.a; }
      import("./there.mjs").then(async ({ there }) => console.log(JSON.stringify(await there((x) => top(x), 4))));`;
    expect(await answers(own!.path, ["-e", script])).toEqual({ value: "9" });
  });

  test("[C75] lines of the REPL", async () => {
    folder.write(
      "repl.cjs",
      `const { PassThrough } = require("node:stream");
       const repl = require("node:repl");
       const input = new PassThrough();
       const server = repl.start({ input, output: new PassThrough(), prompt: "", useGlobal: true });
       import("./there.mjs").then(({ there }) => {
         globalThis.there = there;
         server.on("exit", () => {});
         input.write("const rate = 2\\n");
         input.write("function top(x) { return x * rate }\\n");
         input.write("let extra = { n: 1 }\\n");
         input.write("there((x) => top(x) + extra.n, 4).then((a) => { process.stdout.write(JSON.stringify(a)); process.exit(0); })\\n");
       });`,
    );
    expect(JSON.parse(await runProgram(own!.path, ["repl.cjs"], folder.path))).toEqual({ value: "9" });
  });
});
