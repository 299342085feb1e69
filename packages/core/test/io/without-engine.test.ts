import { expect, test } from "vitest";
import { memoryContext, readSource, type Sink, type Source, type SourceSplit, writeSink } from "../../src/index.js";

/** A sink that notes the calls; the call named `failing` fails. */
function notingSink(calls: string[], failing?: string): Sink<number> {
  const note = (call: string): void => {
    calls.push(call);
    if (call === failing) throw new Error(call);
  };
  return {
    name: "notes",
    initialize: async (_context, numWriters) => note(`initialize ${numWriters}`),
    openWriter: async ({ subtaskIndex, numParallelSubtasks }) => {
      note(`open ${subtaskIndex}/${numParallelSubtasks}`);
      return {
        write: (record) => note(`write ${record} to ${subtaskIndex}`),
        close: async () => note(`close ${subtaskIndex}`),
        abort: async () => note(`abort ${subtaskIndex}`),
      };
    },
    commit: async () => note("commit"),
    abort: async () => note("abort"),
  };
}

test("[FS17] a sink that succeeds is initialized, written, closed and committed", async () => {
  const calls: string[] = [];
  await writeSink(notingSink(calls), [1, 2, 3], memoryContext().context, { numWriters: 2 });
  expect(calls.join(", ")).toBe(
    "initialize 2, open 0/2, open 1/2, write 1 to 0, write 2 to 1, write 3 to 0, close 0, close 1, commit",
  );
});

test.each([
  ["initialize 2", "initialize 2"],
  ["open 1/2", "initialize 2, open 0/2, open 1/2, abort 0, abort"],
  ["write 2 to 1", "initialize 2, open 0/2, open 1/2, write 1 to 0, write 2 to 1, abort 0, abort 1, abort"],
  [
    "close 1",
    "initialize 2, open 0/2, open 1/2, write 1 to 0, write 2 to 1, close 0, close 1, abort 0, abort 1, abort",
  ],
])("[FS17] a sink whose %j fails is aborted", async (failing, expected) => {
  const calls: string[] = [];
  const writing = writeSink(notingSink(calls, failing), [1, 2], memoryContext().context, { numWriters: 2 });
  await expect(writing).rejects.toThrow(failing);
  expect(calls.join(", ")).toBe(expected);
});

test("[FS17] a source is read split by split, and what it counts is counted", async () => {
  const source: Source<number> = {
    name: "numbers",
    createSplits: async (n): Promise<readonly SourceSplit[]> => Array.from({ length: n }, (_, index) => ({ index })),
    *read(split, context) {
      context.count("splits", 1);
      yield [split.index * 2];
      yield [split.index * 2 + 1];
    },
  };
  const { context, counts } = memoryContext();
  expect(await readSource(source, context, { minNumSplits: 3 })).toEqual([0, 1, 2, 3, 4, 5]);
  expect(counts.get("splits")).toBe(3);
});
