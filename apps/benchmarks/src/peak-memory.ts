/**
 * Whether memory is what it says: the peak resident memory of jobs whose input is 1, 4 and 16 times what the environment was given. Each run is a
 * process of its own. The *base* is the same for all: the highest peak of such jobs when they have next to no memory, whatever their input, so all that is
 * loaded and a young heap at its full size, and what the engine's compilers take for moments. What a run has above the base must be no more
 * than the figure: each row says whether it is, and the program ends with 1 when one is not. Processes that do the same differ by some MiB, by what the
 * engine compiles when; so each peak is the median of three processes.
 *
 *     node src/peak-memory.ts [MiB, 64 by default] [jobs, all by default]            (after a build)
 *
 * All of it takes minutes; jobs can be run one by one: `node src/peak-memory.ts 32 sort join`.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { localEngine } from "@millrace/environment-local";
import { nodeHost } from "@millrace/host-node";
import { ExecutionEnvironment } from "millrace";

/** About what an item takes as a row. */
const ITEM_BYTES = 128;
const FACTORS = [1, 4, 16];
/**
 * The jobs whose highest peak is the base: no more memory than they need, and as many items as it takes to have their code compiled and the young heap
 * grown. An iteration would read so much input too often.
 */
const BASE_JOBS = ["sort", "join", "group", "distinct"];
const BASE_MIB = 4;
const NUM_BASE_ITEMS = 1_000_000;
/** What the engine's compilers hold for moments: runs of one job differ by that much, whatever its input. */
const COMPILER_MIB = 6;
const NUM_SUPERSTEPS = 3;
const NUM_PROCESSES = 3;
const DEFAULT_MIB = 64;
const RUN_ARGUMENT = "--job";
/** The young heap of the engine grows with what survives in it, to sizes like that of a small figure; it is small here, and of one size in the base and all runs. */
const RUN_FLAGS = ["--min-semi-space-size=8", "--max-semi-space-size=8"];

const env = (figure: string): ExecutionEnvironment =>
  ExecutionEnvironment.onEngine(localEngine(nodeHost(), { memory: figure }), { parallelism: 1 });

const jobs: Readonly<Record<string, (env: ExecutionEnvironment, numItems: number) => void>> = {
  nothing: (on, numItems) => {
    items(on, numItems).output({ write: () => {} });
  },
  sort: (on, numItems) => {
    items(on, numItems)
      .orderBy("id", "ascending")
      .output({ write: () => {} });
  },
  join: (on, numItems) => {
    const left = items(on, numItems / 2);
    left
      .join(items(on, numItems / 2))
      .where("id")
      .equalTo("id")
      .with((a, b) => ({ id: a.id, text: b.text }))
      .output({ write: () => {} });
  },
  group: (on, numItems) => {
    items(on, numItems)
      .groupBy("group")
      .reduce((a, b) => ({ id: Math.max(a.id, b.id), group: a.group, text: a.text }))
      .output({ write: () => {} });
  },
  distinct: (on, numItems) => {
    items(on, numItems)
      .distinct()
      .output({ write: () => {} });
  },
  "delta iteration": (on, numItems) => {
    const workset = items(on, numItems).filter(({ id }) => id % 10 === 0);
    const loop = items(on, numItems).iterateDelta(workset, NUM_SUPERSTEPS, "id");
    const delta = loop.workset
      .join(loop.solutionSet)
      .where("id")
      .equalTo("id")
      .with((work, known) => ({ id: work.id, group: known.group + 1, text: known.text }));
    loop.closeWith(delta, delta).output({ write: () => {} });
  },
};

/**
 * A text of a length that fields often have. No digits are made: the engine keeps the texts of the numbers that it formatted last, which
 * reach the old heap in any program that also makes other garbage.
 */
const TEXT = "a text of a length that fields often have, so that rows are not too small, and more";

/** Makes items whose ids are all different and in no order, four to a group. */
function items(on: ExecutionEnvironment, numItems: number) {
  return on.generateSequence(1, Math.floor(numItems)).map((n) => {
    const id = (n * 7919) % 1_000_000_007;
    return {
      id,
      group: n >> 2,
      text: TEXT.slice(0, 64 + (n & 31)),
    };
  });
}

