import {
  bareHost,
  createIoContext,
  createSubtaskIoContext,
  type FileSplit,
  MemoryFileSystem,
  type Source,
  type SubtaskIoContext,
} from "@millrace/core";

/** Is a context over files in memory, with what was counted in it. */
export interface TestContext {
  readonly context: SubtaskIoContext;
  readonly counts: ReadonlyMap<string, number>;
  readonly memory: MemoryFileSystem;
}

/** Makes a context over `files`. */
export function contextOf(files: Readonly<Record<string, string | Uint8Array>>): TestContext {
  const counts = new Map<string, number>();
  const memory = new MemoryFileSystem(files);
  const host = bareHost({ files: memory });
  const context = createSubtaskIoContext(createIoContext({ host }), {
    subtaskIndex: 0,
    numParallelSubtasks: 1,
    count: (name, increment) => counts.set(name, (counts.get(name) ?? 0) + increment),
  });
  return { context, counts, memory };
}

/** Reads all splits of a source, in order. */
export async function readAll<T>(
  source: Source<T, FileSplit>,
  context: SubtaskIoContext,
  minNumSplits = 1,
): Promise<T[]> {
  const records: T[] = [];
  for (const split of await source.createSplits(minNumSplits, context)) {
    for await (const batch of source.read(split, context)) records.push(...batch);
  }
  return records;
}

/** Reads one file that holds `content`. */
export async function readText<T>(content: string, makeSource: (path: string) => Source<T, FileSplit>): Promise<T[]> {
  return readAll(makeSource("/in.csv"), contextOf({ "/in.csv": content }).context);
}
