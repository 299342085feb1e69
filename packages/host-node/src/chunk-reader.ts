/** Says that compressed data ended too early or is not what it should be. It becomes CORRUPT_FILE. */
export class CorruptData extends Error {}

/** Gives the bytes of chunks in pieces of the size that a decoder needs. @internal */
export class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #isExhausted = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Gathers until `count` bytes are there or the source ends, and returns what is there; it stays unread. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#end - this.#start < count && !this.#isExhausted) {
      const next = await this.#chunks.next();
      if (next.done === true) this.#isExhausted = true;
      else this.#append(next.value);
    }
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Moves on by `count` bytes that a peek returned. */
  skip(count: number): void {
    this.#start += count;
  }

  /** Returns the next `count` bytes and moves on; throws {@link CorruptData} when there are fewer. They are valid until the next call. */
  async take(count: number): Promise<Uint8Array> {
    const bytes = await this.peek(count);
    if (bytes.length < count) throw new CorruptData("unexpected end of file");
    this.#start += count;
    return bytes.subarray(0, count);
  }

  /** Ends the source. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #append(chunk: Uint8Array): void {
    const length = this.#end - this.#start;
    if (this.#end + chunk.length > this.#bytes.length) {
      // Room for as much again, so that small chunks do not move all bytes each time.
      const larger = length + chunk.length > this.#bytes.length / 2 ? 2 * (length + chunk.length) : this.#bytes.length;
      const moved = larger > this.#bytes.length ? new Uint8Array(larger) : this.#bytes;
      if (moved === this.#bytes) moved.copyWithin(0, this.#start, this.#end);
      else moved.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = moved;
      this.#start = 0;
      this.#end = length;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }
}
