import { bareHost, isMillraceError, type Memory, type MemorySegment, PAGE_SIZE_BYTES } from "@millrace/core";
import { nodeHost } from "@millrace/host-node";
import { FaultyDisk, SeededRandom, sweepFailures, TestHost } from "@millrace/host-test";
import { expect, test } from "vitest";
import { createSpillSpace, type SpillFile, type SpillSpace } from "../../src/index.js";
import { pageBudget } from "../support/budgets.js";
import { copyOf, fillPage, largeRow } from "../support/pages.js";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isMillraceError(error) ? error.code : String(error);
  }
  return "none";
}

/** Writes pages of growing size, each with its number as the seed. */
function writePages(file: SpillFile, page: MemorySegment, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const used = 24 + ((i * 4096) % (PAGE_SIZE_BYTES - 16));
    fillPage(page, i + 1, used);
    expect(file.writePage(page)).toBe(i);
    return copyOf(page, used);
  });
}

function readPage(file: SpillFile, block: number, page: MemorySegment): Uint8Array {
  fillPage(page, 999);
  const used = file.readPage(block, page);
  return copyOf(page, used);
}

test.each([["test host", new TestHost()] as const, ["node", nodeHost()] as const])(
  "pages come back as they were written, in any order, on the %s",
  (_, host) => {
    const space = createSpillSpace(host);
    const file = space.createFile("Sort");
    const page = pageBudget(1).take()!;
    const written = writePages(file, page, 20);
    for (const block of [19, 0, 7, 7, 3, 18]) expect(readPage(file, block, page)).toEqual(written[block]);
    const size = written.reduce((sum, bytes) => sum + bytes.length, 0);
    expect([file.numBlocks, file.sizeBytes, space.numBytesWritten]).toEqual([20, size, size]);
    expect(space.numBytesRead).toBeGreaterThan(0);
    space.close();
  },
);

test.each([8, 16, PAGE_SIZE_BYTES - 8, PAGE_SIZE_BYTES, PAGE_SIZE_BYTES + 8, 10_000_000])(
  "a large record of %d bytes comes back, pages before and behind it too",
  (size) => {
    const host = new TestHost();
    const space = createSpillSpace(host);
    const file = space.createFile("Sort");
    const page = pageBudget(1).take()!;
    fillPage(page, 1, 800);
    const before = copyOf(page, 800);
    expect(file.writePage(page)).toBe(0);
    const record = largeRow(size, 7);
    const block = file.writeLarge(record, 0);
    fillPage(page, 2, 160);
    const behind = copyOf(page, 160);
    const last = file.writePage(page);
    expect(Buffer.compare(file.readLarge(block).u8.subarray(0, size), record.u8)).toBe(0);
    expect(readPage(file, last, page)).toEqual(behind);
    expect(readPage(file, 0, page)).toEqual(before);
    space.close();
    host.assertNothingLeft();
  },
);

test("thousands of blocks", () => {
  const host = new TestHost();
  const space = createSpillSpace(host);
  const file = space.createFile("Sort");
  const page = pageBudget(1).take()!;
  for (let i = 0; i < 3000; i++) {
    fillPage(page, i, 24);
    file.writePage(page);
  }
  for (let i = 2999; i >= 0; i -= 7) {
    file.readPage(i, page);
    const found = copyOf(page, 24);
    fillPage(page, i, 24);
    expect(found).toEqual(copyOf(page, 24));
  }
  space.close();
});

test("a file that was never written makes nothing on disk, and removing it twice is fine", () => {
  const host = new TestHost();
  const space = createSpillSpace(host);
  const file = space.createFile("Sort");
  host.assertNothingLeft();
  file.remove();
  file.remove();
  const page = pageBudget(1).take()!;
  fillPage(page, 1);
  expect(codeOf(() => file.writePage(page))).toBe("INVARIANT_VIOLATED");
  space.close();
  space.close();
  expect(codeOf(() => space.createFile("Sort").writePage(page))).toBe("INVARIANT_VIOLATED");
  host.assertNothingLeft();
});

test("folders take turns, and each file's removal leaves the others", () => {
  const host = new TestHost();
  const space = createSpillSpace(host, { folders: ["/a", "/b"] });
  const page = pageBudget(1).take()!;
  fillPage(page, 1);
  const files = [1, 2, 3].map(() => {
    const file = space.createFile("Sort");
    file.writePage(page);
    return file;
  });
  expect(host.scratch.folders).toEqual(["/a/scratch-0", "/b/scratch-1"]);
  expect(host.scratch.paths.map((path) => path.slice(0, 3))).toEqual(["/a/", "/b/", "/a/"]);
  files[0]!.remove();
  expect(host.scratch.paths).toHaveLength(2);
  files[2]!.readPage(0, page);
  space.close();
  host.assertNothingLeft();
});

