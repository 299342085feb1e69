import { PAGE_SIZE_BYTES } from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { expect, test } from "vitest";
import { memorySizeBytes, processMemory, requireMemoryOfMachine } from "../../src/index.js";
import { defaultMemoryBytes, memorySizeText } from "../../src/memory/memory-size.js";

test.each([
  ["2GiB", 2 ** 31],
  ["64 MiB", 64 * 2 ** 20],
  ["1.5gb", 1_500_000_000],
  ["512k", 512_000],
  ["65536", 65_536],
  [40_000.7, 40_000],
  ["4TiB", 2 ** 42],
])("%s is %d bytes", (text, bytes) => {
  expect(memorySizeBytes(text)).toBe(bytes);
});

test.each([
  "",
  "much",
  "2 GiBs",
  "-1GiB",
  "1e9",
  0,
  100,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  "32KB",
  "5TiB",
  "999TiB",
  2 ** 52,
])("%s is refused", (text) => {
  expect(() => memorySizeBytes(text)).toThrow("INVALID_ARGUMENT");
});

test.each([1, 1000, 1024, 480 * 1024, 2 ** 20 + 1, 3 * 2 ** 30, 5_000_000_123])("the text of %d is enough", (bytes) => {
  const text = memorySizeText(bytes);
  const back =
    bytes < PAGE_SIZE_BYTES ? Number.parseInt(text, 10) * (text.endsWith("KiB") ? 1024 : 1) : memorySizeBytes(text);
  expect(back).toBeGreaterThanOrEqual(bytes);
});

test("70 % of what is free is taken by default", () => {
  expect(defaultMemoryBytes(new TestHost({ availableMemoryBytes: 1000 }))).toBe(700);
});

test("all environments of the process share one manager, whose figure is the largest that was asked for", () => {
  const host = new TestHost({ availableMemoryBytes: 100 * PAGE_SIZE_BYTES });
  const first = processMemory(host, undefined);
  expect(first.limitPages).toBe(70);
  expect(processMemory(host, 90 * PAGE_SIZE_BYTES)).toBe(first);
  expect(processMemory(host, 10 * PAGE_SIZE_BYTES).limitPages).toBe(90);
});

test("[RT59] a figure that is more than the process can ever have is refused, and one that is as much is not", () => {
  const host = new TestHost({ totalMemoryBytes: 8 * 2 ** 30 });
  requireMemoryOfMachine(8 * 2 ** 30, host);
  expect(() => requireMemoryOfMachine(2 ** 40, host)).toThrow(
    /given 1TiB of memory, and this process may have 8GiB at most.*INSUFFICIENT_MEMORY/,
  );
  requireMemoryOfMachine(2 ** 40, new TestHost());
});
