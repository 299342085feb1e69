import { RowLayout, types } from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { describe, expect, it } from "vitest";
import { EdgeOutput } from "../../src/exchange/edge-output.js";
import type { ChannelEvent } from "../../src/exchange/exchange.js";
import { InputGate } from "../../src/exchange/input-gate.js";
import { DeclaredSerializer } from "../../src/exchange/output-serializer.js";
import type { PageView } from "../../src/exchange/page-view.js";
import { viewOfPage } from "../../src/exchange/page-view.js";
import { isPage, RingChannel } from "../../src/exchange/ring-channel.js";
import { FixedPartitioner } from "../../src/exchange/row-partitioner.js";
import { RowScratch } from "../../src/exchange/row-scratch.js";
import { TaskOutput } from "../../src/exchange/task-output.js";
import { EdgeMetrics } from "../../src/metrics/edge-metrics.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import { PushDriver } from "../../src/task/push-driver.js";
import type { PushContext, PushOperator } from "../../src/task/push-operator.js";
import { SlotScheduler } from "../../src/task/slot-scheduler.js";
import type { Task } from "../../src/task/task.js";
import { pageBudget } from "../support/budgets.js";
import { rowQueue } from "../support/stores.js";
import { testTask } from "../support/test-task.js";

const layouts = createLayoutTable();
const layout = layouts.add(RowLayout.of(types.row({ channel: types.int32, number: types.int32 })));
const place = { operator: "test" };

/** Writes rows and events to one channel. */
class Producer {
  readonly channel: RingChannel;
  readonly #output: TaskOutput;

  constructor(index: number, onReadable: () => void) {
    const budget = pageBudget(64, `producer ${index}`);
    this.channel = new RingChannel(64, {
      onUnwanted: () => {},
      onReadable,
      onRoom: () => {},
      onReleased: (page) => budget.give(page),
    });
    this.#output = outputTo(this.channel, budget);
  }

  rows(channel: number, numbers: readonly number[]): void {
    for (const number of numbers) this.#output.collect({ channel, number });
  }

  send(event: ChannelEvent): void {
    for (const _wait of this.#output.end(event));
  }
}

function outputTo(channel: RingChannel, budget: ReturnType<typeof pageBudget>): TaskOutput {
  const scratch = new RowScratch();
  const edge = new EdgeOutput({
    targets: [channel],
    partitioner: new FixedPartitioner(0),
    budget,
    overdraft: rowQueue(layouts),
    scratch,
    metrics: new EdgeMetrics(),
    isPipelined: true,
  });
  return new TaskOutput([edge], new DeclaredSerializer(layout, place), scratch);
}

/** Counts rows and aligns barriers: a channel whose barrier has come waits for those of all others. */
class AligningCounter implements PushOperator {
  readonly #context: PushContext;
  readonly #counts: number[];
  readonly #waiting = new Set<number>();
  #barrier: ChannelEvent | undefined;
  readonly snapshots: unknown[] = [];
  readonly urgent: string[] = [];
  timerAt: number | undefined;
  isClosed = false;

  constructor(context: PushContext) {
    this.#context = context;
    this.#counts = new Array(context.numChannels).fill(0);
    context.callAt(context.now() + 5);
  }

  onPage(channel: number, page: PageView): void {
    this.#counts[channel]! += page.numRows;
    const { memory, endSlot } = page;
    for (let slot = page.slot; slot < endSlot; slot += memory.i32[slot * 2]! >> 3) {
      this.#context.out.collectRow(memory, slot, page.layout);
    }
  }

