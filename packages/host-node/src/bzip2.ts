/**
 * Decompression of bzip2.
 *
 *   stream    "BZh" and the level 1-9 (blocks of level * 100,000 bytes), blocks, end mark, combined checksum; streams may follow each other
 *   block     48-bit mark, checksum, origin, which bytes occur, 2-6 Huffman tables, which table serves each 50 symbols, symbols
 *
 * The symbols of a block are undone in the reverse of the order in which they were made: Huffman codes, run lengths of zeros
 * (RUNA and RUNB are the digits of a number in bijective base 2), move to front, Burrows-Wheeler transform, run lengths of four equal bytes and more.
 */
import { type ChunkReader, CorruptData } from "./chunk-reader.js";

const BLOCK_MARK_HIGH = 0x314159;
const BLOCK_MARK_LOW = 0x265359;
const END_MARK_HIGH = 0x177245;
const END_MARK_LOW = 0x385090;
const BYTES_PER_LEVEL = 100_000;
/** 900,050 symbols of at most 20 bits each, and the tables: no block is larger. */
const MAX_BLOCK_BYTES = 2_400_000;
const MAX_CODE_BITS = 20;
const SYMBOLS_PER_SELECTOR = 50;
const RUN_A = 0;
const RUN_B = 1;

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

/** Decompresses all streams; throws {@link CorruptData}. @internal */
export async function* decodeBzip2(input: ChunkReader): AsyncGenerator<Uint8Array> {
  for (let isFirst = true; ; isFirst = false) {
    const header = await input.peek(4);
    if (header.length === 0 && !isFirst) return;
    const level = (header[3] ?? 0) - 0x30;
    if (header[0] !== 0x42 || header[1] !== 0x5a || header[2] !== 0x68 || level < 1 || level > 9) {
      throw new CorruptData("no bzip2 header");
    }
    input.skip(4);
    yield* decodeStream(input, level * BYTES_PER_LEVEL);
  }
}

async function* decodeStream(input: ChunkReader, blockSize: number): AsyncGenerator<Uint8Array> {
  const block = new Uint32Array(blockSize);
  let combined = 0;
  /** How many bits of the first byte belong to what was read before. */
  let bitOffset = 0;
  for (;;) {
    const bits = new BitReader(await input.peek(MAX_BLOCK_BYTES), bitOffset);
    const high = bits.read(24);
    const low = bits.read(24);
    const checksum = (bits.read(16) << 16) | bits.read(16);
    if (high === END_MARK_HIGH && low === END_MARK_LOW) {
      if (checksum !== combined) throw new CorruptData("wrong checksum of the stream");
      input.skip(Math.ceil(bits.position / 8));
      return;
    }
    if (high !== BLOCK_MARK_HIGH || low !== BLOCK_MARK_LOW) throw new CorruptData("no bzip2 block");
    const bytes = decodeBlock(bits, block);
    if (checksumOf(bytes) !== checksum) throw new CorruptData("wrong checksum of a block");
    combined = ((combined << 1) | (combined >>> 31)) ^ checksum;
    input.skip(bits.position >>> 3);
    bitOffset = bits.position & 7;
    yield bytes;
  }
}

function decodeBlock(bits: BitReader, block: Uint32Array): Uint8Array {
  if (bits.read(1) === 1) throw new CorruptData("a randomised block, which no bzip2 since 1998 writes");
  const origin = bits.read(24);
  const front = occurringBytes(bits);
  const numSymbols = front.length + 2;
  const numTables = bits.read(3);
  const selectors = readSelectors(bits, numTables);
  const tables = Array.from({ length: numTables }, () => new HuffmanTable(readLengths(bits, numSymbols)));
  const length = readSymbols(bits, tables, selectors, front, block);
  if (origin >= length) throw new CorruptData("the origin of a block lies outside of it");
  return undoRuns(block, length, origin);
}

function occurringBytes(bits: BitReader): Uint8Array {
  const ranges = bits.read(16);
  const bytes: number[] = [];
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >>> range)) === 0) continue;
    const members = bits.read(16);
    for (let i = 0; i < 16; i++) if ((members & (0x8000 >>> i)) !== 0) bytes.push(range * 16 + i);
  }
  if (bytes.length === 0) throw new CorruptData("a block without bytes");
  return Uint8Array.from(bytes);
}

function readSelectors(bits: BitReader, numTables: number): Uint8Array {
  const numSelectors = bits.read(15);
  if (numTables < 2 || numTables > 6 || numSelectors === 0) throw new CorruptData("bad Huffman tables");
  const order = Array.from({ length: numTables }, (_, i) => i);
  return Uint8Array.from({ length: numSelectors }, () => {
    let position = 0;
    while (bits.read(1) === 1) if (++position >= numTables) throw new CorruptData("bad Huffman tables");
    const [table] = order.splice(position, 1);
    order.unshift(table!);
    return table!;
  });
}

function readLengths(bits: BitReader, numSymbols: number): Uint8Array {
  let length = bits.read(5);
  return Uint8Array.from({ length: numSymbols }, () => {
    for (;;) {
      if (length < 1 || length > MAX_CODE_BITS) throw new CorruptData("bad Huffman tables");
      if (bits.read(1) === 0) return length;
      length += bits.read(1) === 0 ? 1 : -1;
    }
  });
}

