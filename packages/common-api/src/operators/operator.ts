import type { Configuration, TypeInformation } from "@millrace/core";
import type { SourceLocation } from "../functions/user-function.js";

/**
 * What can be set on an operator after it was made. It may change until a plan is made of it.
 * @public
 */
export interface OperatorSettings {
  /** The name in plans and errors, such as `Map at job.ts:12:8`. */
  name: string;
  /** The number of subtasks, at least 1; undefined means the environment's. */
  parallelism: number | undefined;
  /** The declared type of the results; undefined when it is found out from the records. */
  resultType: TypeInformation<unknown> | undefined;
}

/** A data set that every subtask of a function can read as a whole. @public */
export interface BroadcastInput {
  /** The name it was given; undefined when it is asked for by its data set only. */
  readonly name: string | undefined;
  /** Computes the data set. */
  readonly operator: Operator;
}

/** What operators with user code have besides. @public */
export interface FunctionSettings {
  /** What was given by `withBroadcastSet`. */
  readonly broadcastInputs: BroadcastInput[];
  /** What was given by `withParameters`. */
  parameters: Configuration | undefined;
  /** What the user declares the function to do with fields, for the optimizer. */
  semantics: SemanticProperties;
}

/**
 * Declares what a function does with the fields of its inputs (B119, B120): index 0 is the first input, 1 the second.
 * Paths are field paths; `*` is the whole record.
 * @public
 */
export interface SemanticProperties {
  /** Fields that are copied unchanged, per input. */
  readonly forwardedFields: readonly (readonly { readonly from: string; readonly to: string }[])[];
  /** Fields that decide the result, per input; undefined means that nothing is known. */
  readonly readFields: readonly (readonly string[] | undefined)[];
}

/**
 * Is a node of the logical plan: what is to be computed, with nothing about how. Subclasses are data; an engine switches
 * over `kind` of {@link LogicalOperator}.
 * @public
 */
export abstract class Operator {
  /** Names the subclass. */
  abstract readonly kind: string;
  /** The operators that this one reads, in order. Broadcast inputs are not among them. */
  readonly inputs: readonly Operator[];
  /** Where the user's program made it; undefined when that is not known. */
  readonly location: SourceLocation | undefined;
  /** What may still change. */
  readonly settings: OperatorSettings;

  protected constructor(inputs: readonly Operator[], common: OperatorCommon) {
    this.inputs = inputs;
    this.location = common.location;
    this.settings = { name: common.name, parallelism: undefined, resultType: undefined };
  }
}

/** What every operator is made with. @public */
export interface OperatorCommon {
  /** The name in plans and errors. */
  readonly name: string;
  /** Where the user's program makes it; undefined when that is not known. */
  readonly location: SourceLocation | undefined;
}

/** Is an operator with one input. @public */
export abstract class SingleInputOperator extends Operator {
  /** The operator that this one reads. */
  get input(): Operator {
    return this.inputs[0] as Operator;
  }

  protected constructor(input: Operator, common: OperatorCommon) {
    super([input], common);
  }
}

/** Is an operator with two inputs. @public */
export abstract class TwoInputOperator extends Operator {
  /** The first input. */
  get left(): Operator {
    return this.inputs[0] as Operator;
  }

  /** The second input. */
  get right(): Operator {
    return this.inputs[1] as Operator;
  }

  protected constructor(left: Operator, right: Operator, common: OperatorCommon) {
    super([left, right], common);
  }
}

/** Returns settings of a function about which nothing was declared. @internal */
export function newFunctionSettings(): FunctionSettings {
  return {
    broadcastInputs: [],
    parameters: undefined,
    semantics: { forwardedFields: [], readFields: [] },
  };
}
