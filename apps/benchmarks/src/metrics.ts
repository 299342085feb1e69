/**
 * What it costs that tasks measure themselves: fused chains in whole jobs, against the same runtime without its metrics. The runtime is loaded twice, and in
 * one of the copies the module of the metrics is an empty one: it reads the clock once per step, as the scheduler needs that, and counts
 * nothing. Both take turns in one process, in rounds that begin with one or the other; times are processor time of this thread. How the engine compiles a
 * copy differs by some percent between processes, even of two copies that are the same. So there are several processes, each with a ratio, the median of its
 * rounds; the cost is the median over them. At most 2 % is allowed; the program ends with 1 when a chain takes more.
 *
 *     node src/metrics.ts [records, 1000000 by default] [processes, 9 by default] [same]            (after a build)
 *
 * With "same", both copies have their metrics: what is found then is the error of the measurement.
 */
import { spawnSync } from "node:child_process";
import nodeModule from "node:module";
import type * as EnvironmentLocal from "@millrace/environment-local";
import { nodeHost } from "@millrace/host-node";
import { processMemory } from "@millrace/runtime/parts";
import { col, type DataSet, ExecutionEnvironment } from "millrace";

const RUN_ARGUMENT = "--run-in-process";
const isRun = process.argv.at(-1) === RUN_ARGUMENT;
const NUM_RECORDS = Number(process.argv[2] ?? 1_000_000);
const NUM_PROCESSES = Number(process.argv[3] ?? 9);
const IS_SAME = process.argv[4] === "same";
const NUM_ROUNDS = 11;
const NUM_WARM_UP_ROUNDS = 4;
const MAX_COST = 0.02;
const MEMORY_BYTES = 64 * 1024 * 1024;

/** Is put behind the address of a module to load it another time; the copies load what they import with the same mark. */
const COPIES = { with: "?with-metrics", without: "?without-metrics" } as const;
type Copy = keyof typeof COPIES;

const COPIED = /\/packages\/(runtime|environment-local)\/dist\//;
const METRICS = /\/packages\/runtime\/dist\/metrics\/task-metrics\.js/;
const NO_METRICS = `
  const nothing = { numRecords: 0, numBytes: 0, numPages: 0 };
  const edge = { count() {}, report: () => nothing };
  export class TaskMetrics {
    read = edge;
    sent = edge;
    #clock;
    constructor(clock) { this.#clock = clock; }
    begin() {}
    end() { return this.#clock.monotonic(); }
    report(task) {
      return { ...task, read: nothing, sent: nothing, numBytesSpilled: 0, numBytesRestored: 0, busyMs: 0, idleMs: 0, backPressuredMs: 0, numSteps: 0 };
    }
  }`;

interface Numbers {
  readonly id: number;
  readonly value: number;
}

/** Each ends with a filter that lets nearly nothing through, so that the chain is what takes the time. */
const chains: Readonly<Record<string, (env: ExecutionEnvironment) => DataSet<unknown>>> = {
  "map, filter, map, filter": (env) =>
    numbers(env)
      .filter(({ value }) => value !== 3)
      .map(({ id, value }) => ({ id, value: value + 1 }))
      .filter(({ id }) => id % 1000 === 0),
  "over fields, behind an exchange": (env) =>
    numbers(env).rebalance().filter(col("value").ne(3)).filter(col("value").eq(5)),
};

function numbers(env: ExecutionEnvironment): DataSet<Numbers> {
  return env.generateSequence(1, NUM_RECORDS).map((id) => ({ id, value: id & 1023 }));
}

interface ModuleHooks {
  registerHooks(hooks: {
    resolve(
      specifier: string,
      context: { readonly parentURL?: string },
      next: (specifier: string, context: object) => { url: string; shortCircuit?: boolean },
    ): { url: string; shortCircuit?: boolean };
    load(url: string, context: object, next: (url: string, context: object) => object): object;
  }): void;
}

// The types of the oldest Node.js that packages support don't know it; this program runs on newer ones only.
(nodeModule as unknown as ModuleHooks).registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const copy = Object.values(COPIES).find((mark) => context.parentURL?.endsWith(mark));
    const isCopied = copy !== undefined && COPIED.test(resolved.url) && !resolved.url.includes("?");
    return isCopied ? { ...resolved, url: resolved.url + copy } : resolved;
  },
  load(url, context, next) {
    return !IS_SAME && url.endsWith(COPIES.without) && METRICS.test(url)
      ? { format: "module", source: NO_METRICS, shortCircuit: true }
      : next(url, context);
  },
});

async function environmentOf(copy: Copy): Promise<ExecutionEnvironment> {
  const url = import.meta.resolve("@millrace/environment-local") + COPIES[copy];
  const { localEngine } = (await import(url)) as typeof EnvironmentLocal;
  return ExecutionEnvironment.onEngine(localEngine(nodeHost()), { parallelism: 1, progress: false });
}

/** Runs a chain and returns the milliseconds of this thread that it took. */
async function timeOf(
  env: ExecutionEnvironment,
  chain: (env: ExecutionEnvironment) => DataSet<unknown>,
): Promise<number> {
  const { threadCpuUsage = process.cpuUsage } = process as { threadCpuUsage?: typeof process.cpuUsage };
  const begin = threadCpuUsage.call(process);
  await chain(env).count();
  const end = threadCpuUsage.call(process);
  return (end.user + end.system - begin.user - begin.system) / 1000;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Runs all chains in this process, and prints for each how much longer it takes with metrics, as a share. */
async function run(): Promise<void> {
  // Neither copy makes the memory, so that both see it alike.
  processMemory(nodeHost(), MEMORY_BYTES);
  const environments = { with: await environmentOf("with"), without: await environmentOf("without") };
  const costs: number[] = [];
  for (const chain of Object.values(chains)) {
    const ratios: number[] = [];
    for (let round = 0; round < NUM_WARM_UP_ROUNDS + NUM_ROUNDS; round++) {
      const order: readonly Copy[] = round % 2 === 0 ? ["with", "without"] : ["without", "with"];
      const times = { with: 0, without: 0 };
      for (const copy of order) times[copy] = await timeOf(environments[copy], chain);
      if (round >= NUM_WARM_UP_ROUNDS) ratios.push(times.with / times.without);
    }
    costs.push(medianOf(ratios) - 1);
  }
  console.log(JSON.stringify(costs));
}

function compare(): void {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const runs = Array.from({ length: NUM_PROCESSES }, () => {
    const parameters = [import.meta.filename, String(NUM_RECORDS), "1", IS_SAME ? "same" : "", RUN_ARGUMENT];
    const child = spawnSync(process.execPath, [...process.execArgv, ...parameters], { encoding: "utf8" });
    if (child.status !== 0) throw new Error(`a run failed:\n${child.stderr}`);
    return JSON.parse(child.stdout) as readonly number[];
  });
  console.log(`what metrics cost, ${NUM_RECORDS} records, ${NUM_PROCESSES} processes of ${NUM_ROUNDS} rounds`);
  Object.keys(chains).forEach((name, i) => {
    const costs = runs.map((each) => each[i]!);
    const cost = medianOf(costs);
    const spread = `${percent(Math.min(...costs))} … ${percent(Math.max(...costs))}`;
    const verdict = cost <= MAX_COST ? "within" : "TOO MUCH";
    console.log(`${name.padEnd(34)} ${percent(cost).padStart(7)}   (${spread})   ${verdict}`);
    if (cost > MAX_COST) process.exitCode = 1;
  });
}

if (isRun) await run();
else compare();
