/**
 * Reads one stream of frames: what one task of an edge's source sent to one task of its consumer. Movers may repeat frames and change
 * their order: frames that came before are dropped, frames that come early wait for those before them.
 *
 * A producer that is run again sends other frames: pages end elsewhere, and records come in another order. So a stream is read of one
 * attempt. Frames of earlier ones are dropped; those of a later one take their place as long as nothing was read, and are an error after that.
 */
import {
  type CustomType,
  Memory,
  MemorySegment,
  MillraceError,
  type MemorySegment as Page,
  RowLayout,
  readPageHeader,
} from "@millrace/core";
import type { ChannelEvent } from "../exchange/exchange.js";
import type { GateChannel } from "../exchange/input-gate.js";
import { isPage } from "../exchange/ring-channel.js";
import type { LayoutTable } from "../rows/stream-layout.js";
import { corrupt, type Frame, type FrameStream, misplaced, readFrame } from "./frame.js";

/** How many frames may come before one that belongs in front of them: whoever loses frames must not fill the memory. */
const MAX_EARLY_FRAMES = 4096;

/** Is what a channel of frames is made of. */
export interface FrameInputParts {
  readonly stream: FrameStream;
  /** Whether it ends once per superstep of an iteration. */
  readonly isDynamic: boolean;
  /** The hash of the job's id. */
  readonly job: bigint;
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
  #attempt = 0;
  #nextSequence = 0;
  #hasDelivered = false;
  /** Whether pages are dropped until the superstep ends. */
  #isSkipping = false;
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

  /** Whether nothing more is wanted: all came, or the task reads no more. */
  get isComplete(): boolean {
    return this.#hasEnded || this.#isClosed;
  }

  /** Takes a frame in. Throws FRAME_CORRUPT, FRAME_VERSION_MISMATCH, FRAME_MISPLACED, FRAME_MISSING and FRAME_SUPERSEDED. */
  accept(bytes: Uint8Array): void {
    const frame = readFrame(bytes);
    this.#checkPlace(frame);
    if (frame.attempt > this.#attempt) this.#turnTo(frame.attempt);
    const isRepeated = frame.sequence < this.#nextSequence || this.#early.has(frame.sequence);
    if (frame.attempt < this.#attempt || isRepeated || this.isComplete) return;
    this.#early.set(frame.sequence, frame);
    if (this.#early.size > MAX_EARLY_FRAMES) throw this.#missing();
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) this.#deliver(next);
  }

  /** Is called when the mover has no more frames. Throws FRAME_MISSING unless all came. */
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
    if (!this.#parts.isDynamic) {
      this.close();
      return;
    }
    while (isPage(this.#elements[0])) this.#elements.shift();
    this.#isSkipping = this.#elements.length === 0;
    this.#parts.onRoom();
  }

  close(): void {
    this.#isClosed = true;
    this.#elements.length = 0;
    this.#early.clear();
    this.#parts.onRoom();
  }

  #checkPlace(frame: Frame): void {
    const { stream, job } = this.#parts;
    const { edge, producer, partition } = stream;
    if (frame.job !== job) throw misplaced("of another job", `frames of one job, for ${textOf(stream)}`);
    if (frame.edge !== edge || frame.producer !== producer || frame.partition !== partition) {
      throw misplaced(`of ${textOf(frame)}`, `frames of ${textOf(stream)}`);
    }
  }

  #turnTo(attempt: number): void {
    if (this.#isClosed) return;
    if (this.#hasDelivered) throw superseded(this.#parts.stream, this.#attempt, attempt);
    this.#attempt = attempt;
    this.#nextSequence = 0;
    this.#early.clear();
  }

  #takeNext(): Frame | undefined {
    const frame = this.#early.get(this.#nextSequence);
    if (frame === undefined) return undefined;
    this.#early.delete(this.#nextSequence);
    this.#nextSequence++;
    return frame;
  }

  #deliver({ kind, payload }: Frame): void {
    const { layouts, customTypes, onReadable, stream } = this.#parts;
    switch (kind) {
      case "layout":
        layouts.add(RowLayout.fromJson(JSON.parse(new TextDecoder().decode(payload)), customTypes));
        return;
      case "page":
      case "large":
        if (!this.#isSkipping) this.#elements.push(pageOf(payload));
        break;
      case "superstep":
        this.#elements.push({ kind: "endOfSuperstep", superstep: superstepOf(payload) });
        break;
      case "end":
        this.#hasEnded = true;
        this.#elements.push({ kind: "endOfInput" });
        break;
      default:
        throw misplaced(`of kind ${kind}`, `frames of ${textOf(stream)}`);
    }
    if (kind === "superstep" || kind === "end") this.#isSkipping = false;
    this.#hasDelivered = true;
    onReadable();
  }

  #missing(): MillraceError {
    return new MillraceError({
      code: "FRAME_MISSING",
      what: `Frame ${this.#nextSequence} of ${textOf(this.#parts.stream)} did not come`,
      expected: "all frames of a stream, up to the one that ends it",
      fix: "Have whoever moves the frames send it again, or run the subtask again that sent it.",
    });
  }
}

function textOf({ edge, producer, partition }: FrameStream): string {
  return `edge ${edge}, producer ${producer}, partition ${partition}`;
}

function superseded(stream: FrameStream, attempt: number, later: number): MillraceError {
  return new MillraceError({
    code: "FRAME_SUPERSEDED",
    what: `A frame of attempt ${later} of ${textOf(stream)} came when frames of attempt ${attempt} had been read`,
    expected: "frames of one attempt: the same subtask, run again, sends other frames",
    fix: "Run this subtask again too, and all that have read what it sent.",
  });
}

function superstepOf(payload: Uint8Array): number {
  if (payload.length !== 4) throw corrupt(`has a superstep of ${payload.length} bytes`, "4");
  return new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
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
