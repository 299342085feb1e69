import type { IoContext, Source, SourceSplit } from "@millrace/core";
import { neighbours } from "../drivers/collection-driver.js";

/**
 * Hands the splits of one source to the tasks that ask: each split once, neighbouring splits to the same task, so that a source
 * that is read by several keeps its order.
 */
export class SplitSupply {
  readonly #source: Source<unknown>;
  readonly #parallelism: number;
  readonly #context: IoContext;
  #splits: Promise<readonly SourceSplit[]> | undefined;
  /** By task: how many splits it had. */
  readonly #numTaken: number[];

  constructor(source: Source<unknown>, parallelism: number, context: IoContext) {
    this.#source = source;
    this.#parallelism = parallelism;
    this.#context = context;
    this.#numTaken = new Array(parallelism).fill(0);
  }

  /** Returns the next split for a task; undefined when it had all of its own. */
  async next(subtaskIndex: number): Promise<SourceSplit | undefined> {
    this.#splits ??= this.#source.createSplits(this.#parallelism, this.#context);
    const splits = await this.#splits;
    const [start, end] = neighbours(splits.length, this.#parallelism, subtaskIndex);
    const index = start + this.#numTaken[subtaskIndex]!++;
    return index < end ? splits[index] : undefined;
  }
}
