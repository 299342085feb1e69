import { functionSettingsOf, type Operator, operatorOf } from "@millrace/common-api";
import {
  type Accumulator,
  type AccumulatorClass,
  type Aggregator,
  type BroadcastHandle,
  Configuration,
  MillraceError,
  type RuntimeContext,
} from "@millrace/core";
import type { OperatorRun } from "../execution/operator-run.js";
import { gathered } from "../execution/partitions.js";
import type { SubtaskAccumulators } from "../execution/subtask-accumulators.js";
import type { Superstep } from "../execution/superstep.js";

/** Holds what all subtasks of one evaluation share: the results of broadcast initializers. */
export type SharedByInitializer = Map<Operator, { readonly result: unknown }>;

/**
 * Is the runtime context of one subtask. Inside of an iteration it is the same object in all supersteps, since a function may
 * hold on to it; it enters each of them anew.
 */
export class CollectionRuntimeContext implements RuntimeContext {
  readonly taskName: string;
  readonly numParallelSubtasks: number;
  readonly subtaskIndex: number;
  readonly attemptNumber: number;
  #run: OperatorRun;
  #initialized: SharedByInitializer;
  #accumulators: SubtaskAccumulators;
  readonly #broadcasts = new Map<Operator, readonly unknown[]>();

  constructor(run: OperatorRun, subtaskIndex: number, initialized: SharedByInitializer) {
    this.taskName = run.operator.settings.name;
    this.numParallelSubtasks = run.parallelism;
    this.subtaskIndex = subtaskIndex;
    this.attemptNumber = run.job.attemptNumber;
    this.#accumulators = run.job.accumulators.ofSubtask(run.operator, subtaskIndex);
    this.#run = run;
    this.#initialized = initialized;
  }

  /** Begins another evaluation of the operator: another superstep, with other broadcast sets. */
  enter(run: OperatorRun, initialized: SharedByInitializer): void {
    this.#accumulators = run.job.accumulators.ofSubtask(run.operator, this.subtaskIndex);
    this.#run = run;
    this.#initialized = initialized;
    this.#broadcasts.clear();
  }

  /** What the subtask has added in this evaluation; the engine takes it at the end. */
  get accumulators(): SubtaskAccumulators {
    return this.#accumulators;
  }

  getParameters(): Configuration {
    return functionSettingsOf(this.#run.operator)?.parameters ?? new Configuration();
  }

  getJobParameters(): Configuration {
    return this.#run.job.jobParameters;
  }

  getAccumulator<A extends Accumulator<never, unknown>>(name: string, type: AccumulatorClass<A>): A {
    return this.#accumulators.get(name, type);
  }

  addAccumulator<V, R>(name: string, accumulator: Accumulator<V, R>): void {
    this.#accumulators.add(name, accumulator);
  }

  hasBroadcastVariable(name: string): boolean {
    return this.#inputs().some((input) => input.name === name);
  }

  getBroadcastVariable<T>(nameOrDataSet: string | BroadcastHandle<T>): readonly T[] {
    const operator = this.#broadcastOperator(nameOrDataSet);
    let records = this.#broadcasts.get(operator);
    if (records === undefined) {
      records = this.#copiesOf(operator);
      this.#broadcasts.set(operator, records);
    }
    return records as readonly T[];
  }

  getBroadcastVariableWithInitializer<T, R>(
    nameOrDataSet: string | BroadcastHandle<T>,
    initialize: (records: Iterable<T>) => R,
  ): R {
    const operator = this.#broadcastOperator(nameOrDataSet);
    // The first initializer counts: all subtasks share its result, as they do on a worker.
    let shared = this.#initialized.get(operator);
    if (shared === undefined) {
      shared = { result: initialize(this.#copiesOf(operator) as T[]) };
      this.#initialized.set(operator, shared);
    }
    return shared.result as R;
  }

  getCachedFile(name: string): string {
    const path = this.#run.job.cachedFiles.get(name);
    if (path !== undefined) return path;
    throw new MillraceError({
      code: "MISSING_CACHED_FILE",
      what: `No cached file is named ${JSON.stringify(name)}`,
      expected: `one of those that are registered: ${listOf([...this.#run.job.cachedFiles.keys()])}`,
      fix: "Register it by env.registerCachedFile(path, name) before the job starts.",
    });
  }

  isInIteration(): boolean {
    return this.#run.superstep !== undefined;
  }

  getSuperstepNumber(): number {
    return this.#superstep().number;
  }

  getIterationAggregator<V>(name: string): Aggregator<V> {
    const { aggregators } = this.#superstep();
    return aggregators.ofSubtask(this.#run.operator, this.subtaskIndex, name) as Aggregator<V>;
  }

  getPreviousIterationAggregate<V>(name: string): V | null {
    return this.#superstep().aggregators.previous(name) as V | null;
  }

  #superstep(): Superstep {
    const { superstep } = this.#run;
    if (superstep !== undefined) return superstep;
    throw new MillraceError({
      code: "NOT_IN_ITERATION",
      what: "A function asks for the superstep, but its operator is in no iteration",
      expected: "an operator that depends on the partial solution, the workset or the solution set",
      fix: "Ask context.isInIteration() first; what does not change in an iteration is computed once, before it.",
    });
  }

  #inputs() {
    return functionSettingsOf(this.#run.operator)?.broadcastInputs ?? [];
  }

  #broadcastOperator(nameOrDataSet: string | BroadcastHandle<unknown>): Operator {
    const wanted = typeof nameOrDataSet === "string" ? undefined : operatorOf(nameOrDataSet);
    const found = this.#inputs().find((input) =>
      wanted === undefined ? input.name === nameOrDataSet : input.operator === wanted,
    );
    if (found !== undefined) return found.operator;
    const asked = typeof nameOrDataSet === "string" ? JSON.stringify(nameOrDataSet) : "this data set";
    throw new MillraceError({
      code: "MISSING_BROADCAST_SET",
      what: `The function asks for the broadcast set ${asked}, which its operator was not given`,
      expected: `one of those that it was given: ${listOf(this.#inputs().map((input) => input.name ?? input.operator.settings.name))}`,
      fix: "Add .withBroadcastSet(dataSet, name) to the operator.",
    });
  }

  #copiesOf(operator: Operator): unknown[] {
    const { copies } = this.#run.job;
    return gathered(this.#run.resultOf(operator)).map((record) => copies.handedOut(record));
  }
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
