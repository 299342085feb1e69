/**
 * A sample of the conformance kit, with every subtask in a process of its own: functions travel by value, frames as files that are shuffled between all
 * producers, come late and sometimes twice. `FUZZ_SEED` draws another sample, `FUZZ_COUNT` says how large it is: 4,000 is all of it.
 */
import { nodeHost } from "@millrace/host-node";
import { SeededRandom } from "@millrace/host-test";
import { conformanceTests } from "@millrace/testing";
import { afterAll, describe, expect, test } from "vitest";
import { OutsideEngine } from "./outside-engine.js";
import { SubtaskProcesses } from "./subtask-processes.js";

const seed = Number(process.env.FUZZ_SEED ?? 1);
const count = Number(process.env.FUZZ_COUNT ?? 24);
const LIMIT_MS = 60_000;
/** The only program that an engine in other processes may refuse: its object copies itself, which nobody else can. */
const REFUSED = "functions/an object that makes its own copies";
const ITERATIONS = /^(iterate|iterateDelta|aggregators)\//;

describe(`[RT66] programs of the kit, each subtask in a process of its own (FUZZ_SEED=${seed}, FUZZ_COUNT=${count})`, () => {
  const processes = new SubtaskProcesses(true);
  // Sources without end leave their places only when those behind them have enough, so there must be some for these too.
  const mover = { numPlaces: 12 };
  const engine = new OutsideEngine(nodeHost(), { seed, startIn: (folder) => processes.startIn(folder), mover });
  afterAll(async () => {
    await engine.close();
    processes.close();
  });
  const random = new SeededRandom(seed);
  const refused = conformanceTests({ engine, parallelism: [3], filter: REFUSED });
  const all = conformanceTests({ engine, parallelism: [3], filter: ({ name }) => name !== REFUSED });
  const draw = (from: typeof all, number: number): typeof all => {
    const left = [...from];
    return Array.from({ length: Math.min(number, left.length) }, () => left.splice(random.below(left.length), 1)[0]!);
  };
  const sample = [
    ...draw(
      all.filter(({ program }) => ITERATIONS.test(program.name)),
      Math.ceil(count / 3),
    ),
    ...draw(all, Math.ceil((count * 2) / 3)),
  ];
  for (const { name, run } of new Set(sample)) test(name, { timeout: LIMIT_MS }, run);

  test("an object with #private fields cannot travel, and is refused", { timeout: LIMIT_MS }, async () => {
    expect(refused).toHaveLength(1);
    await expect(refused[0]!.run()).rejects.toThrow(/is an object with #private fields.*CAPTURE_REFUSED/s);
  });

  test("more than one process has worked", () => {
    expect(processes.numStarted).toBeGreaterThan(3);
  });
});
