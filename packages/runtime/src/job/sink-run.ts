/**
 * Writes to a sink in two phases, so that a job that fails or is cancelled leaves nothing: all writers of all sinks are
 * closed before the first sink commits.
 */
import type { IoContext, Sink, SinkWriter, SubtaskIoContext } from "@millrace/core";

/** Is one sink of a running job, from its initialisation to its commit or abort. */
export class SinkRun {
  readonly sink: Sink<unknown>;
  readonly #context: IoContext;
  readonly #ended: (works: Iterable<Promise<unknown>>) => Promise<void>;
  /** The writers that are open, each with what it is doing. */
  readonly #open = new Map<SinkWriter<unknown>, Promise<unknown>>();
  /** Writers that are being opened. */
  readonly #opening = new Set<Promise<unknown>>();

  /** @param ended - waits for what a sink is doing, but not for ever: a sink that hangs must not keep a job from being cancelled */
  constructor(
    sink: Sink<unknown>,
    context: IoContext,
    ended: (works: Iterable<Promise<unknown>>) => Promise<void> = async (works) => {
      await Promise.allSettled(works);
    },
  ) {
    this.sink = sink;
    this.#context = context;
    this.#ended = ended;
  }

  /** Opens the writer of one task. */
  async openWriter(context: SubtaskIoContext): Promise<SinkWriter<unknown>> {
    const opening = this.sink.openWriter(context);
    this.#opening.add(opening);
    try {
      const writer = await opening;
      this.#open.set(writer, Promise.resolve());
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
    await attempt(() => this.sink.abort?.(this.#context), failures);
    if (failures.length > 0) throw failures[0];
  }

  /** Aborts the writers that are open, and leaves the output to whoever has the sink. Likewise. */
  async abortWriters(): Promise<void> {
    const failures = await this.#abortWriters();
    if (failures.length > 0) throw failures[0];
  }

  async #abortWriters(): Promise<unknown[]> {
    const failures: unknown[] = [];
    await this.#ended(this.#opening);
    for (const [writer, work] of this.#open) {
      await this.#ended([work]);
      await attempt(() => writer.abort(), failures);
    }
    this.#open.clear();
    return failures;
  }
}

async function attempt(action: () => Promise<void> | undefined, failures: unknown[]): Promise<void> {
  try {
    await action();
  } catch (error) {
    failures.push(error);
  }
}
