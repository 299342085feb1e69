/**
 * Writes to sinks in two phases, so that a job that fails or is cancelled leaves nothing: all writers of all sinks are
 * closed before the first sink commits. Rules [O17] to [O19].
 */

import type { SinkOperator } from "@millrace/common-api";
import type { ErrorPlace, IoContext, Sink, SinkWriter } from "@millrace/core";
import { throwIfCancelled } from "../execution/job-attempt.js";
import type { OperatorRun } from "../execution/operator-run.js";
import { forwardedOrRebalanced, type Partitions } from "../execution/partitions.js";
import { sorted } from "../keys/ordering.js";
import { Subtask } from "../subtask/subtask.js";
import { ioContext, subtaskIoContext } from "./source.js";

/** Is one sink of a running job, from its initialisation to its commit or abort. */
export class SinkRun {
  readonly #run: OperatorRun<SinkOperator>;
  readonly #context: IoContext;
  readonly #openWriters = new Set<SinkWriter<unknown>>();

  constructor(run: OperatorRun<SinkOperator>) {
    this.#run = run;
    this.#context = ioContext(run.job, run.operator.parameters);
  }

  /** Prepares the output; the job's first act, so that an output that may not be overwritten fails it at once. */
  async initialize(): Promise<void> {
    const { sink } = this.#run.operator;
    await this.#run.reported(undefined, () => sink.initialize?.(this.#context, this.#run.parallelism));
  }

  /** Writes all records; every writer is closed when it returns. */
  async write(input: Partitions): Promise<void> {
    const { sink, localOrder, input: inputOperator } = this.#run.operator;
    const partitions = forwardedOrRebalanced(input, this.#run.parallelism);
    for (const [index, records] of partitions.entries()) {
      const subtask = new Subtask(this.#run, index, new Map());
      const ordered = sorted(records, localOrder, inputOperator, subtask);
      await this.#run.reported(index, async () => {
        const writer = await sink.openWriter(subtaskIoContext(subtask, this.#context));
        this.#openWriters.add(writer);
        await this.#writeAll(writer, ordered);
        await writer.close();
        this.#openWriters.delete(writer);
      });
      subtask.end();
    }
  }

  async #writeAll(writer: SinkWriter<unknown>, records: readonly unknown[]): Promise<void> {
    for (const record of records) {
      throwIfCancelled(this.#run.job);
      const taken = writer.write(this.#run.job.copies.handedOut(record));
      if (taken !== undefined) await taken;
    }
  }

  /** What is written to. */
  get sink(): Sink<unknown> {
    return this.#run.operator.sink;
  }

  /** Names the operator. */
  get place(): ErrorPlace {
    return this.#run.place();
  }

  /** Makes the output visible. */
  async commit(): Promise<void> {
    await this.sink.commit?.(this.#context);
  }

  /** Removes the output; tries everything, then throws the first failure. */
  async abort(): Promise<void> {
    const failures: unknown[] = [];
    const attempt = async (action: () => Promise<void> | undefined): Promise<void> => {
      try {
        await action();
      } catch (error) {
        failures.push(error);
      }
    };
    for (const writer of this.#openWriters) await attempt(() => writer.abort());
    this.#openWriters.clear();
    await attempt(() => this.#run.operator.sink.abort?.(this.#context));
    if (failures.length > 0) throw failures[0];
  }
}
