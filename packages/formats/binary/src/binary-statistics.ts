import { enumerateFiles, type IoContext, type SourceStatistics, withClosing } from "@millrace/core";
import { BLOCK_SIZE_BYTES } from "./block-format.js";
import { BlockReader, readFileHeader } from "./block-reader.js";

/** From so many files the others are estimated. */
const MAX_COUNTED_FILES = 10;

/** Counts the records of some files, which their last blocks tell, and estimates the rest by size. @internal */
export async function countRecords(
  paths: readonly string[],
  options: { readonly recursive?: boolean | undefined },
  context: IoContext,
): Promise<SourceStatistics> {
  const files = await enumerateFiles(paths, context, options);
  const totalBytes = files.reduce((total, file) => total + file.sizeBytes, 0);
  let countedBytes = 0;
  let countedRecords = 0;
  for (const file of files.filter((f) => f.compression === undefined).slice(0, MAX_COUNTED_FILES)) {
    const { blocksStart } = await readFileHeader(context, file.path, {});
    const lastBlock = Math.max(0, Math.ceil((file.sizeBytes - blocksStart) / BLOCK_SIZE_BYTES) - 1);
    const reader = await BlockReader.open(context, file.path, {}, blocksStart, lastBlock);
    const block = await withClosing(reader, () => reader.next());
    countedRecords += block === undefined ? 0 : block.numRecordsBefore + block.header.numRecords;
    countedBytes += file.sizeBytes;
  }
  if (countedRecords === 0) return { totalBytes };
  const averageRecordBytes = countedBytes / countedRecords;
  return { totalBytes, averageRecordBytes, numRecords: Math.round(totalBytes / averageRecordBytes) };
}
