import { Memory, partitionHash, partitionOf, RowLayout, types } from "@millrace/core";
import { SeededRandom, TestHost } from "@millrace/host-test";
import { describe, expect, it } from "vitest";
import { BroadcastChannel, SharedPages } from "../../src/exchange/broadcast-channel.js";
import { EdgeOutput } from "../../src/exchange/edge-output.js";
import type { ChannelEvent, OutputChannel } from "../../src/exchange/exchange.js";
import { type GateChannel, InputGate } from "../../src/exchange/input-gate.js";
import { LayoutFinder, UndeclaredSerializer } from "../../src/exchange/output-serializer.js";
import { isLargePage } from "../../src/exchange/page-writer.js";
import { RingChannel } from "../../src/exchange/ring-channel.js";
import { FixedPartitioner, HashPartitioner, type RowPartitioner } from "../../src/exchange/row-partitioner.js";
import { RowScratch } from "../../src/exchange/row-scratch.js";
import { StoredChannel, StoredOutput } from "../../src/exchange/stored-channel.js";
import { TaskOutput } from "../../src/exchange/task-output.js";
import { createSpillSpace } from "../../src/index.js";
import { EdgeMetrics } from "../../src/metrics/edge-metrics.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { StreamLayout } from "../../src/rows/stream-layout.js";
import { SpillingRowQueue } from "../../src/stores/spilling-row-queue.js";
import { assertAllReturned, pageBudget } from "../support/budgets.js";

const SEED = Number(process.env.FUZZ_SEED ?? 1);
const COUNT = Number(process.env.FUZZ_COUNT ?? 60);

type Channel = OutputChannel & GateChannel;
type Kind = "hash" | "broadcast" | "blocking hash" | "blocking broadcast";

/** Makes a record: small mostly, sometimes larger than a page, with fields that come and go. */
function recordOf(random: SeededRandom, id: number): Record<string, unknown> {
  const size = random.between(0, 40) === 0 ? random.between(20_000, 90_000) : random.between(0, 300);
  const record: Record<string, unknown> = { id, text: "x".repeat(size) };
  if (id > 50 && id % 7 === 0) record.late = id % 2 === 0 ? id : `text ${id}`;
  return record;
}

const MANY_LAYOUT = RowLayout.of(types.row({ id: types.int32, n: types.float64 })) as RowLayout;

/** Gives records to an output as rows that lie one behind the other. */
function collectAtOnce(output: TaskOutput, records: readonly unknown[], layout: StreamLayout): void {
  const memory = new Memory(new ArrayBuffer(records.length * 64));
  let end = 1;
  for (const record of records) end = layout.serializer.write(record, memory, end, memory.numSlots);
  output.collectRows(memory, 1, end, layout);
}

/** Sends random records along one edge to consumers that read now and then, and returns what each of them got. */
function run(random: SeededRandom, kind: Kind): { readonly sent: unknown[]; readonly got: unknown[][] } {
  const host = new TestHost();
  const spill = createSpillSpace(host);
  const layouts = createLayoutTable();
  const numConsumers = random.between(1, 5);
  const isBroadcast = kind.endsWith("broadcast");
  const numTargets = isBroadcast ? 1 : numConsumers;
  const isBlocking = kind.startsWith("blocking");
  const budget = pageBudget((isBlocking ? numConsumers : numTargets) + 1 + random.between(0, 3));
  const forOverdraft = pageBudget(1);
  const give = (page: Parameters<typeof isLargePage>[0]): void => {
    if (!isLargePage(page)) budget.give(page);
  };
  const shared = new SharedPages(numConsumers, give);
  const onReleased = isBroadcast ? shared.release.bind(shared) : give;
  const ignored = (): void => {};
  const stored = new StoredOutput(spill, "test", numConsumers);
  const channels = Array.from({ length: numConsumers }, (): Channel => {
    if (!isBlocking)
      return new RingChannel(2, { onUnwanted: () => {}, onReadable: ignored, onRoom: ignored, onReleased });
    const parts = {
      output: stored,
      layouts,
      budget,
      onSent: onReleased,
      onReadable: ignored,
      onUnwanted: ignored,
      onReturned: ignored,
    };
    return new StoredChannel(parts);
  });
  const partitioner: RowPartitioner = isBroadcast
    ? new FixedPartitioner(0)
    : new HashPartitioner([{ path: "id" }], numTargets);
  const scratch = new RowScratch();
  const edge = new EdgeOutput({
    targets: isBroadcast ? [new BroadcastChannel(channels)] : channels,
    partitioner,
    budget,
    overdraft: new SpillingRowQueue({ budget: forOverdraft, spill, layouts }),
    scratch,
    metrics: new EdgeMetrics(),
    isPipelined: !isBlocking,
  });
  const serializer = new UndeclaredSerializer(new LayoutFinder(layouts), { operator: "test" });
  const output = new TaskOutput([edge], serializer, scratch);
  const got: unknown[][] = channels.map(() => []);
  const gates = channels.map((channel) => new InputGate([channel], layouts, false, new EdgeMetrics()));
  const readSome = (most: number): void => {
    const consumer = random.between(0, numConsumers - 1);
    const gate = gates[consumer]!;
    for (let i = 0; i < most && gate.nextPage(); i++) {
      for (let { slot } = gate; slot < gate.endSlot; slot += gate.memory.i32[slot * 2]! >> 3) {
        got[consumer]!.push(gate.layout.serializer.read(gate.memory, slot));
      }
    }
  };

  const sent: unknown[] = [];
  const numRecords = random.between(0, 600);
  for (let id = 0; id < numRecords; id++) {
    if (random.chance(0.1)) {
      const records = Array.from({ length: random.pick([1, 30, 3000]) }, (_, i) => ({ id: id + i, n: i / 2 }));
      sent.push(...records);
      collectAtOnce(output, records, layouts.add(MANY_LAYOUT));
      id += records.length - 1;
    } else {
      const record = recordOf(random, id);
      sent.push(record);
      output.collect(record);
    }
    // User code may write on when the output is full; a task waits only between calls.
    if (random.between(0, 9) === 0) output.drain();
    if (random.between(0, 5) === 0) readSome(random.between(0, 4));
    if (random.between(0, 50) === 0) output.flushForStarving();
  }
  const end: ChannelEvent = { kind: "endOfInput" };
  for (const wait of output.end(end)) {
    expect(wait).toBe("output");
    readSome(3);
  }
  while (gates.some((gate) => !gate.isAtEnd)) readSome(3);
  output.close();
  for (const gate of gates) gate.close();
  assertAllReturned(budget);
  assertAllReturned(forOverdraft);
  spill.close();
  host.assertNothingLeft();
  return { sent, got };
}

