import type { LogicalOperator, Operator } from "@millrace/common-api";
import { type ErrorPlace, isMillraceError, MillraceError, thrownText } from "@millrace/core";
import { type JobAttempt, throwIfCancelled } from "./job-attempt.js";
import { forwardedOrRebalanced, type Partitions } from "./partitions.js";
import type { Superstep } from "./superstep.js";

/** Is one evaluation of one operator: what it reads, and how many subtasks share the work. */
export class OperatorRun<O extends LogicalOperator = LogicalOperator> {
  readonly operator: O;
  /** How many subtasks, which is how many partitions the result has. */
  readonly parallelism: number;
  readonly job: JobAttempt;
  /** The superstep that the evaluation belongs to; undefined outside of iterations. */
  readonly superstep: Superstep | undefined;
  readonly #results: ReadonlyMap<Operator, Partitions>;

  constructor(
    operator: O,
    parallelism: number,
    job: JobAttempt,
    superstep: Superstep | undefined,
    results: ReadonlyMap<Operator, Partitions>,
  ) {
    this.operator = operator;
    this.parallelism = parallelism;
    this.job = job;
    this.superstep = superstep;
    this.#results = results;
  }

  /** Returns the records of an operator that was evaluated before, as they lie there. */
  resultOf(operator: Operator): Partitions {
    return this.#results.get(operator) as Partitions;
  }

  /** Returns the records of the first input as they lie there. */
  get input(): Partitions {
    return this.resultOf(this.operator.inputs[0] as Operator);
  }

  /** Returns the records of the second input as they lie there. */
  get secondInput(): Partitions {
    return this.resultOf(this.operator.inputs[1] as Operator);
  }

  /** Returns the first input with one partition for each subtask. */
  get forwardedInput(): Partitions {
    return forwardedOrRebalanced(this.input, this.parallelism);
  }

  /** Runs work that a source or sink does; what it throws is reported with its place. */
  async reported<R>(subtask: number | undefined, action: () => R): Promise<Awaited<R>> {
    try {
      return await action();
    } catch (error) {
      throw this.outsideFailure(error, subtask);
    }
  }

  /** Returns the error to report for what a source or sink threw; throws when the job was cancelled. */
  outsideFailure(error: unknown, subtask: number | undefined): unknown {
    throwIfCancelled(this.job);
    return this.#failure(error, "source or sink", subtask);
  }

  /** Calls code of the user that belongs to no subtask. What it throws is not reported when the job was cancelled. */
  calling<R>(method: string, action: () => R): R {
    try {
      return action();
    } catch (error) {
      throwIfCancelled(this.job);
      throw this.#failure(error, `function ${method}`);
    }
  }

  #failure(error: unknown, what: string, subtask?: number): unknown {
    if (error instanceof MillraceError)
      return error.where.operator === undefined ? error.at(this.place(subtask)) : error;
    if (isMillraceError(error)) return error;
    return new MillraceError({
      code: "FUNCTION_FAILED",
      what: `The ${what} threw ${thrownText(error)}`,
      where: this.place(subtask),
      cause: error,
    });
  }

  /** Says where a subtask is, for errors. */
  place(subtask?: number): ErrorPlace {
    const { settings, location } = this.operator;
    return { operator: settings.name, ...(subtask === undefined ? {} : { subtask }), ...location };
  }
}