const runAt = process.argv.indexOf(RUN_ARGUMENT);
if (runAt >= 0) {
  const [name, figure, numItems] = process.argv.slice(runAt + 1);
  await run(name!, figure!, Number(numItems));
} else {
  const [mib, ...names] = process.argv.slice(2);
  compare(Number(mib ?? DEFAULT_MIB), names.length === 0 ? Object.keys(jobs) : names);
}

/** Runs one job in this process and prints its peak in KiB and its time. */
async function run(name: string, figure: string, numItems: number): Promise<void> {
  const on = env(figure);
  const begin = performance.now();
  jobs[name]!(on, numItems);
  await on.execute();
  const seconds = (performance.now() - begin) / 1000;
  console.log(JSON.stringify({ peakKiB: process.resourceUsage().maxRSS, seconds }));
}

function compare(mib: number, names: readonly string[]): void {
  const unknown = names.filter((name) => jobs[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`no such job: ${unknown.join(", ")}; there are ${Object.keys(jobs).join(", ")}`);
  const idle = Math.max(...BASE_JOBS.map((name) => peakOf(name, BASE_MIB, NUM_BASE_ITEMS).peakMib)) - BASE_MIB;
  const base = idle + COMPILER_MIB;
  console.log(
    `peak resident memory in MiB: the environment has ${mib}, the base is ${base.toFixed(0)}, so the bound is ${(base + mib).toFixed(0)}`,
  );
  console.log("job              input    peak   above base   of the figure      s   verdict");
  let numBeyond = 0;
  for (const name of names) {
    for (const factor of FACTORS) {
      const { peakMib, seconds } = peakOf(name, mib, Math.floor((mib * 1024 * 1024 * factor) / ITEM_BYTES));
      const above = peakMib - base;
      if (above > mib) numBeyond++;
      const cells = [
        `${factor}x`.padStart(5),
        peakMib.toFixed(0).padStart(7),
        above.toFixed(0).padStart(12),
        `${((100 * above) / mib).toFixed(0)} %`.padStart(15),
        seconds.toFixed(1).padStart(6),
        above > mib ? `  ${(above - mib).toFixed(0)} MiB TOO MUCH` : "  within",
      ];
      console.log(`${name.padEnd(16)} ${cells.join(" ")}`);
    }
  }
  console.log(numBeyond === 0 ? "all within the figure and the base" : `${numBeyond} beyond the figure and the base`);
  if (numBeyond > 0) process.exitCode = 1;
}

interface Peak {
  readonly peakMib: number;
  readonly seconds: number;
}

/** Returns the median of some processes. */
function peakOf(name: string, mib: number, numItems: number): Peak {
  const peaks = Array.from({ length: NUM_PROCESSES }, () => peakOfOne(name, mib, numItems));
  return peaks.sort((a, b) => a.peakMib - b.peakMib)[NUM_PROCESSES >> 1]!;
}

function peakOfOne(name: string, mib: number, numItems: number): Peak {
  const parameters = [RUN_ARGUMENT, name, `${mib}MiB`, String(numItems)];
  const child = spawnSync(
    process.execPath,
    [...RUN_FLAGS, "--input-type=module", "--eval", program(), "--", ...parameters],
    {
      encoding: "utf8",
      cwd: import.meta.dirname,
    },
  );
  if (child.status !== 0) throw new Error(`${name} with ${numItems} items in ${mib} MiB failed:\n${child.stderr}`);
  const { peakKiB, seconds } = JSON.parse(child.stdout.trim().split("\n").at(-1)!) as {
    peakKiB: number;
    seconds: number;
  };
  return { peakMib: peakKiB / 1024, seconds };
}

/** Returns this program without its types, so that the runs don't load what strips them, which takes more than some figures. */
function program(): string {
  // The types of the oldest Node.js that packages support don't know it; this program runs on newer ones only.
  const { stripTypeScriptTypes } = nodeModule as unknown as { stripTypeScriptTypes(source: string): string };
  return stripTypeScriptTypes(readFileSync(fileURLToPath(import.meta.url), "utf8"));
}
