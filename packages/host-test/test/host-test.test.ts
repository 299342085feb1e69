import { isMillraceError, types } from "@millrace/core";
import { describe, expect, test } from "vitest";
import {
  CapturedTerminal,
  edges,
  FaultyDisk,
  randomValue,
  records,
  SeededRandom,
  sweepFailures,
  TestHost,
  textLines,
  VirtualTime,
  vocabulary,
  zipf,
} from "../src/index.js";

describe("virtual time", () => {
  test("[HT1] timers fire in the order of their times, and the clock shows them", async () => {
    const time = new VirtualTime(new SeededRandom(1), 1000);
    const fired: string[] = [];
    time.setTimer(30, () => fired.push(`c at ${time.now()}`));
    time.setTimer(10, () => {
      fired.push(`a at ${time.monotonic()}`);
      time.setTimer(5, () => fired.push(`b at ${time.monotonic()}`));
      time.setTimer(100, () => fired.push("late"));
    });
    await time.advance(9);
    expect(fired).toEqual([]);
    await time.advance(21);
    expect(fired).toEqual(["a at 10", "b at 15", "c at 1030"]);
    expect([time.now(), time.numPendingTimers]).toEqual([1030, 1]);
    await time.runAll();
    expect([fired.at(-1), time.monotonic()]).toEqual(["late", 110]);
  });

  test("[HT1] promise callbacks run between timers", async () => {
    const time = new VirtualTime(new SeededRandom(1));
    const steps: string[] = [];
    const sleeper = (async () => {
      await new Promise<void>((resolve) => time.setTimer(10, resolve));
      steps.push("woken");
      await new Promise<void>((resolve) => time.setTimer(10, resolve));
      steps.push("woken again");
    })();
    time.setTimer(15, () => steps.push("between"));
    await time.advance(20);
    await sleeper;
    expect(steps).toEqual(["woken", "between", "woken again"]);
  });

  test("[HT2] ties fall by the seed, and cancelled timers do not fire", async () => {
    const orderOf = async (seed: number): Promise<string> => {
      const time = new VirtualTime(new SeededRandom(seed));
      let order = "";
      for (const name of "abcde") time.setTimer(5, () => (order += name));
      time.setTimer(5, () => (order += "cancelled")).cancel();
      await time.advance(5);
      return order;
    };
    const orders = await Promise.all(Array.from({ length: 20 }, (_, seed) => orderOf(seed)));
    expect(new Set(orders).size).toBeGreaterThan(10);
    expect(new Set(orders.map((order) => [...order].sort().join("")))).toEqual(new Set(["abcde"]));
    expect(await orderOf(7)).toBe(orders[7]);
  });

  test("[HT1] a timer in the past fires at once", async () => {
    const time = new VirtualTime(new SeededRandom(1));
    let numFired = 0;
    time.setTimer(-5, () => numFired++);
    await time.advance(0);
    expect(numFired).toBe(1);
  });
});

test("[HT3] the same seed gives the same draws, for ever", () => {
  const random = new SeededRandom(42);
  expect([random.seed(), random.seed(), random.seed()]).toEqual([2581720956, 1925393290, 3661312704]);
  const draws = (): unknown => {
    const r = new SeededRandom(5);
    return [
      r.next(),
      r.below(10),
      r.between(-3, 3),
      r.chance(0.5),
      r.pick("abc".split("")),
      r.shuffle([1, 2, 3, 4]),
      r.fork().seed(),
      r.seed(),
    ];
  };
  expect(draws()).toEqual(draws());
  expect(() => random.pick([])).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  const counts = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) counts[random.below(3)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

describe("a disk that fails", () => {
  async function writeFile(disk: FaultyDisk): Promise<void> {
    const file = await disk.openWrite("/f", { exclusive: true });
    try {
      await file.write(new Uint8Array(10));
      await file.sync();
    } finally {
      await file.close();
    }
  }

  test("[HT4] the n-th call of the chosen operations fails once", async () => {
    const disk = new FaultyDisk();
    disk.failAt(2, ["status", "list"], { code: "EMFILE" });
    await disk.status("/");
    const error = await disk.list("/").catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "FILE_SYSTEM_FAILED", where: { file: "/" } });
    expect(String(error)).toContain("EMFILE");
    expect(await disk.list("/")).toEqual([]);
    expect([disk.numCalls("list"), disk.numCalls("status"), disk.numCalls("read"), disk.numFaults]).toEqual([
      2, 1, 0, 1,
    ]);
    disk.failAt(1);
    disk.heal();
    await disk.status("/");
  });

  test("[HT4] failures in part: half is written, what was renamed or removed is", async () => {
    const host = new TestHost({ files: { "/a": "a", "/c": "c" } });
    const { files, memory } = host;
    for (const operation of ["write", "rename", "remove"] as const) files.failAt(1, [operation], { isPartial: true });
    await expect(writeFile(files)).rejects.toMatchObject({ code: "FILE_SYSTEM_FAILED" });
    await expect(files.rename("/a", "/b")).rejects.toMatchObject({ code: "FILE_SYSTEM_FAILED" });
    await expect(files.remove("/c")).rejects.toMatchObject({ code: "FILE_SYSTEM_FAILED" });
    expect(memory.get("/f")).toHaveLength(5);
    expect(memory.paths()).toEqual(["/b", "/f"]);
    host.assertNothingLeft();
  });

  test("[HT4] every operation reaches the file system beneath, and reads can be limited", async () => {
    const disk = new FaultyDisk();
    const directory = await disk.makeTemporaryDirectory("x");
    await disk.makeDirectory(`${directory}/d`);
    const file = await disk.openWrite(`${directory}/d/f`, { exclusive: true });
    await file.write(Uint8Array.of(1, 2, 3));
    await file.close();
    disk.limitReads(2);
    const input = await disk.openRead(`${directory}/d/f`);
    expect([await input.read(new Uint8Array(10), 0), await input.read(new Uint8Array(10), 2)]).toEqual([2, 1]);
    await input.close();
    expect((await disk.list(directory)).length).toBe(1);
    disk.assertNothingLeft();
  });

  test("[HT5] a sweep fails every call in turn", async () => {
    const failed: string[] = [];
    const { numFailures } = await sweepFailures(
      undefined,
      { code: "EIO" },
      () => new FaultyDisk(),
      async (disk) => {
        const error = await writeFile(disk).catch((e: unknown) => e);
        if (isMillraceError(error)) failed.push(error.what.split(" ").at(-3)!);
        disk.assertNothingLeft();
      },
    );
    expect(numFailures).toBe(4);
    expect(failed).toEqual(["openWrite", "write", "sync", "close"]);
  });

  test("[HT6] open files and set timers are named", async () => {
    const host = new TestHost({ files: { "/f": "x" } });
    const file = await host.files.openRead("/f");
    expect(host.files.openPaths).toEqual(["/f"]);
    expect(() => host.assertNothingLeft()).toThrow("1 files are still open: /f");
    await file.close();
    const timer = host.timers.setTimer(5, () => {});
    expect(() => host.assertNothingLeft()).toThrow("no timer is left, but 1 are");
    timer.cancel();
    host.assertNothingLeft();
  });
});