  onEvent(channel: number, event: ChannelEvent): void {
    if (event.kind !== "custom") return;
    if (event.isUrgent) {
      this.urgent.push(event.name);
      return;
    }
    this.#barrier = event;
    this.#waiting.add(channel);
    this.#context.block(channel);
    if (this.#waiting.size < this.#context.numChannels) return;
    this.snapshots.push(this.snapshot());
    this.#context.send(this.#barrier);
    for (const blocked of this.#waiting) this.#context.unblock(blocked);
    this.#waiting.clear();
  }

  onTimer(time: number): void {
    this.timerAt = time;
  }

  snapshot(): unknown {
    return [...this.#counts];
  }

  close(): void {
    this.isClosed = true;
  }
}

describe("an operator that is told of pages and events", () => {
  it("aligns barriers over three channels, counts exactly, and is called at its time", async () => {
    const host = new TestHost();
    let task: Task | undefined;
    let operator: AligningCounter | undefined;
    const producers = [0, 1, 2].map((i) => new Producer(i, () => task?.onReadable()));
    const outBudget = pageBudget(64, "output");
    const out = new RingChannel(64, {
      onUnwanted: () => {},
      onReadable: () => {},
      onRoom: () => {},
      onReleased: (p) => outBudget.give(p),
    });
    const gate = new InputGate(
      producers.map(({ channel }) => channel),
      layouts,
      false,
      new EdgeMetrics(),
    );
    task = testTask({
      host,
      layouts,
      inputs: [gate],
      outputs: [outputTo(out, outBudget)],
      makeDriver: (context) =>
        new PushDriver(context, (push) => {
          operator = new AligningCounter(push);
          return operator;
        }),
    });
    const scheduler = new SlotScheduler(
      [task],
      host,
      () => {},
      () => true,
    );
    const running = scheduler.run();
    const barrier = (id: number): ChannelEvent => ({ kind: "custom", name: "barrier", id, isUrgent: false });

    // The first channel is far ahead: what comes behind its barrier must not be counted before the others' barriers.
    producers[0]!.rows(0, [1, 2, 3]);
    producers[0]!.send(barrier(1));
    producers[0]!.rows(0, [4, 5]);
    producers[0]!.send(barrier(2));
    await host.time.advance(1);
    producers[0]!.channel.sendEvent({ kind: "custom", name: "hurry", id: 0, isUrgent: true });
    producers[1]!.rows(1, [1]);
    await host.time.advance(1);
    expect(operator!.urgent).toEqual(["hurry"]);
    expect(operator!.snapshots).toEqual([]);
    producers[1]!.send(barrier(1));
    producers[2]!.rows(2, [1, 2]);
    producers[2]!.send(barrier(1));
    await host.time.advance(10);
    expect(operator!.snapshots).toEqual([[3, 1, 2]]);
    expect(operator!.timerAt).toBe(5);
    for (const index of [1, 2]) {
      producers[index]!.rows(index, [7]);
      producers[index]!.send(barrier(2));
    }
    for (const { channel } of producers) channel.sendEvent({ kind: "endOfInput" });
    await host.time.advance(1);
    await running;
    expect(operator!.snapshots).toEqual([
      [3, 1, 2],
      [5, 2, 3],
    ]);
    expect(operator!.isClosed).toBe(true);
    expect(sent(out)).toEqual(["3 of 0", "1 of 1", "2 of 2", "barrier 1", "2 of 0", "1 of 1", "1 of 2", "barrier 2"]);
    host.assertNothingLeft();
  });
});

/** Writes rows to a chain that reads more of them than there is room for, and an event behind them. */
class Announcer implements PushOperator {
  readonly #context: PushContext;

  constructor(context: PushContext) {
    this.#context = context;
  }

  onPage(_channel: number, { memory, slot, layout }: PageView): void {
    this.#context.out.collectRow(memory, slot, layout);
    this.#context.send({ kind: "custom", name: "done", id: 1, isUrgent: false });
  }

  onEvent(): void {}
  onTimer(): void {}
  snapshot(): void {}
  close(): void {}
}

describe("an operator with a chain behind it", () => {
  it.each([4, 64])(
    "[RT97] sends its events behind what functions returned, read a piece at a time into %i pages",
    async (numPages) => {
      const host = new TestHost();
      let task: Task | undefined;
      const producer = new Producer(0, () => task?.onReadable());
      // Where there is room for all, the chain stops to let others have a turn; where there is little, for want of room.
      const outBudget = pageBudget(numPages, "output");
      const out = new RingChannel(numPages, {
        onUnwanted: () => {},
        onReadable: () => {},
        onRoom: () => task?.onRoom(),
        onReleased: (p) => {
          outBudget.give(p);
          task?.onRoom();
        },
      });
      const gate = new InputGate([producer.channel], layouts, false, new EdgeMetrics());
      const many = function* ({ channel }: { channel: number }) {
        for (let number = 0; number < NUM_RETURNED; number++) yield { channel, number };
      };
      task = testTask({
        host,
        layouts,
        inputs: [gate],
        outputs: [outputTo(out, outBudget)],
        chain: [{ kind: "flatMap", function: many }],
        makeDriver: (context) => new PushDriver(context, (push) => new Announcer(push)),
      });
      const running = new SlotScheduler(
        [task],
        host,
        () => {},
        () => true,
      ).run();
      producer.rows(3, [1]);
      producer.send({ kind: "endOfInput" });
      const texts: string[] = [];
      let isDone = false;
      void running.then(() => {
        isDone = true;
      });
      for (let turn = 0; turn < 1000 && !isDone; turn++) {
        await host.time.advance(1);
        texts.push(...sent(out));
      }
      const numRows = texts.slice(0, texts.indexOf("done 1")).reduce((sum, text) => sum + Number.parseInt(text, 10), 0);
      expect(texts).toContain("done 1");
      expect(numRows).toBe(NUM_RETURNED);
      host.assertNothingLeft();
    },
  );
});

/** Several pages of rows. */
const NUM_RETURNED = 10_000;

/** Returns what reached the output: how many rows of which channel, and barriers. */
function sent(out: RingChannel): string[] {
  const texts: string[] = [];
  const counts = new Map<number, number>();
  const flush = (): void => {
    for (const [channel, count] of [...counts].sort(([a], [b]) => a - b)) texts.push(`${count} of ${channel}`);
    counts.clear();
  };
  for (let element = out.poll(); element !== undefined; element = out.poll()) {
    if (isPage(element)) {
      const view = viewOfPage(element, layouts);
      for (let { slot } = view; slot < view.endSlot; slot += view.memory.i32[slot * 2]! >> 3) {
        const { channel } = view.layout.serializer.read(view.memory, slot) as { channel: number };
        counts.set(channel, (counts.get(channel) ?? 0) + 1);
      }
      out.release(element);
    } else {
      flush();
      if (element.kind === "custom") texts.push(`${element.name} ${element.id}`);
    }
  }
  flush();
  return texts;
}
