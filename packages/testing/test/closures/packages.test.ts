/** What comes from packages, in a folder as users have it: with node_modules, and programs that run in processes of their own. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ProgramFolder, remoteModule } from "./program-folder.js";
import { runProgram } from "./run-program.js";

const DECIMAL_CJS = `
class Decimal {
  static precision = 20;
  static set({ precision }) { this.precision = precision; }
  constructor(value) { this.value = value; }
  show() { return this.value.toFixed(Decimal.precision > 20 ? 4 : 2); }
}
function inner() { return "inner"; }
exports.Decimal = Decimal;
exports.round = (x) => Math.round(x);
exports.nested = { deep: () => "deep" };
exports.hide = () => inner;
exports.defaults = { retry: { times: 3 }, plugins: ["a"] };
exports.fetchAll = Object.assign(() => exports.defaults.retry.times, { limit: 10 });
exports.cache = new Map();
exports.table = new Map([["k", 0]]);
exports.flags = new Set();
exports.count = () => kept.length;
let kept = [];
let numIds = 0;
exports.nextId = () => ++numIds;
exports.remember = (x) => kept.push(x);
`;
const ESM_PACKAGE = `
export class Schema { parse(x) { return x; } }
export const number = () => new Schema();
export default function main() { return "main"; }
export const settings = { mode: "fresh" };
`;

let folder: ProgramFolder;

beforeAll(() => {
  folder = new ProgramFolder({
    "node_modules/decimal/package.json": JSON.stringify({ name: "decimal", main: "index.js" }),
    "node_modules/decimal/index.js": DECIMAL_CJS,
    "node_modules/schema/package.json": JSON.stringify({
      name: "schema",
      type: "module",
      exports: { ".": { import: "./main.js" }, "./sub/*": "./lib/*.js" },
    }),
    "node_modules/schema/main.js": ESM_PACKAGE,
    "node_modules/schema/lib/one.js": "export const one = 1; export const makeOne = () => one;",
  });
  folder.write("there.mjs", remoteModule(folder.path));
});
afterAll(() => folder.remove());

async function run(body: string, name = "program.mjs"): Promise<unknown> {
  folder.write(name, `import { there } from "./there.mjs";\n${body}`);
  return JSON.parse(await runProgram(process.execPath, [name], folder.path));
}

const print = (call: string): string => `console.log(JSON.stringify(await ${call}));`;

describe("packages", () => {
  test("[C62] a function of a CommonJS package is imported again", async () => {
    const outcome = await run(`import { round } from "decimal";\n${print("there((x) => round(x), 1.6)")}`);
    expect(outcome).toEqual({ value: "2" });
  });

  test("[C62] an ES module package resolves as an import, subpaths too", async () => {
    const program = `import main, { Schema } from "schema";\nimport { makeOne } from "schema/sub/one";\n`;
    const outcome = await run(`${program}${print("there(() => [main(), new Schema().parse(3), makeOne()])")}`);
    expect(outcome).toEqual({ value: "[ 'main', 3, 1 ]" });
  });

  test("[C62] one class by two ways is one class, so that instanceof holds", async () => {
    const program = `import { Decimal } from "decimal";\nimport all from "decimal";\nconst held = { D: all.Decimal };\n`;
    const outcome = await run(`${program}${print("there(() => new Decimal(1) instanceof held.D)")}`);
    expect(outcome).toEqual({ value: "true" });
  });

  test.each([
    ["CommonJS", 'import { round } from "decimal";', "round, 1.6", "2"],
    ["an ES module", 'import { makeOne } from "schema/sub/one";', "makeOne", "1"],
    ["an ES module's default", 'import main from "schema";', "main", "'main'"],
  ])("[C62] a function of a package that is handed over as it is: %s", async (_name, imported, call, value) => {
    expect(await run(`${imported}\n${print(`there(${call})`)}`)).toEqual({ value });
  });

  test("[C62] what is nested in an export is found", async () => {
    const program = `import tools from "decimal";\nconst deep = tools.nested.deep;\n`;
    expect(await run(`${program}${print("there(() => deep())")}`)).toEqual({ value: "'deep'" });
  });

  test("[C62] a class of the program that extends one of a package", async () => {
    const program = `import { Decimal } from "decimal";\nclass Money extends Decimal { plus() { return this.show() + "!"; } }\n`;
    expect(await run(`${program}${print("there(() => new Money(2).plus())")}`)).toEqual({ value: "'2.00!'" });
  });

  test("[C62] require in CommonJS", async () => {
    folder.write(
      "program.cjs",
      `const { round, nested } = require("decimal");
       const tools = require("decimal");
       const path = require("node:path");
       const helper = require("./helper.cjs");
       import("./there.mjs").then(async ({ there }) => {
         const f = (x) => [round(x), nested.deep(), tools.round(2.2), path.basename("/a/b"), helper.twice(x), require("node:os").EOL, __filename.length > 1, typeof exports, helper.state];
         console.log(JSON.stringify(await there(f, 1.6)));
       });`,
    );
    folder.write("helper.cjs", "let n = 0; exports.state = ++n; exports.twice = (x) => x * 2;");
    const outcome = JSON.parse(await runProgram(process.execPath, ["program.cjs"], folder.path));
    expect(outcome).toEqual({
      value: expect.stringMatching(/2,\s+'deep',\s+2,\s+'b',\s+3.2,\s+'\\n',\s+true,\s+'object',\s+1/),
    });
  });

  test("[C85] an instance of a package's class is refused and names perSlot", async () => {
    const program = `import { number } from "schema";\nconst schema = number();\n`;
    const outcome = await run(`${program}${print("there((x) => schema.parse(x), 1)")}`);
    expect(outcome).toMatchObject({
      code: "CAPTURE_REFUSED",
      error: expect.stringMatching(/Map > the function > schema is an instance of the class Schema.*perSlot/s),
    });
  });

  test("[C66] perSlot makes that instance in the worker", async () => {
    const program = `import { perSlot } from "@millrace/closures";\nimport { number } from "schema";\nconst schema = perSlot(() => number());\n`;
    expect(await run(`${program}${print("there((x) => schema().parse(x), 1)")}`)).toEqual({ value: "1" });
  });

  test("[C85] a function inside of a package that is not exported is refused", async () => {
    const program = `import { hide } from "decimal";\nconst inner = hide();\n`;
    const outcome = await run(`${program}${print("there(() => inner())")}`);
    expect(outcome).toMatchObject({
      error: expect.stringMatching(/inner is a function of a package that is not among the exports/),
    });
  });

  test("[C65] a package that the program configured is an error that names env.setUp", async () => {
    const program = `import { Decimal } from "decimal";\nDecimal.set({ precision: 50 });\n`;
    const outcome = await run(`${program}${print("there((x) => new Decimal(x).show(), 1)")}`);
    expect(outcome).toMatchObject({
      code: "PACKAGE_STATE_DIFFERS",
      error: expect.stringMatching(/"precision" of decimal\.Decimal.*env\.setUp/s),
    });
  });

  test.each([
    ["an object of settings", "tools.defaults.retry.times = 9;", "tools.defaults.retry.times", "defaults.retry.times"],
    ["a setting that was not there", "tools.defaults.added = null;", "tools.defaults.added", "defaults.added"],
    ["an item of a list", 'tools.defaults.plugins.push("mine");', "tools.defaults.plugins", "defaults.plugins.1"],
    ["an entry of a Map", 'tools.cache.set("k", 1);', 'tools.cache.get("k")', "cache"],
    ["a value of a Map", 'tools.table.set("k", 1);', 'tools.table.get("k")', "table"],
    ["an item of a Set", 'tools.flags.add("k");', 'tools.flags.has("k")', "flags"],
    ["a setting of a function", "tools.fetchAll.limit = 1;", "tools.fetchAll()", "fetchAll.limit"],
    [
      "a class, when the module is used as a whole",
      "tools.Decimal.precision = 50;",
      "new tools.Decimal(1).show()",
      "Decimal.precision",
    ],
    ["a function that was replaced", 'tools.fetchAll = () => "mine";', "tools.fetchAll()", "fetchAll"],
    [
      "a method that was replaced",
      'tools.Decimal.prototype.show = () => "mine";',
      "new tools.Decimal(1).show()",
      "Decimal.prototype.show",
    ],
  ])("[C65] a package of which the program set %s", async (_name, change, use, place) => {
    const program = `import tools from "decimal";\n${change}\n`;
    const outcome = await run(`${program}${print(`there(() => ${use})`)}`);
    expect(outcome).toMatchObject({
      code: "PACKAGE_STATE_DIFFERS",
      error: expect.stringContaining(`The program has set "${place}" of decimal`),
    });
    const setUp = `{ captureOptions: { setUp: [{ value: setUp, where: { operator: "setUp" } }] } }`;
    const right = `import tools from "decimal";\nconst setUp = () => { ${change} };\nsetUp();\n`;
    const fixed = await run(`${right}${print(`there(() => ${use}, ${setUp})`)}`);
    expect(fixed).toEqual({ value: expect.anything() });
  });

  test("[C96] a function of a package may assign variables of its own module, the program's may not", async () => {
    const program = `import { ExecutionEnvironment } from "@millrace/dataset";
      import { collectionEngine } from "@millrace/environment-collection";
      import { nodeHost } from "@millrace/host-node";
      import { nextId } from "decimal";
      const env = ExecutionEnvironment.onEngine(collectionEngine(nodeHost()));
      let n = 0;
      const mine = () => ++n;
      const codeOf = async (fn) => { try { return await env.fromCollection([0, 0]).map(fn).collect(); } catch (error) { return error.code; } };
      console.log(JSON.stringify([await codeOf(nextId), await codeOf(mine), await codeOf(() => nextId())]));\n`;
    expect(await run(program)).toEqual([[1, 2], "CAPTURED_VARIABLE_ASSIGNED", [3, 4]]);
    const remote = `import { nextId } from "decimal";\n${print("there((x) => [nextId(), nextId()].length)")}`;
    expect(await run(remote)).toEqual({ value: "2" });
  });

  test("[C65] what a package keeps for itself is no setting", async () => {
    const program = `import tools from "decimal";\ntools.cache.set("used", 1);\ntools.remember("more");\n`;
    expect(await run(`${program}${print("there(() => tools.fetchAll())")}`)).toEqual({ value: "3" });
  });

  test("[C65] what a package keeps in variables of its modules is as delivered in the worker, unless setUp makes it so", async () => {
    const program = `import { count, remember } from "decimal";\nconst setUp = () => remember("one");\nsetUp();\n`;
    expect(await run(`${program}${print("there(() => count())")}`)).toEqual({ value: "0" });
    const options = `{ captureOptions: { setUp: [{ value: setUp, where: { operator: "setUp" } }] } }`;
    expect(await run(`${program}${print(`there(() => count(), ${options})`)}`)).toEqual({ value: "1" });
  });

  test("[C65] a module of Node.js that the program patched", async () => {
    const program = `import fs from "node:fs";\nfs.existsSync = () => "patched";\n`;
    expect(await run(`${program}${print('there(() => fs.existsSync("/"))')}`)).toMatchObject({
      code: "PACKAGE_STATE_DIFFERS",
      error: expect.stringContaining('"existsSync" of node:fs'),
    });
  });

  test("[C65] what env.setUp was given configures it in the worker", async () => {
    const program = `import { Decimal } from "decimal";\nconst setUp = () => Decimal.set({ precision: 50 });\nsetUp();\n`;
    const options = `{ captureOptions: { setUp: [{ value: setUp, where: { operator: "setUp" } }] } }`;
    const outcome = await run(`${program}${print(`there((x) => new Decimal(x).show(), ${options}, 1)`)}`);
    expect(outcome).toEqual({ value: "'1.0000'" });
  });

  test("[C78] arguments, environment and options of the program, changed ones too, are what functions and packages see", async () => {
    folder.write(
      "node_modules/settings/package.json",
      JSON.stringify({ name: "settings", type: "module", main: "index.js" }),
    );
    folder.write(
      "node_modules/settings/index.js",
      "export const mode = () => process.env.MILLRACE_MODE; export const atImport = mode();",
    );
    const program = `import own, { env } from "node:process";
      import { atImport, mode } from "settings";
      process.env.MILLRACE_MODE = "changed";
      delete process.env.HOME;
      process.argv.push("--late");
      const look = () => [process.env.MILLRACE_MODE, own.env.MILLRACE_MODE, globalThis.process.env.MILLRACE_MODE, env.MILLRACE_MODE,
        atImport, mode(), "HOME" in process.env, process.argv.slice(2), process.argv[1] === own.argv[1], process.execArgv.join()];\n`;
    const name = "started.mjs";
    folder.write(name, `import { there } from "./there.mjs";\n${program}${print("there(look)")}`);
    const started = ["--conditions=mine", name, "one", "two"];
    expect(JSON.parse(await runProgram(process.execPath, started, folder.path))).toEqual({
      value: expect.stringMatching(
        /^\[\s+'changed',\s+'changed',\s+'changed',\s+'changed',\s+undefined,\s+'changed',\s+false,\s+\[ 'one', 'two', '--late' \],\s+true,\s+'--conditions=mine'\s+\]$/,
      ),
    });
  });

  test("[C78] two jobs in one thread have each their own", async () => {
    const program = `import own, { argv, env } from "node:process";
      import * as module from "node:process";
      import { captureFunctions, decodeCapturedGraph, encodeCapturedGraph, reviveFunctions } from "@millrace/closures";
      import { nodeHost } from "@millrace/host-node";
      const host = nodeHost();
      const look = () => [process.env, own.env, env, globalThis.process.env, module.env, module.default.env].map((each) => each.JOB)
        .concat(process.argv.at(-1), argv.at(-1), module.argv.at(-1), module.execArgv.length).join();
      const write = () => { process.env.JOB = 5; return typeof process.env.JOB + process.env.JOB; };
      const use = () => {
        const held = process;
        const heard = [];
        held.once("millrace", (x) => heard.push(x, held.env.JOB));
        held.emit("millrace", 1);
        return [heard.join(), typeof held.cwd(), held.pid === process.pid, held === own, Object.keys(held).includes("env")].join();
      };
      const revived = [];
      for (const job of ["first", "second"]) {
        process.env.JOB = job;
        process.argv.push(job);
        const functions = [look, use, write].map((value) => ({ value, where: { operator: "Map" } }));
        revived.push(await reviveFunctions(decodeCapturedGraph(encodeCapturedGraph(captureFunctions(functions, host))), host.scripts));
      }
      console.log(JSON.stringify([...revived.map(({ functions }) => functions.map((each) => each())), process.env.JOB]));\n`;
    const expected = (job: string): string[] => [
      [...new Array<string>(9).fill(job), 0].join(),
      `1,${job},string,true,true,true`,
      "string5",
    ];
    expect(await run(program)).toEqual([expected("first"), expected("second"), "second"]);
  });

  test("[C61] live bindings that are exported again, circular imports, JSON and top-level await", async () => {
    folder.write(
      "source.mjs",
      "export let ticks = 0; export const tick = () => { ticks++; }; export const reader = () => () => ticks;",
    );
    folder.write("again.mjs", 'export { ticks as count, tick, reader } from "./source.mjs";');
    folder.write(
      "left.mjs",
      `import { Right, define, nameOfRight } from "./right.mjs";
       export class Left { who() { return "left"; } }
       export const nameOfLeft = () => "left";
       export const both = () => [nameOfLeft(), nameOfRight(), new Right().who()].join();
       define();`,
    );
    folder.write(
      "right.mjs",
      `import * as left from "./left.mjs";
       export let Right;
       export const define = () => { Right = class extends left.Left { who() { return "right " + super.who(); } }; };
       export const nameOfRight = () => left.nameOfLeft() + " right";`,
    );
    folder.write("data.json", '{ "nested": { "x": 5 } }');
    const program = `import { count, tick, reader } from "./again.mjs";
      import * as left from "./left.mjs";
      import data from "./data.json" with { type: "json" };
      const awaited = await Promise.resolve({ from: "the top" });
      tick();\n`;
    const look = "() => [count, reader()(), left.both(), data.nested.x, awaited.from].join()";
    expect(await run(`${program}${print(`there(${look})`)}`)).toEqual({
      value: "'1,1,left,left right,right left,5,the top'",
    });
  });

  test("[C61] a module of the program is not run again", async () => {
    folder.write(
      "server.mjs",
      "export const started = { times: 0 }; started.times++; console.error('started'); export const twice = (x) => x * 2 * started.times;",
    );
    const outcome = await run(`import { twice } from "./server.mjs";\n${print("there((x) => twice(x), 4)")}`);
    expect(outcome).toEqual({ value: "8" });
  });

  test("[C61] a circular import of the main file", async () => {
    folder.write("circle.mjs", 'import { base } from "./program.mjs"; export const plus = (x) => x + base;');
    const program = `import { plus } from "./circle.mjs";\nexport const base = 10;\n`;
    expect(await run(`${program}${print("there((x) => plus(x), 4)")}`)).toEqual({ value: "14" });
  });

  test("[C61] a file that was edited since it was loaded: what runs is what travels", async () => {
    const program = `import { writeFileSync } from "node:fs";
      import { version } from "./edited.mjs";
      writeFileSync(new URL("./edited.mjs", import.meta.url), "/* longer than before */ export const version = () => 'new';");\n`;
    folder.write("edited.mjs", "export const version = () => 'old';");
    expect(await run(`${program}${print("there(() => version())")}`)).toEqual({ value: "'old'" });
  });
});