test("[HT7] the terminal and the counts", () => {
  const terminal = new CapturedTerminal({ isInteractive: true, columns: 40 });
  const host = new TestHost({ terminal, argv: ["a"], env: { X: "1" }, numProcessors: 3 });
  host.terminal.write("out");
  host.terminal.writeError("err");
  host.terminal.write("put");
  expect([terminal.output, terminal.errors, terminal.isInteractive, terminal.columns]).toEqual([
    "output",
    "err",
    true,
    40,
  ]);
  expect(host.process).toEqual({
    argv: ["a"],
    env: { X: "1" },
    execArgv: [],
    numProcessors: 3,
    availableMemoryBytes: 2 ** 30,
  });
  const context = host.ioContext({ subtaskIndex: 1, numParallelSubtasks: 2 });
  context.count("skipped", 2);
  context.count("skipped", 3);
  expect(host.counts.get("skipped")).toBe(5);
  expect([context.subtaskIndex, context.numParallelSubtasks]).toEqual([1, 2]);
  expect(host.compression.compress("gzip", (async function* () {})())).toBeUndefined();
});

describe("[HT8] generated data", () => {
  const random = new SeededRandom(3);

  test("words are all different", () => {
    expect(new Set(vocabulary(5000)).size).toBe(5000);
  });

  test("ranks follow Zipf's law", () => {
    const draw = zipf(random, 100, 1);
    const counts = new Array<number>(100).fill(0);
    for (let i = 0; i < 50_000; i++) counts[draw()]!++;
    const total = Array.from({ length: 100 }, (_, rank) => 1 / (rank + 1)).reduce((a, b) => a + b);
    for (const rank of [0, 1, 4, 9]) {
      const expected = 50_000 / (rank + 1) / total;
      expect(Math.abs(counts[rank]! - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
    const uniform = zipf(random, 4, 0);
    expect(new Set(Array.from({ length: 100 }, uniform))).toEqual(new Set([0, 1, 2, 3]));
  });

  test("lines and edges", () => {
    const lines = textLines(random, 10, { numWordsPerLine: 3, vocabularySize: 5 });
    expect(lines.map((line) => line.split(" ").length)).toEqual(Array(10).fill(3));
    for (const exponent of [0, 1.5]) {
      const drawn = edges(random, 20, 500, exponent);
      expect(drawn).toHaveLength(500);
      expect(drawn.flat().every((vertex) => vertex >= 0 && vertex < 20)).toBe(true);
    }
  });

  test("values are of their type, extremes among them", () => {
    const type = types.row({
      i: types.int32,
      f: types.float64,
      s: types.string,
      o: types.optional(types.int64),
      v: types.variant("k", { a: types.row({}) }),
    });
    const drawn = records(random, type, 2000);
    expect(
      drawn.every((r) => r.i === (r.i | 0) && typeof r.f === "number" && typeof r.s === "string" && r.v.k === "a"),
    ).toBe(true);
    expect(drawn.some((r) => Number.isNaN(r.f)) && drawn.some((r) => Object.is(r.f, -0))).toBe(true);
    expect(
      drawn.some((r) => r.i === 2147483647) && drawn.some((r) => r.s === "") && drawn.some((r) => r.s.length > 50),
    ).toBe(true);
    expect(drawn.some((r) => !("o" in r)) && drawn.some((r) => typeof r.o === "bigint")).toBe(true);
    const decimals = Array.from({ length: 100 }, () => randomValue(random, types.decimal(3, 2)));
    expect(decimals.every((d) => d.scale === 2 && d.unscaled < 1000n && d.unscaled > -1000n)).toBe(true);
    for (const any of [
      types.any,
      types.array(types.bytes),
      types.map(types.boolean, types.timestamp),
      types.tuple(types.enum("x")),
    ]) {
      expect(randomValue<unknown>(random, any)).not.toBeUndefined();
    }
  });
});