/** Reads the symbols, undoes zero runs and move to front, and returns how many bytes the block has. */
function readSymbols(
  bits: BitReader,
  tables: readonly HuffmanTable[],
  selectors: Uint8Array,
  front: Uint8Array,
  block: Uint32Array,
): number {
  const endSymbol = front.length + 1;
  let length = 0;
  let runLength = 0;
  let runDigit = 1;
  for (let read = 0; ; read++) {
    const selector = selectors[Math.floor(read / SYMBOLS_PER_SELECTOR)];
    if (selector === undefined) throw new CorruptData("a block has more symbols than it says");
    const symbol = tables[selector]!.decode(bits);
    if (symbol <= RUN_B) {
      runLength += symbol === RUN_A ? runDigit : 2 * runDigit;
      runDigit *= 2;
      if (runLength > block.length) throw new CorruptData("a block is larger than it may be");
      continue;
    }
    if (runLength > 0) {
      if (length + runLength > block.length) throw new CorruptData("a block is larger than it may be");
      block.fill(front[0]!, length, length + runLength);
      length += runLength;
      runLength = 0;
      runDigit = 1;
    }
    if (symbol === endSymbol) return length;
    if (length >= block.length) throw new CorruptData("a block is larger than it may be");
    const position = symbol - 1;
    const byte = front[position]!;
    front.copyWithin(1, 0, position);
    front[0] = byte;
    block[length++] = byte;
  }
}

/** Undoes the Burrows-Wheeler transform, and runs: four equal bytes are followed by how many more there are. */
function undoRuns(block: Uint32Array, length: number, origin: number): Uint8Array {
  const starts = new Uint32Array(257);
  for (let i = 0; i < length; i++) starts[block[i]! + 1]!++;
  for (let byte = 0; byte < 256; byte++) starts[byte + 1]! += starts[byte]!;
  // The low byte of an entry is the byte of the block there, the rest where the next byte of the text is.
  for (let i = 0; i < length; i++) block[starts[block[i]! & 0xff]!++]! |= i << 8;
  let output = new Uint8Array(length + 1024);
  let filled = 0;
  let position = block[origin]! >>> 8;
  let previous = -1;
  let numEqual = 0;
  for (let i = 0; i < length; i++) {
    const entry = block[position]!;
    position = entry >>> 8;
    const byte = entry & 0xff;
    const count = numEqual === 4 ? byte : 1;
    if (filled + count > output.length) {
      const larger = new Uint8Array(2 * output.length + count);
      larger.set(output);
      output = larger;
    }
    if (numEqual === 4) {
      output.fill(previous, filled, filled + count);
      numEqual = 0;
      previous = -1;
    } else {
      output[filled] = byte;
      numEqual = byte === previous ? numEqual + 1 : 1;
      previous = byte;
    }
    filled += count;
  }
  return output.subarray(0, filled);
}

function checksumOf(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ bytes[i]!]!;
  return ~crc;
}

/** Decodes canonical Huffman codes: those of one length are consecutive numbers, and longer codes are larger. */
class HuffmanTable {
  /** By length: the first code, the first index into #symbols, and the number of codes. */
  readonly #firstCodes = new Int32Array(MAX_CODE_BITS + 1);
  readonly #firstIndexes = new Int32Array(MAX_CODE_BITS + 1);
  readonly #counts = new Int32Array(MAX_CODE_BITS + 1);
  readonly #symbols: Uint16Array;

  constructor(lengths: Uint8Array) {
    for (const length of lengths) this.#counts[length]!++;
    let code = 0;
    let index = 0;
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      this.#firstCodes[length] = code;
      this.#firstIndexes[length] = index;
      index += this.#counts[length]!;
      code = (code + this.#counts[length]!) << 1;
    }
    const next = this.#firstIndexes.slice();
    this.#symbols = new Uint16Array(lengths.length);
    lengths.forEach((length, symbol) => {
      this.#symbols[next[length]!++] = symbol;
    });
  }

  decode(bits: BitReader): number {
    let code = 0;
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      code = (code << 1) | bits.read(1);
      const offset = code - this.#firstCodes[length]!;
      if (offset < this.#counts[length]!) return this.#symbols[this.#firstIndexes[length]! + offset]!;
    }
    throw new CorruptData("bad Huffman code");
  }
}

/** Reads bits, highest first. */
class BitReader {
  /** How many bits were read, counted from the first byte. */
  position: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, bitOffset: number) {
    this.#bytes = bytes;
    this.position = bitOffset;
  }

  /** Returns the next `count` bits, at most 24. */
  read(count: number): number {
    const at = this.position >>> 3;
    const end = this.position + count;
    if (end > this.#bytes.length * 8) throw new CorruptData("unexpected end of file");
    const bytes = this.#bytes;
    const word = (bytes[at]! << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const value = (word << (this.position & 7)) >>> (32 - count);
    this.position = end;
    return value;
  }
}
