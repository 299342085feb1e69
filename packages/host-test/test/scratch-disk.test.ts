import { expect, test } from "vitest";
import { FaultyDisk, TestHost } from "../src/index.js";

test("[HT9] temporary files keep what was written until they are removed", () => {
  const { scratch } = new TestHost();
  const folder = scratch.makeFolder("/spill");
  const file = folder.createFile("a");
  expect(file.write(Uint8Array.of(1, 2, 3), 2)).toBe(3);
  const target = new Uint8Array(10);
  expect(file.read(target, 0)).toBe(5);
  expect([...target.subarray(0, 5)]).toEqual([0, 0, 1, 2, 3]);
  expect(() => scratch.assertNothingLeft()).toThrow(`${file.path} (open)`);
  expect(() => folder.createFile("a")).toThrow("EEXIST");
  file.remove();
  file.remove();
  folder.createFile("b");
  folder.remove();
  expect(() => file.read(target, 0)).toThrow("EBADF");
  scratch.assertNothingLeft();
});

test("[HT9] their calls fail by the plan of the disk, in part or not at all done", () => {
  const disk = new FaultyDisk();
  disk.failAt(1, ["scratchFolder"]);
  expect(() => disk.scratch.makeFolder()).toThrow("EIO");
  const folder = disk.scratch.makeFolder();
  disk.failAt(1, ["scratchCreate"], { code: "EMFILE" });
  expect(() => folder.createFile("a")).toThrow("EMFILE");
  const file = folder.createFile("a");
  disk.failAt(1, ["scratchWrite"], { code: "ENOSPC", isPartial: true });
  expect(() => file.write(new Uint8Array(8), 0)).toThrow("ENOSPC");
  expect(disk.scratch.sizeBytes).toBe(4);
  disk.failAt(2, ["scratchRead"]);
  expect(file.read(new Uint8Array(8), 0)).toBe(4);
  expect(() => file.read(new Uint8Array(8), 0)).toThrow("EIO");
  expect(() => disk.assertNothingLeft()).toThrow("INVARIANT_VIOLATED");
  folder.remove();
  disk.assertNothingLeft();
  expect(disk.numFaults).toBe(4);
});

test("[HT9] reads and writes can be short, and the disk full", () => {
  const { scratch } = new TestHost();
  scratch.limitReads(2);
  scratch.limitWrites(3);
  scratch.limitCapacity(4);
  const file = scratch.makeFolder().createFile("a");
  expect(file.write(Uint8Array.of(1, 2, 3, 4, 5), 0)).toBe(3);
  expect(file.write(Uint8Array.of(4, 5), 3)).toBe(1);
  expect(() => file.write(Uint8Array.of(5), 4)).toThrow("ENOSPC");
  expect(file.write(Uint8Array.of(7), 0)).toBe(1);
  expect(file.read(new Uint8Array(9), 0)).toBe(2);
});

test("[HT9] stored bytes can be damaged and cut", () => {
  const { scratch } = new TestHost();
  const file = scratch.makeFolder().createFile("a");
  file.write(Uint8Array.of(1, 2, 3), 0);
  scratch.bytes(file.path)[1]! ^= 0xff;
  scratch.truncate(file.path, 2);
  const target = new Uint8Array(3);
  expect(file.read(target, 0)).toBe(2);
  expect([...target]).toEqual([1, 253, 0]);
});
