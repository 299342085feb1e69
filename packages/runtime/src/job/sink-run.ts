/**
 * Writes to a sink in two phases, so that a job that fails or is cancelled leaves nothing: all writers of all sinks are
 * closed before the first sink commits. A sink that hangs keeps no job from being cancelled: it is waited for, for a while.
 */
import type { IoContext, Sink, SinkWriter, SubtaskIoContext } from "@millrace/core";
import { untilEnded } from "./until-ended.js";

/** Is one sink of a running job, from its initialisation to its commit or abort. */
export class SinkRun {
  readonly sink: Sink<unknown>;
  readonly #context: IoContext;
  /** The writers that are open, each with what it is doing. */
  readonly #open = new Map<SinkWriter<unknown>, Promise<unknown>>();
  /** Writers that are being opened. */
  readonly #opening = new Set<Promise<unknown>>();
  /** Whether writers were aborted: one that is opened after that was waited for too long. */
  #isAborted = false;

  constructor(sink: Sink<unknown>, context: IoContext) {
    this.sink = sink;
    this.#context = context;
  }

  /** Opens the writer of one task. */
  async openWriter(context: SubtaskIoContext): Promise<SinkWriter<unknown>> {
    const opening = this.sink.openWriter(context);
    this.#opening.add(opening);
    try {
      const writer = await opening;
      if (this.#isAborted) await writer.abort();
      else this.#open.set(writer, Promise.resolve());
      return writer;
    } finally {
      this.#opening.delete(opening);
    }
  }

  /** Takes note of what a writer is doing: it is aborted when that is over, or takes too long. */
  isBusy(writer: SinkWriter<unknown>, work: Promise<unknown>): void {
    this.#open.set(writer, work);
  }

  /** Closes a writer. */
  async close(writer: SinkWriter<unknown>): Promise<void> {
    const closing = writer.close();
    this.#open.set(writer, closing);
    await closing;
    this.#open.delete(writer);
  }

  /** Makes the output visible. */
  async commit(): Promise<void> {
    await this.sink.commit?.(this.#context);
  }

  /** Aborts the writers that are open, then removes the output. It tries everything, then throws the first failure. */
  async abort(): Promise<void> {
    const failures = await this.#abortWriters();
    await this.#attempt(() => this.sink.abort?.(this.#context), failures);
    if (failures.length > 0) throw failures[0];
  }

  /** Aborts the writers that are open, and leaves the output to whoever has the sink. Likewise. */
  async abortWriters(): Promise<void> {
    const failures = await this.#abortWriters();
    if (failures.length > 0) throw failures[0];
  }

  async #abortWriters(): Promise<unknown[]> {
    const failures: unknown[] = [];
    const { host } = this.#context;
    await untilEnded(this.#opening, host);
    this.#isAborted = true;
    for (const [writer, work] of this.#open) {
      await untilEnded([work], host);
      await this.#attempt(() => writer.abort(), failures);
    }
    this.#open.clear();
    return failures;
  }

  /** Does something, and waits for it, but not for ever. */
  async #attempt(action: () => Promise<void> | undefined, failures: unknown[]): Promise<void> {
    const work = (async () => action())().catch((error: unknown) => void failures.push(error));
    await untilEnded([work], this.#context.host);
  }
}
