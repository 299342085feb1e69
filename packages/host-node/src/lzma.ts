/**
 * Decompression of LZMA2, the payload of xz.
 *
 * LZMA2 is a row of chunks, each at most 2 MiB plain and 64 KiB compressed, that may reset the dictionary, the state and the
 * properties. A compressed chunk is coded by a range coder: every bit is decoded with a probability that adapts to what came before. A
 * packet is a literal byte, a match (length and distance), or a repeated match with one of the last four distances.
 */
import { CorruptData } from "./chunk-reader.js";

const MAX_CHUNK_BYTES = 2 * 1024 * 1024;
/** A half, in units of 2^-11. */
const PROBABILITY_INIT = 1024;
const PROBABILITY_BITS = 11;
const ADAPTION_SHIFT = 5;
const TOP_VALUE = 2 ** 24;
const MIN_MATCH_LENGTH = 2;
const NUM_STATES = 12;
const NUM_LENGTH_STATES = 4;
const NUM_ALIGN_BITS = 4;
const FIRST_SPECIAL_SLOT = 4;
const FIRST_DIRECT_SLOT = 14;
/** States below this one follow a literal. */
const FIRST_STATE_AFTER_MATCH = 7;

/** Keeps what was decoded as far back as matches may reach. The newest bytes are the output. */
export class Dictionary {
  bytes: Uint8Array;
  /** Where the next byte goes. */
  position = 0;
  /** How many bytes there were since the last reset; matches reach no further back. */
  #reach = 0;
  /** The same without what was dropped from the front: the position on which probabilities depend. */
  numSinceReset = 0;
  readonly #size: number;

