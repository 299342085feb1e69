import type { UserFunction } from "@millrace/common-api";
import { type ErrorPlace, MillraceError } from "@millrace/core";
import { throwIfCancelled } from "../execution/job-attempt.js";
import type { OperatorRun } from "../execution/operator-run.js";
import { emptyPartitions, type Partitions } from "../execution/partitions.js";
import { takenIn } from "../execution/records.js";
import { CollectionRuntimeContext, type SharedByInitializer } from "./collection-runtime-context.js";
import { UserCode } from "./user-code.js";

/** Is one of the parallel parts of an operator's evaluation. This engine runs them one after the other. */
export class Subtask {
  readonly run: OperatorRun;
  readonly index: number;
  readonly #initialized: SharedByInitializer;
  #context: CollectionRuntimeContext | undefined = undefined;

  constructor(run: OperatorRun, index: number, initialized: SharedByInitializer) {
    this.run = run;
    this.index = index;
    this.#initialized = initialized;
  }

  /** What functions learn of where they run. */
  get context(): CollectionRuntimeContext {
    if (this.#context === undefined) {
      const make = () => new CollectionRuntimeContext(this.run, this.index, this.#initialized);
      this.#context = this.run.job.contexts.of(this.run.operator, this.index, make);
      this.#context.enter(this.run, this.#initialized);
    }
    return this.#context;
  }

  /** Says where this is, for errors. */
  place(): ErrorPlace {
    return this.run.place(this.index);
  }

  /** Hands what the subtask added to its accumulators to the job. */
  end(): void {
    this.run.calling("toState", () => this.run.job.accumulators.take(this.context.accumulators));
  }

  /** Runs work of ours on a record; what it throws is reported with its place. */
  guarded<R>(action: () => R): R {
    try {
      return action();
    } catch (error) {
      throw error instanceof MillraceError && error.where.operator === undefined ? error.at(this.place()) : error;
    }
  }

  /** Takes in a key that a selector gave. */
  takenInKey(key: unknown): unknown {
    const { copies } = this.run.job;
    return copies.plainKey(copies.handedOut(key));
  }

  /** Takes in a record that user code emitted: the copy that is stored. */
  takenIn(record: unknown): unknown {
    const { operator, job } = this.run;
    const { resultType } = operator.settings;
    // These hand on what they read, so values of custom types keep their class.
    const handsOn = operator.kind === "reduce" || operator.kind === "aggregate" || operator.kind === "summarize";
    if (handsOn && resultType === undefined) return this.guarded(() => job.copies.handedOut(record));
    return takenIn(record, resultType, () => this.place());
  }
}

/**
 * Runs a body once per subtask, with a function object of its own that is opened before and closed after, also when the
 * body fails. What the bodies push to `results` are the partitions of the result.
 */
export function withUserCode(
  run: OperatorRun,
  userFunction: UserFunction,
  body: (code: UserCode, results: unknown[], index: number) => void,
): Partitions {
  return perSubtask(run, (subtask, results) => {
    const code = new UserCode(subtask, userFunction);
    code.during(() => body(code, results, subtask.index));
  });
}

/** Runs a body once per subtask; accumulators are merged when it ended. */
export function perSubtask(run: OperatorRun, body: (subtask: Subtask, results: unknown[]) => void): Partitions {
  const initialized: SharedByInitializer = new Map();
  const partitions = emptyPartitions<unknown>(run.parallelism);
  partitions.forEach((results, index) => {
    throwIfCancelled(run.job);
    const subtask = new Subtask(run, index, initialized);
    body(subtask, results);
    subtask.end();
  });
  return partitions;
}
