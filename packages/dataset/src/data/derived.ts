import type { Operator } from "@millrace/common-api";
import type { DataSet } from "../data-set.js";
import type { UdfDataSet } from "../udf-data-set.js";
import type { Data } from "./data.js";
import { nodeOf } from "./node-state.js";

/** Makes a data set of an operator, in the environment of `from`. @internal */
export function dataSetOf<T>(from: Data<unknown>, operator: Operator): DataSet<T> {
  const { environment } = nodeOf(from);
  return environment.factory.dataSet<T>(operator, environment);
}

/** Makes a data set of an operator with user code, in the environment of `from`. @internal */
export function udfDataSetOf<T>(from: Data<unknown>, operator: Operator): UdfDataSet<T> {
  const { environment } = nodeOf(from);
  return environment.factory.udf<T>(operator, environment);
}

/** Returns the operator of a data set. @internal */
export function operatorOf(data: Data<unknown>): Operator {
  return nodeOf(data).operator;
}
