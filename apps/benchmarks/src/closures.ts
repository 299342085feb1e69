/**
 * What it costs to send functions: capture, encoding, and the speed of revived code. Each line is printed with the bound that it must keep;
 * figures are medians, and mean something on a quiet machine only.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { captureFunctions, decodeCapturedGraph, encodeCapturedGraph, reviveFunctions } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";

type Kernel = (n: number) => number;

const processStart = performance.now();
const host = nodeHost();
const capture = (value: unknown) => captureFunctions([{ value, where: { operator: "benchmark" } }], host);

function report(what: string, value: number, unit: string, bound: string): void {
  console.log(`${what.padEnd(64)} ${value.toFixed(2).padStart(9)} ${unit}   (bound: ${bound})`);
}

function medianOf(times: readonly number[]): number {
  return [...times].sort((left, right) => left - right)[Math.floor(times.length / 2)] ?? Number.NaN;
}

function timesOf(count: number, action: () => unknown): number[] {
  return Array.from({ length: count }, () => {
    const start = performance.now();
    action();
    return performance.now() - start;
  });
}

const limit = 5;
const names = ["a", "b"];
const rates = new Map([["de", 0.19]]);
const small = (x: number): number => x * limit + names.length + (rates.get("de") ?? 0);

const TYPESCRIPT = fileURLToPath(new URL("./first-capture.ts", import.meta.url));
/** The same without types, as programs are that were built: what strips types is 4 MB more for the engine to list. */
const JAVASCRIPT = fileURLToPath(new URL("../temp/first-capture.mjs", import.meta.url));
mkdirSync(dirname(JAVASCRIPT), { recursive: true });
const { stripTypeScriptTypes } = nodeModule as unknown as { stripTypeScriptTypes(text: string): string };
writeFileSync(JAVASCRIPT, stripTypeScriptTypes(readFileSync(TYPESCRIPT, "utf8")));

/** Runs a program of its own many times, since the first capture of a process is made once. */
function firstCapture(mode: string, program = JAVASCRIPT): Record<string, number> {
  const runs = Array.from(
    { length: NUM_PROCESSES },
    () => JSON.parse(execFileSync(process.execPath, [program, mode], { encoding: "utf8" })) as Record<string, number>,
  );
  return Object.fromEntries(Object.keys(runs[0]!).map((key) => [key, medianOf(runs.map((run) => run[key]!))]));
}

const NUM_PROCESSES = 11;
const FIRST = {
  engine: "a process without Millrace: the engine lists its scripts",
  engineTypes: "the same in a program of TypeScript",
  alone: "first capture of a process",
  aloneTypes: "the same in a program of TypeScript",
  nothing: "first capture of a process, of a function that captures nothing",
  preparing: "prepareCapture, where there is something to wait for",
  prepared: "first capture of a process, after prepareCapture",
  worker: "a worker starts and runs a function",
  waiting: "it starts, and runs a function that is captured meanwhile",
};
const first = Object.assign(
  {},
  ...["engine", "alone", "nothing", "prepared", "worker", "waiting"].map((mode) => firstCapture(mode)),
);
first.engineTypes = firstCapture("engine", TYPESCRIPT).engine;
first.aloneTypes = firstCapture("alone", TYPESCRIPT).alone;
for (const [key, what] of Object.entries(FIRST)) report(what, first[key], "ms", key === "prepared" ? "30 ms" : "-");
report("what the first capture adds to the start of a worker", first.waiting - first.worker, "ms", "30 ms");

capture(small);
timesOf(300, () => capture(small));
report("a function with three captures, script known", medianOf(timesOf(300, () => capture(small))), "ms", "0.5 ms");

const beside = ((text: string) => {
  const number = 7;
  const keep = (): number => text.length;
  const look = (): number => number;
  return { keep, look };
})("x".repeat(100_000_000) + processStart);
capture(beside.look);
report("a number beside a string of 100 MB", medianOf(timesOf(20, () => capture(beside.look))), "ms", "5 ms");

function captureLargeOnes(): number {
  for (let index = 0; index < 10_000; index++) {
    const text = String.fromCharCode(97 + (index % 26)).repeat(100_000);
    capture(() => text.length);
  }
  return process.memoryUsage().rss;
}
// The first ones let the heap grow to what it needs for what is thrown away.
const before = captureLargeOnes();
report("growth by 10,000 functions of 100 kB each", (captureLargeOnes() - before) / 1e6, "MB", "0, or less than 20");

const large = new Float64Array((50 * 1024 * 1024) / 8);
const graph = capture(() => large.length);
report("encoding 50 MB, once", medianOf(timesOf(5, () => encodeCapturedGraph(graph))), "ms", "-");
const bytes = encodeCapturedGraph(graph);
report("decoding 50 MB, without a copy", medianOf(timesOf(5, () => decodeCapturedGraph(bytes))), "ms", "-");

const table = Float64Array.from({ length: 1024 }, (_, index) => index / 7);
const words = Array.from({ length: 100 }, (_, index) => `word${index}`);
const counts = new Map(words.map((word, index) => [word, index]));
class Point {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  plus(other: Point): Point {
    return new Point(this.x + other.x, this.y + other.y);
  }
}
const twice = (x: number): number => x * 2 + limit;
const fibonacci = (n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

/** Repeats `step` and adds up what it gives; written out in each kernel, so that no two share what the engine learns. */
const kernels: Readonly<Record<string, Kernel>> = {
  arithmetic: (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (i * limit) % 7;
    return sum;
  },
  helper: (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += twice(i);
    return sum;
  },
  "typed array": (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += table[i & 1023] ?? 0;
    return sum;
  },
  map: (n) => {
    let sum = 0;
    for (let i = 0; i < n / 10; i++) sum += counts.get(words[i % 100] ?? "") ?? 0;
    return sum;
  },
  class: (n) => {
    let at = new Point(0, 0);
    const step = new Point(1, 2);
    for (let i = 0; i < n; i++) at = at.plus(step);
    return at.x + at.y;
  },
  strings: (n) => {
    let length = 0;
    for (let i = 0; i < n / 50; i++) length += `${words[i % 100]}:${i}`.split(":").length;
    return length;
  },
  recursion: (n) => fibonacci(n > 1e6 ? 27 : 10),
  closures: (n) => {
    let sum = 0;
    for (let i = 0; i < n / 100; i++) sum += words.reduce((all, word) => all + word.length, i);
    return sum;
  },
  objects: (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const record = { id: i, value: i * limit };
      sum += record.id + record.value;
    }
    return sum;
  },
  generator: (n) => {
    let sum = 0;
    function* items() {
      for (let i = 0; i < n / 20; i++) yield i + limit;
    }
    for (const item of items()) sum += item;
    return sum;
  },
};

const NUM_ROUNDS = 15;
const NUM_STEPS = 2_000_000;
for (const [name, kernel] of Object.entries(kernels)) {
  const { functions } = await reviveFunctions(decodeCapturedGraph(encodeCapturedGraph(capture(kernel))), host.scripts!);
  const revived = functions[0] as Kernel;
  const original: number[] = [];
  const copy: number[] = [];
  for (let round = 0; round < NUM_ROUNDS; round++) {
    original.push(...timesOf(1, () => kernel(NUM_STEPS)));
    copy.push(...timesOf(1, () => revived(NUM_STEPS)));
  }
  report(`revived over original: ${name}`, Math.min(...copy) / Math.min(...original), "x", "within 5 %");
}
