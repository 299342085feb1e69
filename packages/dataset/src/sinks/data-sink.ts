import type { Order, SinkOperator } from "@millrace/common-api";
import { Configuration, type ExpressionOver, type Key, type ParameterValue } from "@millrace/core";
import { orderingOf } from "../keys/key-parts.js";
import type { RecordSelector } from "../keys/keyed.js";
import { OperatorCall } from "../operators/operator-call.js";

/** Is a sink that the environment's next `execute` writes to. @public */
export class DataSink<out T> {
  /** Exists only in the type system. */
  declare readonly "~element": T;
  readonly #operator: SinkOperator;

  /** @internal */
  constructor(operator: SinkOperator) {
    this.#operator = operator;
  }

  /** Names the sink in plans and errors. */
  name(name: string): this {
    this.#operator.settings.name = new OperatorCall("name").requireName(name);
    return this;
  }

  /** Sets how many subtasks write; by default as many as the operator before it has (B159). Files become a directory when they are several. */
  setParallelism(parallelism: number): this {
    this.#operator.settings.parallelism = new OperatorCall("setParallelism").requireParallelism(parallelism);
    return this;
  }

  /** Gives the sink parameters, which it reads as `context.parameters`. */
  withParameters(parameters: Configuration | Readonly<Record<string, ParameterValue>>): this {
    this.#operator.parameters = parameters instanceof Configuration ? parameters : new Configuration(parameters);
    return this;
  }

  /**
   * Sorts what each subtask writes; further calls sort equal records by further keys (B160). For an order over all files, write
   * the result of `orderBy` (B161).
   */
  sortLocalOutput<S>(
    this: { readonly "~element": S },
    key: Key<S> | RecordSelector<S> | ExpressionOver<S>,
    order: Order = "ascending",
  ): DataSink<S> {
    const sink = this as unknown as DataSink<S>;
    const operator = sink.#operator;
    const call = new OperatorCall("sortLocalOutput");
    operator.localOrder = [...operator.localOrder, ...orderingOf(key, order, operator.input, call)];
    return sink;
  }
}
