import type { AggregateOperator, FieldAggregation } from "@millrace/common-api";
import type { Comparable, KeyOf, Numeric } from "@millrace/core";
import type { Data } from "./data/data.js";
import { nodeOf } from "./data/node-state.js";
import { DataSet } from "./data-set.js";
import { aggregateOperator } from "./transformations/grouping-transformations.js";

/** Is the result of an aggregation in place, to which further ones can be added in the same pass (B029). @public */
export class AggregateDataSet<out T> extends DataSet<T> {
  /** Also adds up this field; a later aggregation of the same field replaces an earlier one. */
  andSum<S>(this: Data<S>, field: KeyOf<S, Numeric>): AggregateDataSet<S> {
    return withAggregation<S>(this, "sum", field);
  }

  /** Also takes the least value of this field. */
  andMin<S>(this: Data<S>, field: KeyOf<S, Comparable>): AggregateDataSet<S> {
    return withAggregation<S>(this, "min", field);
  }

  /** Also takes the greatest value of this field. */
  andMax<S>(this: Data<S>, field: KeyOf<S, Comparable>): AggregateDataSet<S> {
    return withAggregation<S>(this, "max", field);
  }
}

function withAggregation<S>(data: Data<S>, name: FieldAggregation["aggregation"], field: unknown): AggregateDataSet<S> {
  const { operator, environment } = nodeOf(data);
  const { input, grouping, aggregations } = operator as AggregateOperator;
  const wider = aggregateOperator(input, grouping, name, field, aggregations);
  environment.operators.forget(operator);
  return environment.factory.aggregate<S>(wider, environment);
}
