import { MillraceError } from "../errors/index.js";
import type { CompressionName } from "../host/index.js";
import type { InputFile } from "./file-enumeration.js";
import type { SourceSplit } from "./source.js";

/** Splits below this size cost more to open than to read. */
const DEFAULT_MIN_SPLIT_SIZE_BYTES = 32 * 1024;
/** Splits above this size leave too little to balance between subtasks. */
const DEFAULT_MAX_SPLIT_SIZE_BYTES = 64 * 1024 * 1024;
/** The last split of a file may be this much larger, so that no sliver is left over. */
const MAX_LAST_SPLIT_FACTOR = 1.1;

/** Is a range of one file. A record belongs to the split in which it starts. Plain data. @public */
export interface FileSplit extends SourceSplit {
  /** The absolute path. */
  readonly path: string;
  /** Where the split starts, in bytes of the file. */
  readonly offset: number;
  /** How many bytes it has; those of a compressed file are counted compressed. */
  readonly length: number;
  /** Whether the split is all of the file: then it has no end that could lie inside a record. */
  readonly isWholeFile: boolean;
  /** How the file is compressed; absent for a plain one. */
  readonly compression?: CompressionName;
}

/** Says how large splits are. @public */
export interface FileSplitOptions {
  /** Smallest size of a split in bytes; 32 KiB by default. */
  readonly minSplitSizeBytes?: number | undefined;
  /** Largest size of a split in bytes, but for the last of a file; 64 MiB by default. */
  readonly maxSplitSizeBytes?: number | undefined;
}

/**
 * Cuts files into splits of `max(minSplitSize, min(totalBytes / minNumSplits, maxSplitSize))` bytes. The last split of a file
 * is up to a tenth larger instead of leaving a sliver. An empty file is one empty split; a compressed file, and every
 * file when `isSplittable` is false, is one split.
 * @public
 */
export function createFileSplits(
  files: readonly InputFile[],
  minNumSplits: number,
  isSplittable: boolean,
  options: FileSplitOptions = {},
): readonly FileSplit[] {
  const minSize = checkedSize("minSplitSizeBytes", options.minSplitSizeBytes ?? DEFAULT_MIN_SPLIT_SIZE_BYTES);
  const maxSize = checkedSize("maxSplitSizeBytes", options.maxSplitSizeBytes ?? DEFAULT_MAX_SPLIT_SIZE_BYTES);
  const totalBytes = files.reduce((total, file) => total + file.sizeBytes, 0);
  const wanted = Math.ceil(totalBytes / Math.max(1, minNumSplits));
  const splitSize = Math.max(1, minSize, Math.min(wanted, maxSize));
  const splits: FileSplit[] = [];
  for (const file of files) {
    const add = (offset: number, length: number): void => {
      splits.push({
        index: splits.length,
        path: file.path,
        offset,
        length,
        isWholeFile: length === file.sizeBytes,
        ...(file.compression === undefined ? {} : { compression: file.compression }),
      });
    };
    if (file.compression !== undefined || !isSplittable) {
      add(0, file.sizeBytes);
      continue;
    }
    let offset = 0;
    while (file.sizeBytes - offset > splitSize * MAX_LAST_SPLIT_FACTOR) {
      add(offset, splitSize);
      offset += splitSize;
    }
    if (offset < file.sizeBytes || file.sizeBytes === 0) add(offset, file.sizeBytes - offset);
  }
  return splits;
}

function checkedSize(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `${name} is ${String(value)}`,
    expected: "a whole number of bytes, at least 1",
  });
}