describe.each<Kind>(["hash", "broadcast", "blocking hash", "blocking broadcast"])("an edge: %s", (kind) => {
  it(`brings each record where it belongs, in order, and gives all pages back (FUZZ_SEED=${SEED})`, () => {
    for (let i = 0; i < COUNT; i++) {
      const { sent, got } = run(new SeededRandom(SEED + i), kind);
      const expected = got.map((_, target) => {
        if (kind.endsWith("broadcast")) return sent;
        return sent.filter(
          (record) => partitionOf(partitionHash((record as { id: number }).id), got.length) === target,
        );
      });
      expect(got, `seed ${SEED + i}`).toEqual(expected);
    }
  }, 60_000);
});

describe("an edge whose consumer does not read", () => {
  it("[RT12] keeps rows larger than a page on disk, not on the heap", () => {
    const host = new TestHost();
    const spill = createSpillSpace(host);
    const layouts = createLayoutTable();
    const budget = pageBudget(3);
    const forOverdraft = pageBudget(1);
    const ignored = (): void => {};
    const channel = new RingChannel(2, {
      onUnwanted: () => {},
      onReadable: ignored,
      onRoom: ignored,
      onReleased: (p) => budget.give(p),
    });
    const scratch = new RowScratch();
    const edge = new EdgeOutput({
      targets: [channel],
      partitioner: new FixedPartitioner(0),
      budget,
      overdraft: new SpillingRowQueue({ budget: forOverdraft, spill, layouts }),
      scratch,
      metrics: new EdgeMetrics(),
      isPipelined: true,
    });
    const serializer = new UndeclaredSerializer(new LayoutFinder(layouts), { operator: "test" });
    const output = new TaskOutput([edge], serializer, scratch);
    const size = 100_000;
    for (let id = 0; id < 50; id++) output.collect({ id, text: "x".repeat(size) });
    expect(output.isFull).toBe(true);
    // One row is in the channel.
    expect(spill.numBytesWritten).toBeGreaterThanOrEqual(49 * size);
    const gate = new InputGate([channel], layouts, false, new EdgeMetrics());
    const ids: unknown[] = [];
    while (ids.length < 50) {
      expect(gate.nextPage()).toBe(true);
      ids.push((gate.layout.serializer.read(gate.memory, gate.slot) as { id: number }).id);
      output.drain();
    }
    expect(ids).toEqual(Array.from({ length: 50 }, (_, id) => id));
    gate.close();
    output.close();
    assertAllReturned(budget);
    assertAllReturned(forOverdraft);
  });
});

describe("a channel", () => {
  it("hands out urgent events before what is queued, in their order", () => {
    const channel = new RingChannel(4, {
      onUnwanted: () => {},
      onReadable: () => {},
      onRoom: () => {},
      onReleased: () => {},
    });
    const event = (id: number, isUrgent: boolean): ChannelEvent => ({ kind: "custom", name: "test", id, isUrgent });
    for (let id = 0; id < 20; id++) channel.sendEvent(event(id, id % 3 === 0));
    expect(channel.peek(0)).toEqual(event(0, true));
    expect(channel.peek(7)).toEqual(event(1, false));
    expect(channel.peek(20)).toBeUndefined();
    const ids = Array.from({ length: 20 }, () => (channel.poll() as { id: number }).id);
    expect(ids).toEqual([0, 3, 6, 9, 12, 15, 18, 1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19]);
    expect(channel.poll()).toBeUndefined();
  });

  it("has no more pages than it may, and drops what nobody reads any more", () => {
    const budget = pageBudget(4);
    const channel = new RingChannel(2, {
      onUnwanted: () => {},
      onReadable: () => {},
      onRoom: () => {},
      onReleased: (p) => budget.give(p),
    });
    channel.sendPage(budget.take()!);
    expect(channel.hasRoom).toBe(true);
    channel.sendPage(budget.take()!);
    expect(channel.hasRoom).toBe(false);
    channel.close();
    assertAllReturned(budget);
    expect(channel.hasRoom).toBe(true);
    channel.sendPage(budget.take()!);
    assertAllReturned(budget);
  });

  it("says that a layout never came", () => {
    const layouts = createLayoutTable();
    const other = createLayoutTable();
    const layout = other.add(RowLayout.of(types.row({ id: types.int32 })));
    expect(() => layouts.of(layout.layout.idWords)).toThrow("CORRUPT_FILE");
  });
});
