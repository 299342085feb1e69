import type { Source, SourceSplit, TypeInformation } from "@millrace/core";

/** Is a part of a sequence: the integers from `from` to `to`, both included. */
interface SequenceSplit extends SourceSplit {
  readonly from: number;
  readonly to: number;
}

const BATCH_SIZE = 4096;

/** Makes a source of the integers from `from` to `to`, both included, in splits whose sizes differ by one at most (B137). @internal */
export function sequenceSource(from: number, to: number): Source<number, SequenceSplit> {
  return {
    name: `sequence ${from} to ${to}`,
    createSplits: async (minNumSplits) => splitsOf(from, to, minNumSplits),
    read: readSequence,
    statistics: async () => ({ numRecords: to - from + 1 }),
  };
}

function splitsOf(from: number, to: number, numSplits: number): readonly SequenceSplit[] {
  const total = to - from + 1;
  const number = Math.max(1, Math.min(numSplits, total));
  const size = Math.floor(total / number);
  const numLarger = total % number;
  return Array.from({ length: number }, (_, index) => {
    const start = from + index * size + Math.min(index, numLarger);
    return { index, from: start, to: start + size - 1 + (index < numLarger ? 1 : 0) };
  });
}

function* readSequence({ from, to }: SequenceSplit): Iterable<readonly number[]> {
  for (let start = from; start <= to; start += BATCH_SIZE) {
    yield Array.from({ length: Math.min(BATCH_SIZE, to - start + 1) }, (_, offset) => start + offset);
  }
}

/** Is one part of a parallel collection. */
interface PartSplit extends SourceSplit {
  readonly numParts: number;
}

/** Makes a source whose parts a function gives, as many as there are subtasks. @internal */
export function partSource<T>(
  part: (index: number, numParts: number) => Iterable<T>,
  type: TypeInformation<T> | undefined,
): Source<T, PartSplit> {
  return {
    name: "parallel collection",
    type,
    createSplits: async (numParts) => Array.from({ length: numParts }, (_, index) => ({ index, numParts })),
    read: ({ index, numParts }) => inBatches(part(index, numParts)),
  };
}

function* inBatches<T>(records: Iterable<T>): Iterable<readonly T[]> {
  let batch: T[] = [];
  for (const record of records) {
    batch.push(record);
    if (batch.length < BATCH_SIZE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
