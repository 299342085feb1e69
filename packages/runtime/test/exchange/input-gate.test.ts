import { RowLayout, types } from "@millrace/core";
import { describe, expect, it } from "vitest";
import { EdgeOutput } from "../../src/exchange/edge-output.js";
import { InputGate } from "../../src/exchange/input-gate.js";
import { DeclaredSerializer } from "../../src/exchange/output-serializer.js";
import { PrefetchedPages } from "../../src/exchange/prefetched-pages.js";
import { RingChannel } from "../../src/exchange/ring-channel.js";
import { FixedPartitioner } from "../../src/exchange/row-partitioner.js";
import { RowScratch } from "../../src/exchange/row-scratch.js";
import { TaskOutput } from "../../src/exchange/task-output.js";
import { EdgeMetrics } from "../../src/metrics/edge-metrics.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import { pageBudget } from "../support/budgets.js";
import { rowQueue } from "../support/stores.js";
import { TestSpill } from "../support/test-spill.js";

const layouts = createLayoutTable();
const layout = layouts.add(RowLayout.of(types.row({ n: types.int32 })));

/** Is a producer, with the channel to its reader. */
class Producer {
  readonly channel: RingChannel;
  readonly #output: TaskOutput;

  constructor() {
    const budget = pageBudget(8);
    this.channel = new RingChannel(8, {
      onUnwanted: () => {},
      onReadable: () => {},
      onRoom: () => {},
      onReleased: (page) => budget.give(page),
    });
    const scratch = new RowScratch();
    const edge = new EdgeOutput({
      targets: [this.channel],
      partitioner: new FixedPartitioner(0),
      budget,
      overdraft: rowQueue(layouts),
      scratch,
      metrics: new EdgeMetrics(),
      isPipelined: true,
    });
    this.#output = new TaskOutput([edge], new DeclaredSerializer(layout, { operator: "test" }), scratch);
  }

  send(...numbers: readonly number[]): void {
    for (const n of numbers) this.#output.collect({ n });
    this.#output.flushForStarving();
  }

  end(): void {
    for (const _wait of this.#output.end({ kind: "endOfInput" }));
  }
}

function read(gate: InputGate): number[] {
  const numbers: number[] = [];
  while (gate.nextPage()) {
    const { memory, endSlot } = gate;
    for (let { slot } = gate; slot < endSlot; slot += memory.i32[slot * 2]! >> 3) {
      numbers.push((gate.layout.serializer.read(memory, slot) as { n: number }).n);
    }
  }
  return numbers;
}

describe("[RT96] pages that are taken off channels before they are read", () => {
  const setting = (isInOrder: boolean) => {
    const producers = [new Producer(), new Producer()] as const;
    const prefetched = new PrefetchedPages({ budget: pageBudget(2), spill: new TestSpill(), layouts });
    const channels = producers.map(({ channel }) => channel);
    return { producers, gate: new InputGate(channels, layouts, isInOrder, new EdgeMetrics(), prefetched) };
  };

  it.each([true, false])(
    "are all there, one partition after the other when they are to be in order (%s)",
    (isInOrder) => {
      const { producers, gate } = setting(isInOrder);
      const [first, second] = producers;
      second.send(3);
      second.end();
      expect(gate.prefetch()).toBe(!isInOrder);
      first.send(1);
      gate.prefetch();
      first.send(2);
      first.end();
      expect(read(gate)).toEqual(isInOrder ? [1, 2, 3] : [3, 1, 2]);
      expect(gate.isAtEnd).toBe(true);
      gate.close();
    },
  );
});
