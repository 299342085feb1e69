import type { FrameInputChannel } from "./frame-input-channel.js";

/** How many pages of a stream are read before the task has read them. */
const MAX_QUEUED_PAGES = 4;

/** Reads the frames that a mover has for one stream, no further ahead than a few pages, until all came or nobody wants them any more. */
export class FrameFeeder {
  readonly #channel: FrameInputChannel;
  readonly #receive: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  #goOn: (() => void) | undefined;

  /** @param receive - asks the mover for the frames, once */
  constructor(channel: FrameInputChannel, receive: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#channel = channel;
    this.#receive = receive;
  }

  /** Is called when the task has taken something, or wants nothing more. */
  onRoom(): void {
    this.#goOn?.();
  }

  /** Feeds the channel. Rejects with what the mover fails with, and with what is wrong with its frames. */
  async run(): Promise<void> {
    const channel = this.#channel;
    const frames = this.#iterator();
    try {
      for (;;) {
        const next = await this.#nextUnlessComplete(frames);
        if (channel.isComplete) return;
        if (next === undefined || next.done === true) break;
        channel.accept(next.value);
        while (channel.numQueued >= MAX_QUEUED_PAGES && !channel.isComplete) {
          await new Promise<void>((resolve) => {
            this.#goOn = resolve;
          });
        }
        if (channel.isComplete) return;
      }
      channel.endOfFrames();
    } finally {
      // A mover that waits for frames which nobody wants any more may never answer.
      void this.#ended(frames);
    }
  }

  #iterator(): AsyncIterator<Uint8Array> | Iterator<Uint8Array> {
    const frames = this.#receive();
    return Symbol.asyncIterator in frames ? frames[Symbol.asyncIterator]() : frames[Symbol.iterator]();
  }

  async #ended(frames: AsyncIterator<Uint8Array> | Iterator<Uint8Array>): Promise<void> {
    try {
      await frames.return?.();
    } catch {
      // Whatever it fails with concerns frames that are not wanted.
    }
  }

  /** Returns what the mover has next; undefined when the task closes the channel while that is waited for. */
  async #nextUnlessComplete(
    frames: AsyncIterator<Uint8Array> | Iterator<Uint8Array>,
  ): Promise<IteratorResult<Uint8Array> | undefined> {
    return await new Promise((resolve, reject) => {
      this.#goOn = () => {
        if (this.#channel.isComplete) resolve(undefined);
      };
      Promise.resolve(frames.next()).then(resolve, reject);
    });
  }
}
