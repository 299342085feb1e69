import { invariant, type MemorySegment, readPageHeader } from "@millrace/core";
import type { ChannelEvent, OutputChannel } from "../exchange/exchange.js";
import { isLargePage } from "../exchange/page-writer.js";
import type { LayoutTable } from "../rows/stream-layout.js";
import { type FrameKind, type FrameStream, writeFrame } from "./frame.js";

/** How many frames of one stream may be on their way to the mover at once. */
const MAX_PENDING_FRAMES = 4;
const NO_PAYLOAD = new Uint8Array(0);

/** Is what a channel of frames is made of. */
export interface FrameOutputParts {
  readonly stream: FrameStream;
  /** The hash of the job's id. */
  readonly job: bigint;
  /** Which attempt of the subtask it is. */
  readonly attempt: number;
  readonly layouts: LayoutTable;
  /** Gives a frame to the mover; a promise holds further ones back. */
  readonly send: (frame: Uint8Array) => void | Promise<void>;
  /** Takes a page back whose rows are in a frame. */
  readonly onSent: (page: MemorySegment) => void;
  /** Is told that there is room again. */
  readonly onRoom: () => void;
  /** Is told what the mover failed with. */
  readonly onFailure: (error: unknown) => void;
}

/** Is the producer's side of a stream of frames. */
export class FrameOutputChannel implements OutputChannel {
  readonly #parts: FrameOutputParts;
  /** The layouts that were described, by their numbers. */
  readonly #described = new Set<number>();
  readonly #pending = new Set<Promise<void>>();
  #nextSequence = 0;
  #isWanted = true;

  constructor(parts: FrameOutputParts) {
    this.#parts = parts;
  }

  /** Which stream it is. */
  get stream(): FrameStream {
    return this.#parts.stream;
  }

  get hasRoom(): boolean {
    return this.#pending.size < MAX_PENDING_FRAMES || !this.#isWanted;
  }

  get hasLargeRow(): boolean {
    return this.#pending.size > 0 && this.#isWanted;
  }

  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Drops pages from now on: nobody reads them. The frame that ends the stream is sent all the same. */
  stop(): void {
    this.#isWanted = false;
  }

  sendPage(page: MemorySegment): void {
    if (!this.#isWanted) {
      this.#parts.onSent(page);
      return;
    }
    const { layoutId, usedBytes } = readPageHeader(page);
    const layout = this.#parts.layouts.of(layoutId);
    if (!this.#described.has(layout.index)) {
      this.#described.add(layout.index);
      this.#send("layout", new TextEncoder().encode(JSON.stringify(layout.layout)));
    }
    this.#send(isLargePage(page) ? "large" : "page", page.bytes().subarray(0, usedBytes));
    this.#parts.onSent(page);
  }

  sendEvent(event: ChannelEvent): void {
    switch (event.kind) {
      case "endOfInput":
        this.#send("end", NO_PAYLOAD);
        break;
      case "endOfSuperstep":
        this.#send("superstep", bytesOf(event.superstep));
        break;
      default:
        invariant(false, `no frame carries the event ${event.name}`);
    }
  }

  abort(): void {
    // Without the frame that ends a stream, its reader knows that it is not whole.
  }

  /** Resolves when the mover has taken all frames. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  #send(kind: FrameKind, payload: Uint8Array): void {
    const { stream, job, attempt, send, onRoom, onFailure } = this.#parts;
    const sent = send(writeFrame({ kind, job, attempt, sequence: this.#nextSequence++, ...stream }, payload));
    if (sent === undefined) return;
    const done = sent.then(
      () => {
        this.#pending.delete(done);
        onRoom();
      },
      (error: unknown) => {
        this.#pending.delete(done);
        onFailure(error);
      },
    );
    this.#pending.add(done);
  }
}

function bytesOf(superstep: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, superstep, true);
  return bytes;
}
