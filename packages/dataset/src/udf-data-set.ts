import { type FunctionSettings, functionSettingsOf, type Operator } from "@millrace/common-api";
import { Configuration, type Key, type ParameterValue } from "@millrace/core";
import type { Data } from "./data/data.js";
import { operatorOf } from "./data/derived.js";
import { nodeOf } from "./data/node-state.js";
import { DataSet } from "./data-set.js";
import { describe, OperatorCall } from "./operators/operator-call.js";
import {
  addForwardedFields,
  type ForwardedField,
  forwardAllExcept,
  refuseSecondDeclaration,
  setReadFields,
} from "./semantics/forwarded-fields.js";

/**
 * Is the result of a function: a data set that can also be given broadcast sets and parameters. All of that is meant
 * for the function of this operator, and is set before the data set is used.
 * @public
 */
export class UdfDataSet<out T> extends DataSet<T> {
  /**
   * Lets the function read all records of another data set, by `context.getBroadcastVariable(dataSet)`, or by `name` if one
   * is given. In an iteration a set that depends on the loop is read anew in every superstep (B101, B113).
   * Throws DUPLICATE_NAME for a name that the operator has already.
   */
  withBroadcastSet(dataSet: Data<unknown>, name?: string): this {
    const call = new OperatorCall("withBroadcastSet");
    const node = call.requireData(dataSet, nodeOf(this).environment, "The broadcast set");
    if (name !== undefined && (typeof name !== "string" || name === "")) {
      throw call.error({
        code: "INVALID_ARGUMENT",
        what: `The name is ${describe(name)}`,
        expected: "a non-empty string",
      });
    }
    const { broadcastInputs } = settingsOf(this);
    if (name !== undefined && broadcastInputs.some((input) => input.name === name)) {
      throw call.error({
        code: "DUPLICATE_NAME",
        what: `The operator has a broadcast set named ${JSON.stringify(name)} already`,
        expected: "a name of its own for each",
      });
    }
    broadcastInputs.push({ name, operator: node.operator });
    return this;
  }

  /** Gives the function parameters, which it reads by `context.getParameters()` (B112). */
  withParameters(parameters: Configuration | Readonly<Record<string, ParameterValue>>): this {
    settingsOf(this).parameters = parameters instanceof Configuration ? parameters : new Configuration(parameters);
    return this;
  }

  /**
   * Declares which fields the function copies unchanged, so that the optimizer can reuse how records lie (B119, B120):
   * `"id"` for the same field on both sides, `["rank", "score"]` for a renamed one. A wrong declaration gives wrong results.
   * A class may declare the same by `static forwardedFields`.
   */
  withForwardedFields<S>(this: Data<S>, ...fields: readonly ForwardedField<Key<S>>[]): UdfDataSet<S> {
    return declared<S>(this, "withForwardedFields", (operator, call) => addForwardedFields(operator, 0, fields, call));
  }

  /** Declares which fields of the left side a function of two inputs copies unchanged. */
  withForwardedFieldsFirst<S>(this: Data<S>, ...fields: readonly ForwardedField<Key<S>>[]): UdfDataSet<S> {
    return declared<S>(this, "withForwardedFieldsFirst", (operator, call) =>
      addForwardedFields(operator, 0, fields, call),
    );
  }

  /** Declares which fields of the right side a function of two inputs copies unchanged. */
  withForwardedFieldsSecond<S>(this: Data<S>, ...fields: readonly ForwardedField<Key<S>>[]): UdfDataSet<S> {
    return declared<S>(this, "withForwardedFieldsSecond", (operator, call) =>
      addForwardedFields(operator, 1, fields, call),
    );
  }

  /** Declares that the function copies all fields unchanged but these; the type of the input must be declared. */
  withNonForwardedFields<S>(this: Data<S>, ...fields: readonly Key<S>[]): UdfDataSet<S> {
    return declared<S>(this, "withNonForwardedFields", (operator, call) => forwardAllExcept(operator, 0, fields, call));
  }

  /** Declares which fields of its (left) input decide what the function does; all others it copies or ignores. */
  withReadFields(...fields: readonly (string | number)[]): UdfDataSet<T> {
    return declared<T>(this, "withReadFields", (operator, call) => setReadFields(operator, 0, fields, call));
  }

  /** Declares which fields of its right input decide what the function does. */
  withReadFieldsSecond(...fields: readonly (string | number)[]): UdfDataSet<T> {
    return declared<T>(this, "withReadFieldsSecond", (operator, call) => setReadFields(operator, 1, fields, call));
  }
}

function settingsOf(data: Data<unknown>): FunctionSettings {
  return functionSettingsOf(operatorOf(data)) as FunctionSettings;
}

function declared<S>(
  data: Data<S>,
  method: string,
  declare: (operator: Operator, call: OperatorCall) => void,
): UdfDataSet<S> {
  const call = new OperatorCall(method);
  const operator = operatorOf(data);
  refuseSecondDeclaration(operator, call);
  declare(operator, call);
  return data as UdfDataSet<S>;
}
