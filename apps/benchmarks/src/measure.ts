/**
 * Runs contenders against each other so that what disturbs one disturbs all: in rounds, each round beginning with another
 * contender, with ratios taken within a round. Time is the processor time of this thread, so that a busy machine does not
 * show; helper threads of the garbage collector are not counted, which favours whoever makes the most garbage.
 */

/** What a contender reached. Rates are million items a second. */
export interface Measurement {
  readonly name: string;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  /** The median over the rounds of its rate by that of the baseline in the same round. */
  readonly ratio: number | undefined;
}

const NUM_WARM_UP_ROUNDS = 3;
const NUM_ROUNDS = 11;
const MIN_ROUND_MS = 20;

/** Measures functions that each do `numItems` items of work a call; `baseline` names the one that ratios refer to. */
export function measure(
  contenders: Readonly<Record<string, () => number>>,
  numItems: number,
  baseline: string,
): Measurement[] {
  const names = Object.keys(contenders);
  const rates = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < NUM_WARM_UP_ROUNDS + NUM_ROUNDS; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length]!;
      const rate = rateOf(contenders[name]!, numItems);
      if (round >= NUM_WARM_UP_ROUNDS) rates.get(name)!.push(rate);
    }
  }
  const base = rates.get(baseline);
  return names.map((name) => {
    const own = rates.get(name)!;
    return {
      name,
      median: medianOf(own),
      lowest: Math.min(...own),
      highest: Math.max(...own),
      ratio: base === undefined ? undefined : medianOf(own.map((rate, round) => rate / base[round]!)),
    };
  });
}

/** Prints measurements as a table. */
export function printTable(title: string, measurements: readonly Measurement[]): void {
  console.log(`\n${title}, M records/s`);
  const width = Math.max(...measurements.map(({ name }) => name.length));
  for (const { name, median, lowest, highest, ratio } of measurements) {
    const spread = `${lowest.toFixed(2)} … ${highest.toFixed(2)}`;
    const times = ratio === undefined ? "" : `${ratio.toFixed(1)} x`;
    console.log(
      `  ${name.padEnd(width)}  ${median.toFixed(2).padStart(8)}  ${spread.padStart(18)}  ${times.padStart(8)}`,
    );
  }
}

let sink = 0;

function rateOf(run: () => number, numItems: number): number {
  const begin = threadMs();
  let elapsed = 0;
  let numRuns = 0;
  while (elapsed < MIN_ROUND_MS) {
    sink += run();
    numRuns++;
    elapsed = threadMs() - begin;
  }
  if (Number.isNaN(sink)) sink = 0;
  return (numItems * numRuns) / elapsed / 1000;
}

/** The processor time of this thread; of the process where Node.js is too old to tell them apart. */
function threadMs(): number {
  const { threadCpuUsage = process.cpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  const { user, system } = threadCpuUsage.call(process);
  return (user + system) / 1000;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
