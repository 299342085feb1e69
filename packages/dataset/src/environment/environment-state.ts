import type { FunctionAnalyzer } from "@millrace/closures";
import type { Operator, Plan, SinkOperator } from "@millrace/common-api";
import type { Engine, EnvironmentOptions, JobResult, SetUpFunction } from "@millrace/core";
import type { DataSetFactory } from "../data/data-set-factory.js";

/**
 * Is what all data sets of an environment share. It knows every operator that was made and is still in use, but keeps none
 * alive: an environment that serves many jobs must not hold the data of past ones.
 * @internal
 */
export interface EnvironmentState {
  /** Names the environment. */
  readonly id: string;
  /** Runs the jobs. */
  readonly engine: Engine<Plan>;
  /** What the environment was configured with. */
  options: EnvironmentOptions;
  /** Makes data sets of operators; here so that the classes need not import each other. */
  readonly factory: DataSetFactory;
  /** Remembers what it read of user functions, across jobs. */
  readonly analyzer: FunctionAnalyzer;
  /** The sinks that the next `execute` takes. */
  readonly sinks: SinkOperator[];
  /** By name: what `registerCachedFile` was given. */
  readonly cachedFiles: Map<string, string>;
  /** What `setUp` was given, in order. */
  readonly setUp: SetUpFunction[];
  /** The operators of live data sets, in the order they were made. */
  readonly operators: OperatorRegistry;
  /** The result of the last job that succeeded; undefined before. */
  lastResult: JobResult | undefined;
}

/** Remembers operators without keeping them alive. @internal */
export class OperatorRegistry {
  #references: WeakRef<Operator>[] = [];
  readonly #forgotten = new WeakSet<Operator>();
  #sizeAtSweep = MIN_SIZE_AT_SWEEP;

  /** Adds the operator of a new data set. */
  add(operator: Operator): void {
    if (this.#references.length >= this.#sizeAtSweep) this.#sweep();
    this.#references.push(new WeakRef(operator));
  }

  /** Leaves out an operator that another one has replaced, such as the bare pairs of a join that then got a function. */
  forget(operator: Operator): void {
    this.#forgotten.add(operator);
  }

  /** Returns those that are still in use, in the order they were added. */
  live(): readonly Operator[] {
    this.#sweep();
    return this.#references.flatMap((reference) => {
      const operator = reference.deref();
      return operator === undefined || this.#forgotten.has(operator) ? [] : [operator];
    });
  }

  #sweep(): void {
    this.#references = this.#references.filter((reference) => reference.deref() !== undefined);
    this.#sizeAtSweep = Math.max(MIN_SIZE_AT_SWEEP, this.#references.length * 2);
  }
}

/** Sweeping is linear, so it happens only when the registry has doubled. */
const MIN_SIZE_AT_SWEEP = 1024;
