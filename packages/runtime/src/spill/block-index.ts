const INITIAL_BLOCKS = 64;

/**
 * Remembers what was written to each block of a spill file: how many bytes, and their checksum. It stays in memory, twelve bytes a block, and
 * not in the file: what a file says about itself proves little when the disk kept an older version of a block, or swapped two of
 * them, each with a checksum that is right for it.
 */
export class BlockIndex {
  #sizes = new Int32Array(INITIAL_BLOCKS);
  #checksums = new Float64Array(INITIAL_BLOCKS);
  #numBlocks = 0;

  /** How many blocks there are, those that large records go on in too. */
  get numBlocks(): number {
    return this.#numBlocks;
  }

  /** Adds `count` blocks, the first of which stands for all; returns its number. */
  add(count: number, sizeBytes: number, checksum: number): number {
    const block = this.#numBlocks;
    const numBlocks = block + count;
    if (numBlocks > this.#sizes.length) this.#grow(Math.max(numBlocks, 2 * this.#sizes.length));
    this.#sizes[block] = sizeBytes;
    this.#checksums[block] = checksum;
    this.#sizes.fill(0, block + 1, numBlocks);
    this.#numBlocks = numBlocks;
    return block;
  }

  /** Returns the bytes of a block; 0 for a number that no write returned. */
  sizeOf(block: number): number {
    return block < this.#numBlocks ? this.#sizes[block]! : 0;
  }

  /** Returns the checksum of a block, an unsigned integer of 53 bits. */
  checksumOf(block: number): number {
    return this.#checksums[block]!;
  }

  #grow(numBlocks: number): void {
    const sizes = new Int32Array(numBlocks);
    const checksums = new Float64Array(numBlocks);
    sizes.set(this.#sizes);
    checksums.set(this.#checksums);
    this.#sizes = sizes;
    this.#checksums = checksums;
  }
}
