import type { ChannelEvent } from "../exchange/exchange.js";
import type { PageView } from "../exchange/page-view.js";
import type { RecordOutput } from "./driver.js";

/**
 * Is an operator in the form that streams need: it is told of pages and events of each channel and has its state in fields, so that it
 * can be saved between any two calls. Drivers, whose state is where they stand in their code, cannot.
 *
 * Calls come one at a time. After each, the output may be full; the next comes when it is not.
 * @internal
 */
export interface PushOperator {
  /** Takes the rows of a page; they lie there during the call. */
  onPage(channel: number, page: PageView): void;
  /** Takes an event. After `endOfInput` nothing more comes from the channel. */
  onEvent(channel: number, event: ChannelEvent): void;
  /** Is called at or after a time that the operator asked for. */
  onTimer(time: number): void;
  /** Returns the state, as data. */
  snapshot(): unknown;
  /** Lets go of everything; called once. Never throws. */
  close(): void;
}

/** Is what an operator can do besides taking what it is told. @internal */
export interface PushContext {
  /** How many channels there are. */
  readonly numChannels: number;
  /** Where results go. */
  readonly out: RecordOutput;
  /** Stops the reading of a channel; urgent events come all the same. What it has stays there and holds its producer back. */
  block(channel: number): void;
  /** Goes on with the reading of a channel. */
  unblock(channel: number): void;
  /** Returns what would come from a channel after `offset` elements, without taking it: rows of a page, or an event. */
  peek(channel: number, offset: number): PageView | ChannelEvent | undefined;
  /** Sends an event to all consumers when the call returns, behind all that was collected in it. */
  send(event: ChannelEvent): void;
  /** Asks for a call of `onTimer` at `time`, in milliseconds of the host's monotonic clock. */
  callAt(time: number): void;
  /** The time now. */
  now(): number;
}
