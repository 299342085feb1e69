/**
 * Whether memory is what it says: the peak resident memory of jobs whose input is 1, 4 and 16 times what the environment was given. Each run is a
 * process of its own. The *base* is the peak of a job that makes as many records and keeps none: all that is loaded and compiled, and a young heap at its
 * full size. What a run has above the base should be no more than the figure.
 *
 *     node src/peak-memory.ts [MiB, 64 by default] [jobs, all by default]            (after a build)
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { localEngine } from "@millrace/environment-local";
import { nodeHost } from "@millrace/host-node";
import { ExecutionEnvironment } from "millrace";

/** About what an item takes as a row. */
const ITEM_BYTES = 128;
const FACTORS = [1, 4, 16];
const BASE_JOB = "nothing";
const NUM_SUPERSTEPS = 3;
const RUN_ARGUMENT = "--run";
/** The young heap of the engine grows with what survives in it, to sizes like that of a small figure; it is held small here, so that pages show. */
const RUN_FLAGS = ["--max-semi-space-size=8"];

const env = (figure: string): ExecutionEnvironment =>
  ExecutionEnvironment.onEngine(localEngine(nodeHost(), { memory: figure }), { parallelism: 1 });

const jobs: Readonly<Record<string, (env: ExecutionEnvironment, numItems: number) => void>> = {
  [BASE_JOB]: (on, numItems) => {
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

/** Makes items whose ids are all different and in no order, four to a group. */
function items(on: ExecutionEnvironment, numItems: number) {
  return on.generateSequence(1, Math.floor(numItems)).map((n) => {
    const id = (n * 7919) % 1_000_000_007;
    return {
      id,
      group: n >> 2,
      text: `a text of a length that fields often have, so that rows are not too small: ${n}`,
    };
  });
}

const [first, second, third, fourth] = process.argv.slice(2);
if (first === RUN_ARGUMENT) await run(second!, third!, Number(fourth));
else compare(Number(first ?? 64), second === undefined ? Object.keys(jobs) : process.argv.slice(3));

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
  const base = peakOf(BASE_JOB, mib, FACTORS.at(-1)!);
  console.log(
    `peak resident memory in MiB; the environment has ${mib} MiB, the base is ${base.peakMib.toFixed(0)} MiB`,
  );
  console.log("job              input    peak   above base   of the figure      s");
  for (const name of names) {
    if (name === BASE_JOB) continue;
    for (const factor of FACTORS) {
      const { peakMib, seconds } = peakOf(name, mib, factor);
      const above = peakMib - base.peakMib;
      const cells = [
        `${factor}x`.padStart(5),
        peakMib.toFixed(0).padStart(7),
        above.toFixed(0).padStart(12),
        `${((100 * above) / mib).toFixed(0)} %`.padStart(15),
        seconds.toFixed(1).padStart(6),
      ];
      console.log(`${name.padEnd(16)} ${cells.join(" ")}`);
    }
  }
}

function peakOf(name: string, mib: number, factor: number): { readonly peakMib: number; readonly seconds: number } {
  const numItems = Math.floor((mib * 1024 * 1024 * factor) / ITEM_BYTES);
  const parameters = [RUN_ARGUMENT, name, `${mib}MiB`, String(numItems)];
  const child = spawnSync(process.execPath, [...RUN_FLAGS, fileURLToPath(import.meta.url), ...parameters], {
    encoding: "utf8",
  });
  if (child.status !== 0) throw new Error(`${name} at ${factor}x failed:\n${child.stderr}`);
  const { peakKiB, seconds } = JSON.parse(child.stdout.trim().split("\n").at(-1)!) as {
    peakKiB: number;
    seconds: number;
  };
  return { peakMib: peakKiB / 1024, seconds };
}