test("[RT13] a host without temporary files can do everything but spill", () => {
  const space = createSpillSpace(bareHost());
  const file = space.createFile("Sort at job.ts:3");
  const page = pageBudget(1).take()!;
  fillPage(page, 1);
  expect(() => file.writePage(page)).toThrow(/memory is used up.*Sort at job\.ts:3.*SPILL_FAILED/);
  space.close();
});

/** What a spilling operator does, in small: two files, pages and a large record, read back in another order. */
function spillAndRead(space: SpillSpace, page: MemorySegment, large: Memory): void {
  const a = space.createFile("A");
  const b = space.createFile("B");
  for (let i = 0; i < 3; i++) {
    fillPage(page, i, 4096);
    a.writePage(page);
    b.writePage(page);
  }
  const block = b.writeLarge(large, 0);
  for (const i of [2, 1, 0]) {
    const found = readPage(a, i, page);
    fillPage(page, i, 4096);
    if (Buffer.compare(found, copyOf(page, 4096)) !== 0) throw new Error("wrong data");
    b.readPage(i, page);
  }
  if (Buffer.compare(b.readLarge(block).u8.subarray(0, 100_000), large.u8) !== 0) throw new Error("wrong data");
  a.remove();
}

test.each(["EIO", "ENOSPC", "EMFILE"])(
  "[RT11] whichever call fails with %s, the error is typed and nothing is left",
  async (code) => {
    const page = pageBudget(1).take()!;
    const large = largeRow(100_000, 3);
    for (const isPartial of [false, true]) {
      const { numFailures } = await sweepFailures(
        ["scratchFolder", "scratchCreate", "scratchWrite", "scratchRead"],
        { code, isPartial },
        () => new FaultyDisk(),
        async (disk) => {
          const space = createSpillSpace({ ...new TestHost(), ...bareHost({ scratch: disk.scratch }) });
          try {
            spillAndRead(space, page, large);
            expect(disk.numFaults).toBe(0);
          } catch (error) {
            expect(isMillraceError(error, "SPILL_FAILED") && error.message).toContain(code);
          } finally {
            space.close();
          }
          disk.assertNothingLeft();
        },
      );
      expect(numFailures).toBe(1 + 2 + 7 + 7);
    }
  },
);

test("control: without closing the space, the sweep finds what is left", () => {
  const disk = new FaultyDisk();
  disk.failAt(3, ["scratchWrite"]);
  const space = createSpillSpace(bareHost({ scratch: disk.scratch }));
  expect(() => spillAndRead(space, pageBudget(1).take()!, largeRow(100_000, 3))).toThrow("SPILL_FAILED");
  expect(() => disk.assertNothingLeft()).toThrow("INVARIANT_VIOLATED");
});

test("short reads and writes are gone on with", () => {
  const host = new TestHost();
  host.scratch.limitReads(1000);
  host.scratch.limitWrites(777);
  const space = createSpillSpace(host);
  spillAndRead(space, pageBudget(1).take()!, largeRow(100_000, 3));
  space.close();
  host.assertNothingLeft();
});

test("a disk that becomes full fails the write, and what was written before can be read", () => {
  const host = new TestHost();
  host.scratch.limitCapacity(3 * PAGE_SIZE_BYTES + 100);
  const space = createSpillSpace(host);
  const file = space.createFile("Sort");
  const page = pageBudget(1).take()!;
  for (let i = 0; i < 3; i++) {
    fillPage(page, i);
    file.writePage(page);
  }
  expect(() => file.writePage(page)).toThrow(/ENOSPC.*SPILL_FAILED/);
  expect(file.numBlocks).toBe(3);
  expect(file.readPage(2, page)).toBe(PAGE_SIZE_BYTES);
  space.close();
  host.assertNothingLeft();
});

const COUNT = Number(process.env.FUZZ_COUNT ?? 2000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);

