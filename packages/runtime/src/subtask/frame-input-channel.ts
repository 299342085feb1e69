/**
 * Reads one stream of frames: what one task of an edge's source sent to one task of its consumer. Movers may repeat frames and change
 * their order: frames that came before are dropped, frames that come early wait for those before them.
 */
import {
  type CustomType,
  Memory,
  MemorySegment,
  type MemorySegment as Page,
  RowLayout,
  readPageHeader,
} from "@millrace/core";
import type { ChannelEvent } from "../exchange/exchange.js";
import type { GateChannel } from "../exchange/input-gate.js";
import type { LayoutTable } from "../rows/stream-layout.js";
import { corrupt, type Frame, readFrame } from "./frame.js";

/** How many frames may come before one that belongs in front of them: whoever loses frames must not fill the memory. */
const MAX_EARLY_FRAMES = 4096;

/** Names what one task of an edge's source sends to one task of its consumer. @internal */
export interface FrameStream {
  /** Which edge of the plan. */
  readonly edge: number;
  /** Which task of the edge's source. */
  readonly producer: number;
  /** Which task of the edge's consumer. */
  readonly partition: number;
}

/** Is what a channel of frames is made of. */
export interface FrameInputParts {
  readonly stream: FrameStream;
  readonly layouts: LayoutTable;
  readonly customTypes: readonly CustomType[];
  /** Is told that there is something to read. */
  readonly onReadable: () => void;
  /** Is told that something was taken or that nothing more is wanted. */
  readonly onRoom: () => void;
}

/** Is the consumer's side of a stream of frames. */
export class FrameInputChannel implements GateChannel {
  readonly #parts: FrameInputParts;
  readonly #elements: (Page | ChannelEvent)[] = [];
  readonly #early = new Map<number, Frame>();
  #nextSequence = 0;
  #numRepeated = 0;
  #hasEnded = false;
  #isClosed = false;

  constructor(parts: FrameInputParts) {
    this.#parts = parts;
  }

  /** Which stream it is. */
  get stream(): FrameStream {
    return this.#parts.stream;
  }

  /** How many pages and events wait to be read. */
  get numQueued(): number {
    return this.#elements.length;
  }

  /** How many frames came a second time. */
  get numRepeated(): number {
    return this.#numRepeated;
  }

  /** Whether nothing more is wanted: all came, or the task reads no more. */
  get isComplete(): boolean {
    return this.#hasEnded || this.#isClosed;
  }

  /** Takes a frame in. Throws FRAME_CORRUPT. */
  accept(bytes: Uint8Array): void {
    const frame = readFrame(bytes);
    const { edge, producer, partition } = this.#parts.stream;
    if (frame.edge !== edge || frame.producer !== producer || frame.partition !== partition) {
      throw corrupt(
        `of edge ${frame.edge}, producer ${frame.producer}, partition ${frame.partition} was given where it does not belong`,
        `frames of edge ${edge}, producer ${producer}, partition ${partition}`,
      );
    }
    if (frame.sequence < this.#nextSequence || this.#early.has(frame.sequence)) {
      this.#numRepeated++;
      return;
    }
    this.#early.set(frame.sequence, frame);
    if (this.#early.size > MAX_EARLY_FRAMES) throw this.#missing();
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) this.#deliver(next);
  }

  /** Is called when the mover has no more frames. Throws FRAME_CORRUPT unless all came. */
  endOfFrames(): void {
    if (!this.isComplete) throw this.#missing();
  }

  poll(): Page | ChannelEvent | undefined {
    const element = this.#elements.shift();
    if (element !== undefined) this.#parts.onRoom();
    return element;
  }

  peek(offset: number): Page | ChannelEvent | undefined {
    return this.#elements[offset];
  }

  release(): void {
    // Pages that came in frames lie on the heap, and are nobody's.
  }

  skip(): void {
    this.close();
  }

  close(): void {
    this.#isClosed = true;
    this.#elements.length = 0;
    this.#early.clear();
    this.#parts.onRoom();
  }

  #takeNext(): Frame | undefined {
    const frame = this.#early.get(this.#nextSequence);
    if (frame === undefined) return undefined;
    this.#early.delete(this.#nextSequence);
    this.#nextSequence++;
    return frame;
  }

  #deliver({ kind, payload }: Frame): void {
    if (this.#isClosed) return;
    const { layouts, customTypes, onReadable } = this.#parts;
    switch (kind) {
      case "layout":
        layouts.add(RowLayout.fromJson(JSON.parse(new TextDecoder().decode(payload)), customTypes));
        return;
      case "page":
      case "large":
        this.#elements.push(pageOf(payload));
        break;
      case "end":
        this.#hasEnded = true;
        this.#elements.push({ kind: "endOfInput" });
        break;
    }
    onReadable();
  }

  #missing(): Error {
    const { edge, producer, partition } = this.#parts.stream;
    return corrupt(
      `number ${this.#nextSequence} of edge ${edge}, producer ${producer}, partition ${partition} did not come`,
      "all frames of a stream, up to the one that ends it",
    );
  }
}

function pageOf(payload: Uint8Array): Page {
  if (payload.length % 8 !== 0) throw corrupt(`has a page of ${payload.length} bytes`, "a multiple of 8");
  const memory = new Memory(new ArrayBuffer(payload.length));
  memory.u8.set(payload);
  const page = new MemorySegment(memory, 0, payload.length);
  const { usedBytes } = readPageHeader(page);
  if (usedBytes !== payload.length)
    throw corrupt(`has a page of which ${usedBytes} bytes are used`, `${payload.length}`);
  return page;
}
