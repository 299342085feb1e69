import { types } from "@millrace/core";
import { JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { RangeBordersDriver } from "../../src/drivers/range-borders-driver.js";
import { runSteps, TestContext } from "../hash/doubles.js";
import { runGraph } from "../support/run-graph.js";

async function borders(records: readonly unknown[], keys: readonly object[], numPartitions: number): Promise<unknown> {
  const graph = new JobGraphBuilder();
  const source = graph.add({ kind: "collection", records: 0 });
  const sampled = graph.add({ kind: "rangeBorders", keys: keys as { path: string }[], numPartitions }, [source]);
  graph.add({ kind: "collect", index: 0 }, [sampled]);
  const [collected] = await runGraph(graph.build(), [records]);
  expect(collected).toHaveLength(1);
  return collected![0];
}

describe("the borders of ranges", () => {
  it("cut few records evenly", async () => {
    const records = [5, 3, 9, 1, 7, 2, 8].map((id) => ({ id }));
    expect(await borders(records, [{ path: "id" }], 3)).toEqual([[3], [7]]);
    expect(await borders(records, [{ path: "id", order: "descending" }], 3)).toEqual([[7], [3]]);
  });

  it("are fewer than asked for where there are fewer records, and none where there are none", async () => {
    expect(await borders([], [{ path: "id" }], 3)).toEqual([]);
    expect(await borders([{ id: 1 }], [{ path: "id" }], 1)).toEqual([]);
  });

  it("have as many parts as the key, with nulls for fields that are not there", async () => {
    const records = [{ a: "x", b: 1 }, { a: "x" }, { a: "w", b: 2 }];
    const keys = [{ path: "a" }, { path: "b", order: "descending" }];
    expect(await borders(records, keys, 3)).toEqual([
      ["w", 2],
      ["x", 1],
    ]);
  });

  it("[RT40] are found in many turns, so that others work meanwhile", () => {
    const count = 60_000;
    const records = Array.from({ length: count }, (_, i) => ({ id: (i * 7919) % count }));
    const type = types.row({ id: types.int32 }) as never;
    const context = new TestContext({ numPages: 1, inputs: [[{ type, records }]] });
    const driver = new RangeBordersDriver({ kind: "rangeBorders", keys: [{ path: "id" }], numPartitions: 64 }, context);
    const numSteps = runSteps(driver.run());
    const expected = Array.from({ length: 63 }, (_, i) => [Math.ceil((count * (i + 1)) / 64) - 1]);
    expect(context.out.records).toEqual([expected]);
    // 15 pieces are sorted, and merged in 4 rounds of about 15 turns, beside the steps of reading.
    const numPages = Math.ceil((count * 16) / 32_000);
    expect(numSteps - numPages).toBeGreaterThan(50);
  });

  it("cut many records nearly evenly, whatever their order", async () => {
    const count = 200_000;
    const inOrder = Array.from({ length: count }, (_, id) => ({ id }));
    for (const records of [inOrder, inOrder.toReversed()]) {
      const found = (await borders(records, [{ path: "id" }], 4)) as [number][];
      const bounds = [0, ...found.map(([id]) => id), count];
      for (let i = 1; i < bounds.length; i++) {
        expect(Math.abs(bounds[i]! - bounds[i - 1]! - count / 4)).toBeLessThan(count / 20);
      }
    }
  });
});
