import { type FunctionSettings, functionSettingsOf } from "@millrace/common-api";
import { Configuration, type ParameterValue } from "@millrace/core";
import type { Data } from "./data/data.js";
import { operatorOf } from "./data/derived.js";
import { nodeOf } from "./data/node-state.js";
import { DataSet } from "./data-set.js";
import { describe, OperatorCall } from "./operators/operator-call.js";

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
}

function settingsOf(data: Data<unknown>): FunctionSettings {
  return functionSettingsOf(operatorOf(data)) as FunctionSettings;
}
