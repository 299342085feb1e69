import {
  type Accumulator,
  type AccumulatorClass,
  type Aggregator,
  type BroadcastHandle,
  Configuration,
  MillraceError,
  type ParameterValue,
  type RuntimeContext,
} from "@millrace/core";
import type { OperatorInfo } from "@millrace/job-graph";
import type { IterationState } from "../iteration/iteration-state.js";
import type { JobContext } from "../job/job-context.js";
import { SubtaskAccumulators } from "../job/subtask-accumulators.js";

/** Is a broadcast set as one task has it. */
export interface BroadcastSet {
  readonly operatorId: number;
  readonly name: string | undefined;
  readonly dataSetId: number;
  /** Returns all its records, freshly read. */
  read(): unknown[];
  /** Returns what the first initializer in this slot and superstep made of the set. */
  initialized(initialize: (records: Iterable<unknown>) => unknown): unknown;
}

/** Is the runtime context of one operator in one task, the same object in all supersteps. */
export class OperatorRuntimeContext implements RuntimeContext {
  readonly taskName: string;
  readonly numParallelSubtasks: number;
  readonly subtaskIndex: number;
  readonly attemptNumber: number;
  readonly accumulators = new SubtaskAccumulators();
  readonly operator: OperatorInfo;
  readonly #job: JobContext;
  readonly #sets: readonly BroadcastSet[];
  readonly #iteration: IterationState | undefined;
  /** What was read in this superstep. */
  readonly #read = new Map<BroadcastSet, readonly unknown[]>();

  constructor(
    operator: OperatorInfo,
    subtask: { readonly index: number; readonly parallelism: number },
    job: JobContext,
    broadcasts: readonly BroadcastSet[],
    iteration: IterationState | undefined,
  ) {
    this.taskName = operator.name;
    this.numParallelSubtasks = subtask.parallelism;
    this.subtaskIndex = subtask.index;
    this.attemptNumber = job.attemptNumber;
    this.operator = operator;
    this.#job = job;
    this.#sets = broadcasts.filter(({ operatorId }) => operatorId === operator.id);
    this.#iteration = iteration;
  }

  /** Begins a run of the operator's function: another superstep has other broadcast sets. */
  begin(): void {
    this.#read.clear();
    this.accumulators.begin();
  }

  getParameters(): Configuration {
    return new Configuration((this.operator.parameters ?? {}) as Record<string, ParameterValue>);
  }

  getJobParameters(): Configuration {
    return this.#job.jobParameters;
  }

  getAccumulator<A extends Accumulator<never, unknown>>(name: string, type: AccumulatorClass<A>): A {
    return this.accumulators.get(name, type);
  }

  addAccumulator<V, R>(name: string, accumulator: Accumulator<V, R>): void {
    this.accumulators.add(name, accumulator);
  }

  hasBroadcastVariable(name: string): boolean {
    return this.#sets.some((set) => set.name === name);
  }

  getBroadcastVariable<T>(nameOrDataSet: string | BroadcastHandle<T>): readonly T[] {
    const set = this.#find(nameOrDataSet);
    let records = this.#read.get(set);
    if (records === undefined) {
      records = set.read();
      this.#read.set(set, records);
    }
    return records as readonly T[];
  }

  getBroadcastVariableWithInitializer<T, R>(
    nameOrDataSet: string | BroadcastHandle<T>,
    initialize: (records: Iterable<T>) => R,
  ): R {
    return this.#find(nameOrDataSet).initialized(initialize as (records: Iterable<unknown>) => unknown) as R;
  }

  getCachedFile(name: string): string {
    const path = this.#job.cachedFiles.get(name);
    if (path !== undefined) return path;
    throw new MillraceError({
      code: "MISSING_CACHED_FILE",
      what: `No cached file is named ${JSON.stringify(name)}`,
      expected: `one of those that are registered: ${listOf([...this.#job.cachedFiles.keys()])}`,
      fix: "Register it by env.registerCachedFile(path, name) before the job starts.",
    });
  }

  isInIteration(): boolean {
    return this.#iteration !== undefined;
  }

  getSuperstepNumber(): number {
    return this.#inIteration().superstep;
  }

  getIterationAggregator<V>(name: string): Aggregator<V> {
    return this.#inIteration().aggregatorOf(this, name) as Aggregator<V>;
  }

  getPreviousIterationAggregate<V>(name: string): V | null {
    return this.#inIteration().previousAggregate(name) as V | null;
  }

  #inIteration(): IterationState {
    if (this.#iteration !== undefined) return this.#iteration;
    throw new MillraceError({
      code: "NOT_IN_ITERATION",
      what: "A function asks for the superstep, but its operator is in no iteration",
      expected: "an operator that depends on the partial solution, the workset or the solution set",
      fix: "Ask context.isInIteration() first; what does not change in an iteration is computed once, before it.",
    });
  }

  #find(nameOrDataSet: string | BroadcastHandle<unknown>): BroadcastSet {
    const isName = typeof nameOrDataSet === "string";
    const id = isName ? undefined : this.#job.objects.dataSetIdOf(nameOrDataSet);
    const found = this.#sets.find((set) => (isName ? set.name === nameOrDataSet : set.dataSetId === id));
    if (found !== undefined) return found;
    const asked = isName ? JSON.stringify(nameOrDataSet) : "this data set";
    throw new MillraceError({
      code: "MISSING_BROADCAST_SET",
      what: `The function asks for the broadcast set ${asked}, which its operator was not given`,
      expected: `one of those that it was given: ${listOf(this.#sets.map((set) => set.name ?? `data set ${set.dataSetId}`))}`,
      fix: "Add .withBroadcastSet(dataSet, name) to the operator.",
    });
  }
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