  constructor(size: number) {
    this.#size = Math.max(size, 4096);
    this.bytes = new Uint8Array(Math.min(this.#size, MAX_CHUNK_BYTES) + MAX_CHUNK_BYTES);
  }

  /** Makes room for one more chunk and returns where it will begin. */
  prepare(): number {
    if (this.position + MAX_CHUNK_BYTES > this.bytes.length) {
      if (this.bytes.length < this.#size + MAX_CHUNK_BYTES) {
        const larger = new Uint8Array(Math.min(2 * this.bytes.length, this.#size + 2 * MAX_CHUNK_BYTES));
        larger.set(this.bytes.subarray(0, this.position));
        this.bytes = larger;
      }
      if (this.position + MAX_CHUNK_BYTES > this.bytes.length) {
        const kept = Math.min(this.#size, this.position);
        this.bytes.copyWithin(0, this.position - kept, this.position);
        this.position = kept;
        this.#reach = Math.min(this.#reach, kept);
      }
    }
    return this.position;
  }

  /** Forgets everything. */
  reset(): void {
    this.#reach = 0;
    this.numSinceReset = 0;
  }

  put(byte: number): void {
    this.bytes[this.position++] = byte;
    this.#reach++;
    this.numSinceReset++;
  }

  append(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
    this.#reach += bytes.length;
    this.numSinceReset += bytes.length;
  }

  /** Returns the byte `distance` + 1 back, 0 when there is none. */
  byteAt(distance: number): number {
    return distance < this.#reach ? this.bytes[this.position - distance - 1]! : 0;
  }

  /** Appends `length` bytes from `distance` + 1 back; the ranges may overlap. */
  repeat(distance: number, length: number): void {
    if (distance >= Math.min(this.#reach, this.#size)) throw new CorruptData("a match reaches behind the start");
    const { bytes } = this;
    let from = this.position - distance - 1;
    let to = this.position;
    for (const end = to + length; to < end; ) bytes[to++] = bytes[from++]!;
    this.position = to;
    this.#reach += length;
    this.numSinceReset += length;
  }
}

/** Decodes the chunks of one xz block. */
export class LzmaDecoder {
  readonly #dictionary: Dictionary;
  // The range coder.
  #input: Uint8Array = new Uint8Array(0);
  #at = 0;
  #range = 0;
  #code = 0;
  // The properties: how many bits of position and previous byte choose the probabilities.
  #literalContextBits = 0;
  #literalPositionMask = 0;
  #positionMask = 0;
  // The state.
  #state = 0;
  #distances: [number, number, number, number] = [0, 0, 0, 0];
  #isMatch: Uint16Array = new Uint16Array(0);
  #isRep: Uint16Array = new Uint16Array(0);
  #isRepG0: Uint16Array = new Uint16Array(0);
  #isRepG1: Uint16Array = new Uint16Array(0);
  #isRepG2: Uint16Array = new Uint16Array(0);
  #isRep0Long: Uint16Array = new Uint16Array(0);
  #slots: Uint16Array[] = [];
  #special: Uint16Array = new Uint16Array(0);
  #align: Uint16Array = new Uint16Array(0);
  #literals: Uint16Array = new Uint16Array(0);
  #matchLength = new LengthProbabilities();
  #repLength = new LengthProbabilities();

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
  }

  /** Sets the properties from their byte; a reset must follow. */
  setProperties(byte: number): void {
    const positionBits = Math.floor(byte / 45);
    const literalPositionBits = Math.floor(byte / 9) % 5;
    this.#literalContextBits = byte % 9;
    if (positionBits > 4 || this.#literalContextBits + literalPositionBits > 4)
      throw new CorruptData("bad LZMA properties");
    this.#literalPositionMask = (1 << literalPositionBits) - 1;
    this.#positionMask = (1 << positionBits) - 1;
    this.#literals = probabilities(0x300 << (this.#literalContextBits + literalPositionBits));
  }

  /** Forgets the state and all that was learned. */
  reset(): void {
    this.#state = 0;
    this.#distances = [0, 0, 0, 0];
    this.#isMatch = probabilities(NUM_STATES << 4);
    this.#isRep = probabilities(NUM_STATES);
    this.#isRepG0 = probabilities(NUM_STATES);
    this.#isRepG1 = probabilities(NUM_STATES);
    this.#isRepG2 = probabilities(NUM_STATES);
    this.#isRep0Long = probabilities(NUM_STATES << 4);
    this.#slots = Array.from({ length: NUM_LENGTH_STATES }, () => probabilities(64));
    this.#special = probabilities(128);
    this.#align = probabilities(1 << NUM_ALIGN_BITS);
    this.#literals.fill(PROBABILITY_INIT);
    this.#matchLength = new LengthProbabilities();
    this.#repLength = new LengthProbabilities();
  }

  /** Decodes one compressed chunk of `length` plain bytes. */
  decodeChunk(input: Uint8Array, length: number): void {
    this.#startRange(input);
    const dictionary = this.#dictionary;
    const end = dictionary.position + length;
    while (dictionary.position < end) {
      const position = dictionary.numSinceReset;
      const positionState = position & this.#positionMask;
      if (this.#bit(this.#isMatch, (this.#state << 4) + positionState) === 0) {
        this.#literal(position);
        continue;
      }
      const matched = this.#match(positionState);
      if (dictionary.position + matched > end) throw new CorruptData("a match reaches beyond its chunk");
      dictionary.repeat(this.#distances[0], matched);
    }
    if (this.#code !== 0 || this.#at !== input.length) {
      // One more byte may be needed to bring the coder to rest.
      this.#normalize();
      if (this.#code !== 0 || this.#at !== input.length) throw new CorruptData("a chunk does not end where it says");
    }
  }

  #startRange(input: Uint8Array): void {
    if (input.length < 5 || input[0] !== 0) throw new CorruptData("a chunk does not begin as it must");
    this.#input = input;
    this.#at = 5;
    this.#range = 0xffff_ffff;
    this.#code = ((input[1]! << 24) | (input[2]! << 16) | (input[3]! << 8) | input[4]!) >>> 0;
  }

  #normalize(): void {
    if (this.#range >= TOP_VALUE) return;
    if (this.#at >= this.#input.length) throw new CorruptData("a chunk ends too early");
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#input[this.#at++]!) >>> 0;
  }

  #bit(table: Uint16Array, index: number): 0 | 1 {
    this.#normalize();
    const probability = table[index]!;
    const bound = (this.#range >>> PROBABILITY_BITS) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      table[index] = probability + ((2048 - probability) >>> ADAPTION_SHIFT);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    table[index] = probability - (probability >>> ADAPTION_SHIFT);
    return 1;
  }

  #directBits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.#normalize();
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = value * 2 + bit;
    }
    return value;
  }

  /** Decodes `count` bits, highest first, each with a probability chosen by those before it. */
  #tree(table: Uint16Array, count: number, offset = 0): number {
    let node = 1;
    for (let i = 0; i < count; i++) node = node * 2 + this.#bit(table, offset + node);
    return node - (1 << count);
  }

  /** The same, lowest bit first. */
  #reverseTree(table: Uint16Array, count: number, offset: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < count; i++) {
      const bit = this.#bit(table, offset + node);
      node = node * 2 + bit;
      value |= bit << i;
    }
    return value;
  }

  #literal(position: number): void {
    const previous = this.#dictionary.byteAt(0);
    const context =
      ((position & this.#literalPositionMask) << this.#literalContextBits) +
      (previous >>> (8 - this.#literalContextBits));
    const offset = 0x300 * context;
    let node = 1;
    if (this.#state >= FIRST_STATE_AFTER_MATCH) {
      // Behind a match, the byte that the match would have gone on with tells which way the literal differs.
      let expected = this.#dictionary.byteAt(this.#distances[0]);
      while (node < 0x100) {
        expected <<= 1;
        const expectedBit = (expected >>> 8) & 1;
        const bit = this.#bit(this.#literals, offset + ((1 + expectedBit) << 8) + node);
        node = node * 2 + bit;
        if (bit !== expectedBit) break;
      }
    }
    while (node < 0x100) node = node * 2 + this.#bit(this.#literals, offset + node);
    this.#dictionary.put(node & 0xff);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  /** Decodes a match: sets the first distance and returns the length. */
  #match(positionState: number): number {
    const state = this.#state;
    const afterLiteral = state < FIRST_STATE_AFTER_MATCH;
    const [d0, d1, d2, d3] = this.#distances;
    if (this.#bit(this.#isRep, state) === 0) {
      const length = this.#length(this.#matchLength, positionState);
      this.#state = afterLiteral ? 7 : 10;
      this.#distances = [this.#distance(length), d0, d1, d2];
      return length;
    }
    if (this.#bit(this.#isRepG0, state) === 0) {
      if (this.#bit(this.#isRep0Long, (state << 4) + positionState) === 0) {
        this.#state = afterLiteral ? 9 : 11;
        return 1;
      }
    } else if (this.#bit(this.#isRepG1, state) === 0) {
      this.#distances = [d1, d0, d2, d3];
    } else if (this.#bit(this.#isRepG2, state) === 0) {
      this.#distances = [d2, d0, d1, d3];
    } else {
      this.#distances = [d3, d0, d1, d2];
    }
    this.#state = afterLiteral ? 8 : 11;
    return this.#length(this.#repLength, positionState);
  }

  #length(table: LengthProbabilities, positionState: number): number {
    if (this.#bit(table.choice, 0) === 0) return MIN_MATCH_LENGTH + this.#tree(table.low, 3, positionState << 3);
    if (this.#bit(table.choice, 1) === 0) return MIN_MATCH_LENGTH + 8 + this.#tree(table.middle, 3, positionState << 3);
    return MIN_MATCH_LENGTH + 16 + this.#tree(table.high, 8);
  }

  #distance(length: number): number {
    const lengthState = Math.min(length - MIN_MATCH_LENGTH, NUM_LENGTH_STATES - 1);
    const slot = this.#tree(this.#slots[lengthState]!, 6);
    if (slot < FIRST_SPECIAL_SLOT) return slot;
    const numBits = (slot >>> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** numBits;
    if (slot < FIRST_DIRECT_SLOT) return base + this.#reverseTree(this.#special, numBits, base - slot);
    const direct = this.#directBits(numBits - NUM_ALIGN_BITS) * (1 << NUM_ALIGN_BITS);
    const distance = base + direct + this.#reverseTree(this.#align, NUM_ALIGN_BITS, 0);
    if (distance === 0xffff_ffff) throw new CorruptData("an end mark, which LZMA2 does not have");
    return distance;
  }
}

class LengthProbabilities {
  readonly choice = probabilities(2);
  readonly low = probabilities(16 << 3);
  readonly middle = probabilities(16 << 3);
  readonly high = probabilities(256);
}

function probabilities(count: number): Uint16Array {
  return new Uint16Array(count).fill(PROBABILITY_INIT);
}