test(`[RT10] ${COUNT} damages of files (seed ${SEED}): every one is found, and without checksums none would be`, () => {
  const page = pageBudget(1).take()!;
  let numUnchanged = 0;
  for (let i = 0; i < COUNT; i++) {
    const random = new SeededRandom(SEED + i);
    const host = new TestHost();
    const space = createSpillSpace(host);
    const numPages = 2 + random.below(4);
    const files = ["a", "b"].map((owner) => space.createFile(owner));
    const written = files.map((file, f) =>
      Array.from({ length: numPages }, (_, block) => {
        fillPage(page, f * 100 + block + 1, 24 + 8 * random.below(1000));
        file.writePage(page);
        return copyOf(page, page.getInt32(4));
      }),
    );
    const large = files[0]!.writeLarge(largeRow(40_000, i), 0);
    const before = host.scratch.paths.map((path) => host.scratch.bytes(path).slice());
    damage(host, random, numPages);
    const raw = host.scratch.paths.map((path) => host.scratch.bytes(path));
    const isDamaged = (f: number, from: number, size: number): boolean =>
      Buffer.compare(raw[f]!.subarray(from, from + size), before[f]!.subarray(from, from + size)) !== 0;
    // The control: a block that is damaged is read as something else from the file itself.
    let numDamaged = 0;
    written.forEach((pages, f) => {
      pages.forEach((bytes, block) => {
        const code = codeOf(() => expect(readPage(files[f]!, block, page)).toEqual(bytes));
        const damaged = isDamaged(f, block * PAGE_SIZE_BYTES, bytes.length);
        if (damaged) numDamaged++;
        if (code !== (damaged ? "SPILL_CORRUPT" : "none")) throw new Error(`seed ${SEED + i}: block ${block}: ${code}`);
      });
    });
    const isLargeDamaged = isDamaged(0, large * PAGE_SIZE_BYTES, 40_000);
    expect(codeOf(() => files[0]!.readLarge(large))).toBe(isLargeDamaged ? "SPILL_CORRUPT" : "none");
    if (numDamaged === 0 && !isLargeDamaged) numUnchanged++;
    space.close();
    host.assertNothingLeft();
  }
  // Some damages hit bytes between the used parts of pages, or swap equal bytes.
  expect(numUnchanged).toBeLessThan(COUNT * 0.5);
});

/** Flips a bit, zeroes bytes, cuts the file, swaps two blocks in a file or between files, or brings an older block back. */
function damage(host: TestHost, random: SeededRandom, numPages: number): void {
  const { scratch } = host;
  const path = scratch.paths[random.below(2)]!;
  const bytes = scratch.bytes(path);
  const at = random.below(bytes.length);
  const block = (n: number): Uint8Array => bytes.subarray(n * PAGE_SIZE_BYTES, (n + 1) * PAGE_SIZE_BYTES);
  switch (random.below(6)) {
    case 0:
      bytes[at]! ^= 1 << random.below(8);
      return;
    case 1:
      bytes.fill(0, at, at + 1 + random.below(5000));
      return;
    case 2:
      scratch.truncate(path, at);
      return;
    case 3: {
      const a = block(0).slice();
      const b = block(1 + random.below(numPages - 1));
      block(0).set(b);
      b.set(a.subarray(0, b.length));
      return;
    }
    case 4: {
      const other = scratch.bytes(scratch.paths.find((each) => each !== path)!);
      block(0).set(other.subarray(0, block(0).length));
      return;
    }
    default:
      // The disk lost the write: what was there before shows, here what lay in the block before it.
      block(1).set(block(0).subarray(0, block(1).length));
  }
}

test.each([
  ["the system's folder", [], /what does not fit.*ENOSPC.*set TMPDIR.*or name folders as tempFolders/i],
  ["folders of the engine", ["/a", "/b"], /tempFolders of the local engine: \/a, \/b/],
])("[RT90] the error of a spill says what settles where the files lie: %s", (_, folders, text) => {
  const disk = new FaultyDisk();
  disk.failAt(1, ["scratchFolder"], { code: "ENOSPC" });
  const space = createSpillSpace(bareHost({ scratch: disk.scratch }), { folders });
  const page = pageBudget(1).take()!;
  fillPage(page, 1);
  expect(() => space.createFile("Sort at job.ts:3").writePage(page)).toThrow(text);
  space.close();
});

test("[RT90] a folder for temporary files that is not there is named", () => {
  const space = createSpillSpace(nodeHost(), { folders: ["/there/is/no/such/folder"] });
  const page = pageBudget(1).take()!;
  fillPage(page, 1);
  expect(() => space.createFile("Sort at job.ts:3").writePage(page)).toThrow(
    /no such file or directory.*\/there\/is\/no\/such\/folder.*tempFolders.*SPILL_FAILED/,
  );
  space.close();
});
