import { isMillraceError, type MillraceError, PAGE_SIZE_BYTES } from "@millrace/core";
import { expect, test } from "vitest";
import { jobMemory, type MemoryDemand, MemoryManager } from "../../src/index.js";
import type { MemoryReservation } from "../../src/memory/memory-reservation.js";
import { MAX_MEMORY_PAGES, wasmMemoryOf } from "../../src/memory/shared-memory.js";

function owner(name: string, minPages: number, weight = 0, maxPages = Number.POSITIVE_INFINITY): MemoryDemand {
  return { owner: name, minPages, maxPages, weight };
}

function manager(numPages: number): MemoryManager {
  return new MemoryManager(numPages * PAGE_SIZE_BYTES);
}

function request(jobName: string, demands: readonly MemoryDemand[], maxPages = 1_000_000, signal?: AbortSignal) {
  return { jobName, demands, maxPages, signal };
}

async function codeOf(promise: Promise<unknown>): Promise<MillraceError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isMillraceError(error)) throw new Error(`no MillraceError: ${String(error)}`);
  return error;
}

function takeAll(memory: MemoryReservation): number {
  let count = 0;
  for (const budget of memory.budgets) while (budget.take() !== undefined) count++;
  return count;
}

test("[RT3] a job gets its needs, and the rest by weight, all pages of a budget in one memory", async () => {
  const job = await manager(100).reserve(request("a", [owner("sort", 10, 3), owner("hash", 20, 1), owner("ring", 5)]));
  expect(job.budgets.map((budget) => budget.numPages)).toEqual([10 + 48, 20 + 17, 5]);
  expect(takeAll(job)).toBe(100);
  expect(new Set(job.budgets.map((budget) => budget.memory)).size).toBe(1);
  expect(wasmMemoryOf(job.budgets[0]!.memory)).toBeInstanceOf(WebAssembly.Memory);
  expect(job.budgets[0]!.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
  for (const budget of job.budgets) budget.giveAll();
  job.release();
});

test("[RT4] pages are aligned, 32 KiB, and never handed to two owners", async () => {
  const job = await manager(50).reserve(request("a", [owner("x", 1, 1), owner("y", 1, 1)]));
  const offsets = new Set<number>();
  for (const budget of job.budgets) {
    for (let page = budget.take(); page !== undefined; page = budget.take()) {
      expect(page.sizeBytes).toBe(PAGE_SIZE_BYTES);
      expect(page.byteOffset % PAGE_SIZE_BYTES).toBe(0);
      offsets.add(page.byteOffset);
    }
    expect(budget.numFree).toBe(0);
  }
  expect(offsets.size).toBe(50);
  for (const budget of job.budgets) budget.giveAll();
  job.release();
});

test("a page that is given back can be taken again, by its owner first", async () => {
  const job = await manager(4).reserve(request("a", [owner("x", 2), owner("y", 2)]));
  const [x, y] = job.budgets;
  const first = x!.take()!;
  const second = x!.take()!;
  expect(x!.take()).toBeUndefined();
  x!.give(first);
  expect(x!.take()).toBe(first);
  x!.give(second);
  x!.give(first);
  expect(x!.numFree).toBe(2);
  expect(y!.take()).toBe(first);
  y!.giveAll();
  job.release();
});

test("[RT4] giving a page twice, to another budget or to another job is an invariant error", async () => {
  const memory = manager(4);
  const job = await memory.reserve(request("a", [owner("x", 2), owner("y", 1)], 3));
  const other = await memory.reserve(request("b", [owner("z", 1)]));
  const [x, y] = job.budgets;
  const page = x!.take()!;
  expect(() => y!.give(page)).toThrow("y gives back pages that it has");
  expect(() => other.budgets[0]!.give(page)).toThrow("z gives back pages that it has");
  x!.give(page);
  expect(() => x!.give(page)).toThrow("INVARIANT_VIOLATED");
  job.release();
  other.release();
});

test("[RT5] a job that does not return a page is told so by name, and the next job has all pages again", async () => {
  const memory = manager(4);
  const job = await memory.reserve(request("a", [owner("x", 2), owner("y", 2)]));
  job.budgets[1]!.take();
  expect(() => job.verifyAllReturned()).toThrow("Pages were not given back: y: 1");
  expect(() => job.release()).toThrow("INVARIANT_VIOLATED");
  job.release();
  expect(memory.numPagesInUse).toBe(0);
  const next = await memory.reserve(request("b", [owner("z", 4)]));
  expect(takeAll(next)).toBe(4);
  next.budgets[0]!.giveAll();
  next.release();
});

test("[RT1] the least memory that must do does, and with one page less the job is refused before it starts", async () => {
  const owners = [owner("Sort at job.ts:3 (1/2)", 4, 1), owner("Sort at job.ts:3 (2/2)", 4, 1), owner("Join", 7, 1)];
  const job = await manager(15).reserve(request("report", owners));
  expect(job.numPages).toBe(15);
  job.release();
  const error = await codeOf(manager(14).reserve(request("report", owners)));
  expect(error.code).toBe("INSUFFICIENT_MEMORY");
  expect(error.message).toContain("Sort at job.ts:3 (2x) 256KiB, Join 224KiB");
  expect(error.message).toContain('{ memory: "480KiB" }');
  expect((await codeOf(manager(100).reserve(request("report", owners, 14)))).code).toBe("INSUFFICIENT_MEMORY");
});

test("a refusal names the pages of all subtasks of an operator once", async () => {
  const owners = Array.from({ length: 64 }, (_, i) => owner(`Sort at job.ts:3 (${i + 1}/64), output`, 2));
  const error = await codeOf(manager(1).reserve(request("report", owners)));
  expect(error.message).toContain("most is needed by Sort at job.ts:3, output (64x) 4MiB. ");
});

test("[RT2] jobs that fit together run together, and one that does not waits its turn", async () => {
  const memory = manager(10);
  const a = await memory.reserve(request("a", [owner("x", 4)]));
  const b = await memory.reserve(request("b", [owner("x", 4)]));
  const order: string[] = [];
  const c = memory.reserve(request("c", [owner("x", 6)])).then((job) => {
    order.push("c");
    return job;
  });
  // It would fit now, but the one before it asked first.
  const d = memory.reserve(request("d", [owner("x", 1)])).then((job) => {
    order.push("d");
    return job;
  });
  await Promise.resolve();
  expect(memory.numWaiting).toBe(2);
  a.release();
  (await c).release();
  (await d).release();
  b.release();
  expect(order).toEqual(["c", "d"]);
  expect(memory.numPagesInUse).toBe(0);
});

test("[RT2] a job that waits gives up when its signal aborts, and those behind it go on", async () => {
  const memory = manager(10);
  const a = await memory.reserve(request("a", [owner("x", 8)]));
  const abort = new AbortController();
  const b = codeOf(memory.reserve(request("b", [owner("x", 10)], 10, abort.signal)));
  const c = memory.reserve(request("c", [owner("x", 2)]));
  abort.abort(new Error("enough"));
  expect((await b).code).toBe("JOB_CANCELLED");
  (await c).release();
  a.release();
  const early = memory.reserve(request("d", [owner("x", 1)], 10, AbortSignal.abort()));
  expect((await codeOf(early)).code).toBe("JOB_CANCELLED");
  expect(memory.numWaiting).toBe(0);
  expect(memory.numPagesInUse).toBe(0);
});

test("a job has no more than its environment's figure, however much is free", async () => {
  const memory = manager(100);
  const a = await memory.reserve(request("a", [owner("x", 2, 1)], 20));
  const b = await memory.reserve(request("b", [owner("x", 2, 1)]));
  expect([a.numPages, b.numPages]).toEqual([20, 80]);
  a.release();
  b.release();
});

test("pages that were used before are used again before others are touched", async () => {
  const memory = manager(100);
  for (let round = 0; round < 3; round++) {
    const job = await memory.reserve(request("a", [owner("x", 1, 1)]));
    const page = job.budgets[0]!.take()!;
    expect(page.byteOffset).toBe(0);
    job.budgets[0]!.give(page);
    job.release();
  }
});

test("figures above one memory are spread over several, and no budget over two", async () => {
  const memory = manager(2 * MAX_MEMORY_PAGES + 100);
  const big = await memory.reserve(request("big", [owner("x", MAX_MEMORY_PAGES, 1), owner("y", 10, 1)]));
  expect(big.budgets[0]!.numPages).toBeLessThanOrEqual(MAX_MEMORY_PAGES);
  expect(big.budgets[0]!.memory === big.budgets[1]!.memory).toBe(false);
  big.release();
  const error = await codeOf(memory.reserve(request("huge", [owner("x", MAX_MEMORY_PAGES + 1)])));
  expect(error.code).toBe("INSUFFICIENT_MEMORY");
});

test("a higher figure serves who waits, and owners larger than the first memory find one", async () => {
  const memory = manager(8192);
  const a = await memory.reserve(request("a", [owner("x", 8192)]));
  const waiting = memory.reserve(request("b", [owner("x", 8000)]));
  memory.raiseLimit(20_000 * PAGE_SIZE_BYTES);
  memory.raiseLimit(1);
  (await waiting).release();
  a.release();
  const large = await memory.reserve(request("c", [owner("x", 9000)], 9000));
  expect(large.budgets[0]!.numPages).toBe(9000);
  large.release();
});

test("when pages are scattered over memories, an owner waits until one memory has room for it", async () => {
  const memory = manager(2 * MAX_MEMORY_PAGES);
  const most = Math.floor(MAX_MEMORY_PAGES * 0.75);
  const a = await memory.reserve(request("a", [owner("x", most)]));
  const b = await memory.reserve(request("b", [owner("x", most)]));
  const c = memory.reserve(request("c", [owner("x", Math.floor(MAX_MEMORY_PAGES / 2))]));
  await Promise.resolve();
  expect(memory.numWaiting).toBe(1);
  b.release();
  (await c).release();
  a.release();
});

test("[RT3] what is more than an owner can use goes to the others", async () => {
  const memory = manager(100);
  const job = await memory.reserve(
    request("a", [owner("x", 1, 1, 5), owner("y", 1, 1, 30), owner("z", 1, 1), owner("w", 7, 0, 50)]),
  );
  expect(job.budgets.map((budget) => budget.numPages)).toEqual([5, 30, 58, 7]);
  job.release();
  const modest = await memory.reserve(request("a", [owner("x", 1, 1, 5), owner("y", 1, 1, 30)]));
  expect(modest.numPages).toBe(35);
  modest.release();
});

test("[RT1] a job asks for all its budgets at once and gives them back at once", async () => {
  const memory = manager(10);
  const mine = jobMemory(memory, "report", 6);
  const budgets = await mine.allocate([owner("x", 2, 1), owner("y", 2, 1)], new AbortController().signal);
  expect(budgets.map((budget) => budget.numPages)).toEqual([3, 3]);
  mine.release(budgets);
  expect(() => mine.release(budgets)).toThrow("budgets are released once");
  expect(memory.numPagesInUse).toBe(0);
});
