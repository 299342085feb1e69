/** Tasks that read one producer on two ways wait for each other unless somebody takes pages in: with each of the two protections, and without. */
import { JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { InputGate } from "../../src/exchange/input-gate.js";
import { runGraph } from "../support/run-graph.js";
import { watchedMemory } from "../support/watched-memory.js";

/** More than all channels and tables of the job hold. */
const RECORDS = Array.from({ length: 1200 }, (_, id) => ({ id, text: "x".repeat(4000) }));
const NUM_PAGES = 40;

/** A join whose both sides are one stream; the first is read when the second was. */
function joinWithItself(isMaterialized: boolean) {
  const graph = new JobGraphBuilder();
  const source = graph.add({ kind: "collection", records: 0 });
  const key = [{ path: "id" }];
  const first = graph.input(source, isMaterialized ? { local: { kind: "materialize" } } : {});
  const join = {
    kind: "join",
    joinType: "semi",
    strategy: "hash-build-second",
    leftKeys: key,
    rightKeys: key,
    leftValue: undefined,
    rightValue: undefined,
    result: { kind: "left" },
  } as const;
  graph.add({ kind: "collect", index: 0 }, [graph.add(join, [first, graph.input(source)])]);
  return graph.build();
}

/** Runs an action while gates take pages off channels as `prefetch` says; returns how often they took one. */
async function withPrefetch(prefetch: (gate: InputGate) => boolean, action: () => Promise<void>): Promise<number> {
  const { prefetch: original } = InputGate.prototype;
  let numTaken = 0;
  InputGate.prototype.prefetch = function (this: InputGate) {
    InputGate.prototype.prefetch = original;
    const hasTaken = prefetch(this);
    InputGate.prototype.prefetch = watched;
    if (hasTaken) numTaken++;
    return hasTaken;
  };
  const watched = InputGate.prototype.prefetch;
  try {
    await action();
  } finally {
    InputGate.prototype.prefetch = original;
  }
  return numTaken;
}

const normally = (gate: InputGate): boolean => gate.prefetch();
const never = (): boolean => false;

async function run(isMaterialized: boolean): Promise<void> {
  const memory = watchedMemory(NUM_PAGES);
  try {
    const [records] = await runGraph(joinWithItself(isMaterialized), [RECORDS], { memory });
    expect(records).toHaveLength(RECORDS.length);
  } finally {
    memory.assertNothingLeft();
  }
}

describe("[RT42] a join of a stream with itself", () => {
  it("ends without pages taken off channels when the plan takes one side in", async () => {
    expect(await withPrefetch(normally, () => run(true))).toBe(0);
    await withPrefetch(never, () => run(true));
  });

  it("ends by pages taken off channels when the plan does not", async () => {
    expect(await withPrefetch(normally, () => run(false))).toBeGreaterThan(0);
  });

  it("[RT43] control: without either it is stuck, which is found, and nothing is left", async () => {
    await expect(withPrefetch(never, () => run(false))).rejects.toMatchObject({
      code: "INVARIANT_VIOLATED",
      message: expect.stringContaining("waits for input"),
    });
  });
});
