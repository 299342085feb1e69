import type { AggregatorFactory, ConvergenceCriterion } from "@millrace/core";
import type { Keys } from "../keys/keys.js";
import { Operator, type OperatorCommon, SingleInputOperator, TwoInputOperator } from "./operator.js";

/** Is an aggregator that an iteration registers (B097). @public */
export interface IterationAggregator {
  /** Unique in the iteration. */
  readonly name: string;
  /** Makes the instance of one subtask. */
  readonly factory: AggregatorFactory<unknown>;
  /** Ends the iteration when it returns true after a superstep; undefined for none. At most one per iteration (B098). */
  readonly convergence: ConvergenceCriterion<unknown> | undefined;
}

/** Stands for the partial solution inside of a bulk iteration. @public */
export class PartialSolutionOperator extends Operator {
  readonly kind = "partialSolution";

  constructor(common: OperatorCommon) {
    super([], common);
  }
}

/** Is the step of a bulk iteration, set when it is closed. @public */
export interface BulkStep {
  /** Its result is the next partial solution. */
  readonly next: Operator;
  /** The iteration ends after the superstep in which this has no records; undefined for none (B091). */
  readonly termination: Operator | undefined;
}

/** Repeats a step over its input a fixed number of times, or until a criterion holds (B090). @public */
export class BulkIterationOperator extends SingleInputOperator {
  readonly kind = "bulkIteration";
  /** At least 1. */
  readonly maxIterations: number;
  /** Stands for the partial solution inside of the step. */
  readonly partialSolution: PartialSolutionOperator;
  /** What was registered by `registerAggregator`. */
  readonly aggregators: IterationAggregator[] = [];
  /** Undefined until `closeWith`. */
  step: BulkStep | undefined = undefined;

  constructor(initial: Operator, maxIterations: number, common: OperatorCommon) {
    super(initial, common);
    this.maxIterations = maxIterations;
    this.partialSolution = new PartialSolutionOperator({ ...common, name: `Partial solution of ${common.name}` });
  }
}

/** Stands for the workset inside of a delta iteration. @public */
export class WorksetOperator extends Operator {
  readonly kind = "workset";

  constructor(common: OperatorCommon) {
    super([], common);
  }
}

/** Stands for the solution set inside of a delta iteration; only a join or coGroup on its key reads it (B093). @public */
export class SolutionSetOperator extends Operator {
  readonly kind = "solutionSet";
  /** The key of the solution set, the only one it can be read by. */
  readonly keys: Keys;

  constructor(keys: Keys, common: OperatorCommon) {
    super([], common);
    this.keys = keys;
  }
}

/** Is the step of a delta iteration, set when it is closed. @public */
export interface DeltaStep {
  /** Its records replace those of the solution set with the same key, at the end of the superstep. */
  readonly delta: Operator;
  /** The iteration ends when this has no records. */
  readonly nextWorkset: Operator;
}

/**
 * Repeats a step that changes a solution set, record by record, as long as there is a workset (B092). The inputs are the
 * initial solution set, of which the last record of a key counts, and the initial workset. The result is the solution set.
 * @public
 */
export class DeltaIterationOperator extends TwoInputOperator {
  readonly kind = "deltaIteration";
  /** At least 1. */
  readonly maxIterations: number;
  /** The key of the solution set. */
  readonly keys: Keys;
  /** Stands for the solution set inside of the step. */
  readonly solutionSet: SolutionSetOperator;
  /** Stands for the workset inside of the step. */
  readonly workset: WorksetOperator;
  /** What was registered by `registerAggregator`. */
  readonly aggregators: IterationAggregator[] = [];
  /** Whether the solution set is kept as objects instead of bytes in managed memory (B095). */
  isSolutionSetUnmanaged = false;
  /** Undefined until `closeWith`. */
  step: DeltaStep | undefined = undefined;

  constructor(
    initialSolution: Operator,
    initialWorkset: Operator,
    maxIterations: number,
    keys: Keys,
    common: OperatorCommon,
  ) {
    super(initialSolution, initialWorkset, common);
    this.maxIterations = maxIterations;
    this.keys = keys;
    this.solutionSet = new SolutionSetOperator(keys, { ...common, name: `Solution set of ${common.name}` });
    this.workset = new WorksetOperator({ ...common, name: `Workset of ${common.name}` });
  }
}
