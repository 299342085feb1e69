import { bareHost } from "../host/index.js";
import type { IoContext, SubtaskIoContext } from "./io-context.js";
import { createIoContext, createSubtaskIoContext } from "./io-environment.js";
import { MemoryFileSystem } from "./memory-file-system.js";
import type { Sink, SinkWriter } from "./sink.js";
import type { Source, SourceSplit } from "./source.js";

/**
 * Reads a whole source without an engine, split by split in order, and returns its records: for small data, and for tests of
 * connectors and formats.
 * @public
 */
export async function readSource<T, S extends SourceSplit>(
  source: Source<T, S>,
  context: IoContext,
  options: { readonly minNumSplits?: number | undefined } = {},
): Promise<T[]> {
  const subtask = subtaskOf(context, 0, 1);
  const records: T[] = [];
  for (const split of await source.createSplits(options.minNumSplits ?? 1, context)) {
    for await (const batch of source.read(split, subtask)) for (const record of batch) records.push(record);
  }
  return records;
}

/**
 * Writes records through a sink without an engine, as one would: the records are dealt out to the writers in turn, and when anything fails, all
 * writers and the sink are aborted before the error is thrown.
 * @public
 */
export async function writeSink<T>(
  sink: Sink<T>,
  records: Iterable<T>,
  context: IoContext,
  options: { readonly numWriters?: number | undefined } = {},
): Promise<void> {
  const { numWriters = 1 } = options;
  await sink.initialize?.(context, numWriters);
  const writers: SinkWriter<T>[] = [];
  try {
    for (let i = 0; i < numWriters; i++) writers.push(await sink.openWriter(subtaskOf(context, i, numWriters)));
    let next = 0;
    for (const record of records) await writers[next++ % numWriters]!.write(record);
    for (const writer of writers) await writer.close();
    await sink.commit?.(context);
  } catch (error) {
    for (const writer of writers) await quietly(() => writer.abort());
    await quietly(async () => sink.abort?.(context));
    throw error;
  }
}

/** Makes the context of a subtask; what the given one counts is counted on. */
function subtaskOf(context: IoContext, subtaskIndex: number, numParallelSubtasks: number): SubtaskIoContext {
  const { count } = context as Partial<SubtaskIoContext>;
  return createSubtaskIoContext(context, { subtaskIndex, numParallelSubtasks, count: count?.bind(context) });
}

/** Cleans up after a failure, which must not hide what failed first. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // See above.
  }
}

/** Is a context over files in memory. @public */
export interface MemoryContext {
  /** What sources and sinks are given. */
  readonly context: SubtaskIoContext;
  /** The files. */
  readonly memory: MemoryFileSystem;
  /** What sources and sinks counted, by name. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Makes a context over files in memory, text or bytes by path: for examples, and for tests that need no more of a host. @public */
export function memoryContext(files: Readonly<Record<string, string | Uint8Array>> = {}): MemoryContext {
  const counts = new Map<string, number>();
  const memory = new MemoryFileSystem(files);
  const whole = createIoContext({ host: bareHost({ files: memory }) });
  const context = createSubtaskIoContext(whole, {
    count: (name, increment) => void counts.set(name, (counts.get(name) ?? 0) + increment),
  });
  return { context, memory, counts };
}
