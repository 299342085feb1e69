import type { SourceOperator } from "@millrace/common-api";
import { Configuration, type ParameterValue } from "@millrace/core";
import { operatorOf } from "./data/derived.js";
import { DataSet } from "./data-set.js";

/** Is a data set that a source reads. @public */
export class SourceDataSet<out T> extends DataSet<T> {
  /** Gives the source parameters, which it reads as `context.parameters` (B112). */
  withParameters(parameters: Configuration | Readonly<Record<string, ParameterValue>>): this {
    const operator = operatorOf(this) as SourceOperator;
    operator.parameters = parameters instanceof Configuration ? parameters : new Configuration(parameters);
    return this;
  }
}
