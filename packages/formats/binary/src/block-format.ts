/**
 * The layout of a binary file. All numbers are little-endian.
 *
 *   header   magic     8 bytes  "MILLRACE"
 *            version   u32      1
 *            length    u32      of the descriptor
 *            descriptor         the JSON form of the record type, UTF-8, padded with blanks to a multiple of 8
 *            checksum  u32      CRC-32C of all of the header before it
 *            zero      u32
 *   blocks   each of BLOCK_SIZE_BYTES but for the last, which ends with its page:
 *            magic     u32
 *            flags     u32      bit 0: the last block of the file
 *            index     u32      0, 1, …
 *            used      u32      bytes of the page that count
 *            before    f64      records that begin in earlier blocks
 *            checksum  u32      CRC-32C of the block header before it and of the used bytes of the page
 *            zero      u32
 *            page               see core's memory area: how many records begin in it, where the first one does, and the records
 *
 * Blocks have one size, so a reader finds those of its split by arithmetic. Records may go on in the next block; a record
 * belongs to the block in which it begins. Since the last block says that it is the last, a file that was cut off is noticed, wherever.
 */
import { crc32c, MillraceError, PAGE_SIZE_BYTES, type TypeInformation, typeToJson } from "@millrace/core";

export const FILE_HEADER_FIXED_BYTES = 16;
export const FILE_HEADER_TRAILER_BYTES = 8;
export const BLOCK_HEADER_BYTES = 32;
export const BLOCK_SIZE_BYTES = BLOCK_HEADER_BYTES + PAGE_SIZE_BYTES;
/** A longer descriptor is more likely damage than a type. */
export const MAX_DESCRIPTOR_BYTES = 16 * 1024 * 1024;

const FILE_MAGIC = "MILLRACE";
const FILE_VERSION = 1;
const VERSION_OFFSET = 8;
const LENGTH_OFFSET = 12;

/** The letters MRBK. */
const BLOCK_MAGIC = 0x4b42524d;
const BLOCK_MAGIC_OFFSET = 0;
const BLOCK_FLAGS_OFFSET = 4;
const BLOCK_INDEX_OFFSET = 8;
const BLOCK_USED_OFFSET = 12;
const BLOCK_BEFORE_OFFSET = 16;
const BLOCK_CHECKSUM_OFFSET = 24;
const FLAG_LAST = 1;

/** Makes the header of a file of records of `type`. @internal */
export function fileHeader(type: TypeInformation<unknown>): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(typeToJson(type)));
  const length = Math.ceil(text.length / 8) * 8;
  const header = new Uint8Array(FILE_HEADER_FIXED_BYTES + length + FILE_HEADER_TRAILER_BYTES).fill(0x20);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode(FILE_MAGIC));
  view.setUint32(VERSION_OFFSET, FILE_VERSION, true);
  view.setUint32(LENGTH_OFFSET, length, true);
  header.set(text, FILE_HEADER_FIXED_BYTES);
  const end = FILE_HEADER_FIXED_BYTES + length;
  view.setUint32(end, crc32c(header, 0, end), true);
  view.setUint32(end + 4, 0, true);
  return header;
}

/** Returns the length of the descriptor from the fixed part of a header; throws CORRUPT_FILE. @internal */
export function descriptorLength(fixed: Uint8Array, path: string): number {
  const magic = new TextDecoder("latin1").decode(fixed.subarray(0, FILE_MAGIC.length));
  if (fixed.length < FILE_HEADER_FIXED_BYTES || magic !== FILE_MAGIC) {
    throw corrupt(path, "The file is no binary file of Millrace", `a file that begins with ${FILE_MAGIC}`);
  }
  const view = new DataView(fixed.buffer, fixed.byteOffset);
  const version = view.getUint32(VERSION_OFFSET, true);
  if (version !== FILE_VERSION) {
    throw corrupt(path, `The file has format version ${version}`, `version ${FILE_VERSION}`);
  }
  const length = view.getUint32(LENGTH_OFFSET, true);
  if (length % 8 !== 0 || length > MAX_DESCRIPTOR_BYTES) throw damagedHeader(path);
  return length;
}

