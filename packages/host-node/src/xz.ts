/**
 * Decompression of xz files.
 *
 *   stream   header (magic, kind of check), blocks, index (sizes of the blocks), footer; streams and zero padding may follow
 *   block    header (filters, sizes), LZMA2 chunks, padding to 4 bytes, check of the plain bytes
 *
 * Everything that has a checksum is checked; the index must name the blocks that were there. The one filter is LZMA2: those
 * for machine code and deltas are not for files of records.
 */
import { createHash, type Hash } from "node:crypto";
import { type ChunkReader, CorruptData } from "./chunk-reader.js";
import { Dictionary, LzmaDecoder } from "./lzma.js";
import { Crc32, Crc64 } from "./xz-checks.js";

const STREAM_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const FOOTER_MAGIC = [0x59, 0x5a];
const HEADER_BYTES = 12;
const LZMA2_FILTER = 0x21;
/** The largest dictionary that is granted; `xz -9` needs 64 MiB. */
const MAX_DICTIONARY_BYTES = 1024 * 1024 * 1024;

const CHECK_SIZES: Readonly<Record<number, number>> = { 0: 0, 1: 4, 4: 8, 10: 32 };

/** Decompresses all streams; throws {@link CorruptData}. @internal */
export async function* decodeXz(input: ChunkReader): AsyncGenerator<Uint8Array> {
  for (let isFirst = true; ; isFirst = false) {
    if (!isFirst && (await skipPadding(input))) return;
    const header = await input.take(HEADER_BYTES);
    const isXz = STREAM_MAGIC.every((byte, i) => header[i] === byte);
    if (!isXz || header[6] !== 0) throw new CorruptData("no xz header");
    const checkKind = header[7]!;
    const checkSize = CHECK_SIZES[checkKind];
    if (checkSize === undefined) throw new CorruptData(`an unknown kind of check, ${checkKind}`);
    requireCrc32(header.subarray(6, 8), header, 8);
    yield* decodeStream(input, checkKind, checkSize);
  }
}

/** Skips zeros between streams, which come in fours; returns true at the end of the file. */
async function skipPadding(input: ChunkReader): Promise<boolean> {
  for (;;) {
    const next = await input.peek(4);
    if (next.length === 0) return true;
    if (next[0] !== 0) return false;
    if (next.length < 4 || next[1] !== 0 || next[2] !== 0 || next[3] !== 0) throw new CorruptData("bad padding");
    input.skip(4);
  }
}

async function* decodeStream(input: ChunkReader, checkKind: number, checkSize: number): AsyncGenerator<Uint8Array> {
  const sizes: (readonly [unpadded: number, plain: number])[] = [];
  for (;;) {
    const [first] = await input.peek(1);
    if (first === undefined) throw new CorruptData("unexpected end of file");
    if (first === 0) break;
    sizes.push(yield* decodeBlock(input, (first + 1) * 4, checkKind, checkSize));
  }
  const indexSize = await requireIndex(input, sizes);
  const footer = await input.take(HEADER_BYTES);
  requireCrc32(footer.subarray(4, 10), footer, 0);
  const isFooter =
    footer[10] === FOOTER_MAGIC[0] && footer[11] === FOOTER_MAGIC[1] && footer[8] === 0 && footer[9] === checkKind;
  if (!isFooter || (readUint32(footer, 4) + 1) * 4 !== indexSize) throw new CorruptData("bad xz footer");
}

