import { isMillraceError, type MillraceError, PAGE_SIZE_BYTES } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { JobScope, jobMemory, type MemoryDemand, MemoryManager, type MemoryRequest } from "../../src/index.js";
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
  const owners = Array.from({ length: 64 }, (_, i) => `Sort at job.ts:3 (${i + 1}/64)`).flatMap((task) => [
    owner(task, 1),
    owner(`${task}, output`, 2),
  ]);
  const error = await codeOf(manager(1).reserve(request("report", owners)));
  expect(error.message).toContain("most is needed by Sort at job.ts:3 (64x) 6MiB. ");
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

/** A job that needs and gets `numPages`, inside of `outer` if that is given. */
function jobOf(name: string, numPages: number, outer?: JobScope): MemoryRequest & { readonly scope: JobScope } {
  const demands = [owner(`${name}'s`, numPages, 0, numPages)];
  return { jobName: name, demands, maxPages: 1_000_000, scope: new JobScope(name, outer) };
}

test("[RT57] jobs that can't use all there is run beside each other", async () => {
  const memory = manager(100);
  const small = await memory.reserve(request("small", [owner("map", 2, 1, 6), owner("ring", 2)]));
  const other = await memory.reserve(request("other", [owner("map", 2, 1, 6), owner("ring", 2)]));
  const large = await memory.reserve(request("large", [owner("sort", 10, 1)]));
  expect([small, other, large].map(({ numPages }) => numPages)).toEqual([8, 8, 84]);
  for (const each of [small, other, large]) each.release();
});

test("[RT58] a job inside of another one is refused when only that one's memory would do, with what to do", async () => {
  const memory = manager(100);
  const outer = jobOf("the outer", 80);
  const running = await memory.reserve(outer);
  const error = await codeOf(memory.reserve(jobOf("the inner", 30, outer.scope)));
  expect(error.code).toBe("JOB_WAITS_FOR_ITSELF");
  expect(error.message).toMatch(/"the inner" was started inside of the job "the outer".*needs 960KiB.*have 2.5MiB/);
  expect(memory.numWaiting).toBe(0);
  const fits = await memory.reserve(jobOf("the inner", 20, outer.scope));
  fits.release();
  running.release();
});

test("[RT58] a job deep inside counts what all around it have", async () => {
  const memory = manager(100);
  const outer = jobOf("outer", 60);
  const middle = jobOf("middle", 30, outer.scope);
  const running = [await memory.reserve(outer), await memory.reserve(middle)];
  expect((await codeOf(memory.reserve(jobOf("inner", 11, middle.scope)))).code).toBe("JOB_WAITS_FOR_ITSELF");
  const inner = await memory.reserve(jobOf("inner", 10, middle.scope));
  for (const each of [...running, inner]) each.release();
});

test("[RT57] a job inside of another one waits for others, and comes before all that wait", async () => {
  const memory = manager(100);
  const started: string[] = [];
  const outer = jobOf("outer", 40);
  const [running, other] = [await memory.reserve(outer), await memory.reserve(jobOf("other", 40))];
  const begin = (each: MemoryRequest): Promise<MemoryReservation> =>
    memory.reserve(each).then((reservation) => {
      started.push(each.jobName);
      return reservation;
    });
  const first = begin(jobOf("first in the queue", 30));
  const inner = begin(jobOf("inner", 50, outer.scope));
  const little = begin(jobOf("little", 20, outer.scope));
  (await little).release();
  expect([...started]).toEqual(["little"]);
  other.release();
  (await inner).release();
  running.release();
  (await first).release();
  expect(started).toEqual(["little", "inner", "first in the queue"]);
  expect(memory.numPagesInUse).toBe(0);
});

test("[RT58] two jobs inside of two others do not wait for each other in a circle", async () => {
  const memory = manager(100);
  const [a, b] = [jobOf("a", 40), jobOf("b", 40)];
  const running = [await memory.reserve(a), await memory.reserve(b)];
  const insideOfA = memory.reserve(jobOf("inside of a", 30, a.scope));
  expect((await codeOf(memory.reserve(jobOf("inside of b", 30, b.scope)))).code).toBe("JOB_WAITS_FOR_ITSELF");
  running[1]!.release();
  (await insideOfA).release();
  running[0]!.release();
});

test("[RT2] a job inside of another one can be cancelled while it waits", async () => {
  const memory = manager(100);
  const outer = jobOf("outer", 40);
  const running = [await memory.reserve(outer), await memory.reserve(jobOf("other", 60))];
  const controller = new AbortController();
  const inner = memory.reserve({ ...jobOf("inner", 50, outer.scope), signal: controller.signal });
  const later = memory.reserve(jobOf("later", 40));
  controller.abort("enough");
  expect((await codeOf(inner)).code).toBe("JOB_CANCELLED");
  running[0]!.release();
  (await later).release();
  running[1]!.release();
  expect(memory.numPagesInUse).toBe(0);
});

test("[RT58] what a job left behind after its end is inside of nothing", async () => {
  const memory = manager(100);
  const outer = jobOf("outer", 100);
  const running = await memory.reserve(outer);
  running.release();
  outer.scope.end();
  const other = await memory.reserve(jobOf("other", 100));
  const left = memory.reserve(jobOf("left behind", 100, outer.scope));
  other.release();
  (await left).release();
});

const FUZZ_COUNT = Number(process.env.FUZZ_COUNT ?? 200);

test("[RT58] whatever jobs are started inside of which others, each ends or is refused", async () => {
  const firstSeed = Number(process.env.FUZZ_SEED ?? 1);
  for (let seed = firstSeed; seed < firstSeed + FUZZ_COUNT; seed++) {
    const random = new SeededRandom(seed);
    const memory = manager(100);
    let numEnded = 0;
    let numRefused = 0;
    /** Runs a job that waits for `numInside` others inside of it, which it starts one after the other or together. */
    const run = async (depth: number, outer?: JobScope): Promise<void> => {
      const own = jobOf(`depth ${depth}`, 1 + random.below(60), outer);
      try {
        const reservation = await memory.reserve(own);
        await undefined;
        const inside = Array.from({ length: depth === 0 ? 0 : random.below(3) }, () => () => run(depth - 1, own.scope));
        if (random.below(2) === 0) await Promise.all(inside.map((begin) => begin()));
        else for (const begin of inside) await begin();
        reservation.release();
        own.scope.end();
        numEnded++;
      } catch (error) {
        if (!isMillraceError(error, "JOB_WAITS_FOR_ITSELF")) throw error;
        numRefused++;
      }
    };
    await Promise.all(Array.from({ length: 1 + random.below(6) }, () => run(3)));
    expect(numEnded, `seed ${seed}, ${numRefused} refused`).toBeGreaterThan(0);
    expect([memory.numWaiting, memory.numPagesInUse], `seed ${seed}`).toEqual([0, 0]);
  }
});