/** Returns the descriptor of a whole header; throws CORRUPT_FILE when it was damaged. @internal */
export function descriptorOf(header: Uint8Array, length: number, path: string): unknown {
  const end = FILE_HEADER_FIXED_BYTES + length;
  if (header.length < end + FILE_HEADER_TRAILER_BYTES) throw damagedHeader(path);
  const view = new DataView(header.buffer, header.byteOffset);
  if (view.getUint32(end, true) !== crc32c(header, 0, end) || view.getUint32(end + 4, true) !== 0)
    throw damagedHeader(path);
  return JSON.parse(new TextDecoder().decode(header.subarray(FILE_HEADER_FIXED_BYTES, end)));
}

/** Is what the header of a block says. @internal */
export interface BlockHeader {
  readonly isLast: boolean;
  readonly usedBytes: number;
  readonly numRecordsBefore: number;
}

/** Writes the header of the block that is in `block`, checksum last. @internal */
export function writeBlockHeader(block: Uint8Array, index: number, header: BlockHeader): void {
  const view = new DataView(block.buffer, block.byteOffset);
  view.setUint32(BLOCK_MAGIC_OFFSET, BLOCK_MAGIC, true);
  view.setUint32(BLOCK_FLAGS_OFFSET, header.isLast ? FLAG_LAST : 0, true);
  view.setUint32(BLOCK_INDEX_OFFSET, index, true);
  view.setUint32(BLOCK_USED_OFFSET, header.usedBytes, true);
  view.setFloat64(BLOCK_BEFORE_OFFSET, header.numRecordsBefore, true);
  view.setUint32(BLOCK_CHECKSUM_OFFSET, checksumOf(block, header.usedBytes), true);
  view.setUint32(BLOCK_CHECKSUM_OFFSET + 4, 0, true);
}

/** Reads and checks the block with the given index, of which `length` bytes were read; throws CORRUPT_FILE. @internal */
export function readBlockHeader(block: Uint8Array, length: number, index: number, path: string): BlockHeader {
  const damaged = (what: string): MillraceError => corrupt(path, `Block ${index} ${what}`, "a whole, unchanged file");
  if (length < BLOCK_HEADER_BYTES) throw damaged("is cut off");
  const view = new DataView(block.buffer, block.byteOffset);
  const isLast = (view.getUint32(BLOCK_FLAGS_OFFSET, true) & FLAG_LAST) !== 0;
  const usedBytes = view.getUint32(BLOCK_USED_OFFSET, true);
  if (view.getUint32(BLOCK_MAGIC_OFFSET, true) !== BLOCK_MAGIC || usedBytes > PAGE_SIZE_BYTES)
    throw damaged("is damaged");
  if (length < BLOCK_HEADER_BYTES + (isLast ? usedBytes : PAGE_SIZE_BYTES)) throw damaged("is cut off");
  const isWhole =
    view.getUint32(BLOCK_CHECKSUM_OFFSET, true) === checksumOf(block, usedBytes) &&
    view.getUint32(BLOCK_CHECKSUM_OFFSET + 4, true) === 0 &&
    view.getUint32(BLOCK_INDEX_OFFSET, true) === index;
  if (!isWhole) throw damaged("is damaged");
  return { isLast, usedBytes, numRecordsBefore: view.getFloat64(BLOCK_BEFORE_OFFSET, true) };
}

function checksumOf(block: Uint8Array, usedBytes: number): number {
  const ofHeader = crc32c(block, 0, BLOCK_CHECKSUM_OFFSET);
  return crc32c(block, BLOCK_HEADER_BYTES, BLOCK_HEADER_BYTES + usedBytes, ofHeader);
}

/** Makes the error of a file that does not hold what was written into it. @internal */
export function corrupt(path: string, what: string, expected: string, cause?: unknown): MillraceError {
  return new MillraceError({
    code: "CORRUPT_FILE",
    what,
    expected,
    where: { file: path },
    fix: "Get the file again from where it came, or write it again.",
    cause,
  });
}

function damagedHeader(path: string): MillraceError {
  return corrupt(path, "The header of the file is damaged", "a whole, unchanged file");
}
