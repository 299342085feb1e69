/** Operators over one record, and over whole partitions where they lie. Rules [O20] to [O29]. */
import type {
  FilterOperator,
  FlatMapOperator,
  MapAsyncOperator,
  MapOperator,
  MapPartitionOperator,
  ProjectOperator,
  SelectOperator,
} from "@millrace/common-api";
import { inputOf, type Stream } from "./stream.js";
import type { ChainedStep, Translation } from "./translation.js";

/** Is an operator that can be fused behind whatever gives its records. */
export type ChainedOperator = MapOperator | FlatMapOperator | FilterOperator | ProjectOperator | SelectOperator;

/** Fuses an operator over one record to what it reads. */
export function chained(translation: Translation, operator: ChainedOperator): Stream {
  const input = translation.streamOf(operator.input);
  const vertex = translation.chain(operator, input, stepOf(translation, operator));
  const isOrdered = input.isOrdered && vertex.parallelism === input.parallelism;
  return translation.streamFrom(operator, vertex, { isOrdered });
}

function stepOf(translation: Translation, operator: ChainedOperator): ChainedStep {
  switch (operator.kind) {
    case "map":
    case "flatMap":
      return { kind: operator.kind, function: translation.ref(operator.function) };
    case "filter": {
      const { predicate } = operator;
      if ("op" in predicate) return { kind: "filterExpression", expression: predicate };
      return { kind: "filter", function: translation.ref(predicate) };
    }
    case "project":
      return { kind: "project", fields: operator.fields };
    case "select":
      return { kind: "select", columns: operator.columns };
  }
}

/** Calls a function on each partition, which is taken in first: the function cannot be suspended. */
export function mapPartition(translation: Translation, operator: MapPartitionOperator): Stream {
  const input = inputOf(translation.streamOf(operator.input), {
    parallelism: translation.parallelismOf(operator),
    iteration: translation.iterationOf(operator),
    local: { kind: "materialize" },
  });
  const fn = translation.ref(operator.function);
  const vertex = translation.addVertex(operator, { kind: "mapPartition", function: fn }, [input]);
  return translation.streamFrom(operator, vertex);
}

/** Calls an asynchronous function. */
export function mapAsync(translation: Translation, operator: MapAsyncOperator): Stream {
  const input = translation.streamOf(operator.input);
  const reading = { parallelism: translation.parallelismOf(operator), iteration: translation.iterationOf(operator) };
  const retryDelayMs = translation.table.add(operator.options.retryDelayMs);
  const options = { ...operator.options, retryDelayMs };
  const driver = { kind: "mapAsync", function: translation.ref(operator.function), options } as const;
  const vertex = translation.addVertex(operator, driver, [inputOf(input, reading)]);
  const isOrdered = input.isOrdered && options.isOrdered && vertex.parallelism === input.parallelism;
  return translation.streamFrom(operator, vertex, { isOrdered });
}
