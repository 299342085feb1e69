import { withClosing } from "./closing.js";
import type { Delimiter } from "./delimiter.js";
import type { InputFile } from "./file-enumeration.js";
import type { IoContext } from "./io-context.js";
import { readFully } from "./record-start.js";
import type { SourceStatistics } from "./source.js";

const MIN_SAMPLES = 2;
const MAX_SAMPLES = 10;
/** One more sample for so many bytes of input, between the least and the most. */
const BYTES_PER_SAMPLE = 1024;
/** A sample without a delimiter in so many bytes says nothing of the record length. */
const MAX_SAMPLE_BYTES = 64 * 1024;

/**
 * Estimates a source of delimited files: the total size, and the average record length from a few records at places
 * spread evenly over all files. Compressed files count with their size on disk, and their records are not sampled.
 * @internal
 */
export async function sampleStatistics(
  files: readonly InputFile[],
  delimiter: Delimiter,
  isSampled: boolean,
  context: IoContext,
): Promise<SourceStatistics> {
  const totalBytes = files.reduce((total, file) => total + file.sizeBytes, 0);
  const plain = files.filter((file) => file.compression === undefined && file.sizeBytes > 0);
  const plainBytes = plain.reduce((total, file) => total + file.sizeBytes, 0);
  if (!isSampled || plainBytes === 0) return { totalBytes };
  const numSamples = Math.min(MAX_SAMPLES, Math.max(MIN_SAMPLES, Math.floor(plainBytes / BYTES_PER_SAMPLE)));
  let sampledBytes = 0;
  let sampledRecords = 0;
  for (let i = 0; i < numSamples; i++) {
    const [file, offset] = placeAt(plain, Math.floor((plainBytes * i) / numSamples));
    const length = await recordLengthAt(file, offset, delimiter, context);
    if (length === undefined) continue;
    sampledBytes += length;
    sampledRecords++;
  }
  if (sampledRecords === 0) return { totalBytes };
  const averageRecordBytes = sampledBytes / sampledRecords;
  return { totalBytes, averageRecordBytes, numRecords: Math.round(totalBytes / averageRecordBytes) };
}

function placeAt(files: readonly InputFile[], position: number): [InputFile, number] {
  let left = position;
  for (const file of files) {
    if (left < file.sizeBytes) return [file, left];
    left -= file.sizeBytes;
  }
  return [files[0]!, 0];
}

/** Returns the length, delimiter included, of the first whole record behind `offset`, or at the start of the file. */
async function recordLengthAt(
  file: InputFile,
  offset: number,
  delimiter: Delimiter,
  context: IoContext,
): Promise<number | undefined> {
  const input = await context.fileSystemOf(file.path).openRead(file.path);
  return withClosing(input, async () => {
    const sample = new Uint8Array(Math.min(MAX_SAMPLE_BYTES, file.sizeBytes - offset));
    const numRead = await readFully(input, sample, offset);
    let start = 0;
    if (offset > 0) {
      const match = delimiter.indexOf(sample, 0, numRead, offset);
      if (match < 0) return undefined;
      start = match + delimiter.length;
      if (start === numRead) return undefined;
    }
    const end = delimiter.indexOf(sample, start, numRead, offset);
    if (end >= 0) return end + delimiter.length - start;
    return offset + numRead === file.sizeBytes ? numRead - start : undefined;
  });
}