async function* decodeBlock(
  input: ChunkReader,
  headerSize: number,
  checkKind: number,
  checkSize: number,
): AsyncGenerator<Uint8Array, readonly [number, number]> {
  const header = (await input.take(headerSize)).slice();
  requireCrc32(header.subarray(0, headerSize - 4), header, headerSize - 4);
  const { dictionarySize, compressedSize, plainSize } = blockHeader(header);
  const check = makeCheck(checkKind);
  const dictionary = new Dictionary(dictionarySize);
  const decoder = new LzmaDecoder(dictionary);
  let numCompressed = 0;
  let numPlain = 0;
  let needsDictionaryReset = true;
  let needsProperties = true;
  for (;;) {
    const control = (await input.take(1))[0]!;
    numCompressed++;
    if (control === 0) break;
    const resetsDictionary = control === 1 || control >= 0xe0;
    if (needsDictionaryReset && !resetsDictionary)
      throw new CorruptData("the first chunk does not reset the dictionary");
    needsDictionaryReset = false;
    if (resetsDictionary) dictionary.reset();
    const start = dictionary.prepare();
    if (control >= 0x80) {
      const sizes = await input.take(4);
      const length = ((control & 0x1f) << 16) + (sizes[0]! << 8) + sizes[1]! + 1;
      const packed = (sizes[2]! << 8) + sizes[3]! + 1;
      numCompressed += 4 + packed;
      if (control >= 0xc0) {
        decoder.setProperties((await input.take(1))[0]!);
        numCompressed++;
        needsProperties = false;
      }
      if (needsProperties) throw new CorruptData("the first chunk does not say its properties");
      if (control >= 0xa0) decoder.reset();
      decoder.decodeChunk(await input.take(packed), length);
    } else {
      if (control > 2) throw new CorruptData("an unknown kind of chunk");
      const size = await input.take(2);
      const length = (size[0]! << 8) + size[1]! + 1;
      dictionary.append(await input.take(length));
      numCompressed += 2 + length;
    }
    const plain = dictionary.bytes.slice(start, dictionary.position);
    check?.update(plain);
    numPlain += plain.length;
    yield plain;
  }
  if ((compressedSize ?? numCompressed) !== numCompressed || (plainSize ?? numPlain) !== numPlain) {
    throw new CorruptData("a block has another size than it says");
  }
  const padding = await input.take((4 - (numCompressed & 3)) & 3);
  if (padding.some((byte) => byte !== 0)) throw new CorruptData("bad padding");
  const stored = await input.take(checkSize);
  if (check !== undefined && !check.digest().every((byte, i) => byte === stored[i])) {
    throw new CorruptData("wrong checksum of a block");
  }
  return [headerSize + numCompressed + checkSize, numPlain];
}

interface BlockHeader {
  readonly dictionarySize: number;
  readonly compressedSize: number | undefined;
  readonly plainSize: number | undefined;
}

function blockHeader(header: Uint8Array): BlockHeader {
  const flags = header[1]!;
  const cursor = { bytes: header, at: 2 };
  if ((flags & 0x3c) !== 0) throw new CorruptData("unknown flags of a block");
  const compressedSize = (flags & 0x40) === 0 ? undefined : readNumber(cursor);
  const plainSize = (flags & 0x80) === 0 ? undefined : readNumber(cursor);
  const [filter, propertySize] = [readNumber(cursor), readNumber(cursor)];
  if ((flags & 3) !== 0 || filter !== LZMA2_FILTER || propertySize !== 1) {
    throw new CorruptData("filters other than LZMA2, which are not supported");
  }
  const code = header[cursor.at++]!;
  if (code > 40) throw new CorruptData("bad size of the dictionary");
  const dictionarySize = code === 40 ? 2 ** 32 - 1 : (2 | (code & 1)) * 2 ** ((code >>> 1) + 11);
  if (dictionarySize > MAX_DICTIONARY_BYTES) {
    throw new CorruptData(`a dictionary of ${dictionarySize} bytes, more than is granted`);
  }
  return { dictionarySize, compressedSize, plainSize };
}

async function requireIndex(input: ChunkReader, sizes: readonly (readonly [number, number])[]): Promise<number> {
  // The indicator, the count and two numbers for each block, at most nine bytes each, padding and checksum.
  const available = await input.peek(1 + 9 + sizes.length * 18 + 3 + 4);
  const cursor = { bytes: available, at: 1 };
  let isRight = readNumber(cursor) === sizes.length;
  for (const [unpadded, plain] of isRight ? sizes : []) {
    isRight = readNumber(cursor) === unpadded && readNumber(cursor) === plain && isRight;
  }
  while (isRight && (cursor.at & 3) !== 0) isRight = available[cursor.at++] === 0;
  if (!isRight) throw new CorruptData("the index does not fit the blocks");
  if (cursor.at + 4 > available.length) throw new CorruptData("unexpected end of file");
  requireCrc32(available.subarray(0, cursor.at), available, cursor.at);
  input.skip(cursor.at + 4);
  return cursor.at + 4;
}

/** Reads a number of 7 bits a byte, lowest first. */
function readNumber(cursor: { readonly bytes: Uint8Array; at: number }): number {
  let value = 0;
  for (let shift = 0; shift < 63; shift += 7) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw new CorruptData("unexpected end of file");
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw new CorruptData("bad number");
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function requireCrc32(checked: Uint8Array, stored: Uint8Array, at: number): void {
  const crc = new Crc32();
  crc.update(checked);
  if (!crc.digest().every((byte, i) => byte === stored[at + i])) throw new CorruptData("wrong checksum");
}

function makeCheck(kind: number): Crc32 | Crc64 | Hash | undefined {
  switch (kind) {
    case 1:
      return new Crc32();
    case 4:
      return new Crc64();
    case 10:
      return createHash("sha256");
    default:
      return undefined;
  }
}
