import { type Plan, type UserFunction, userFunctionsOf } from "@millrace/common-api";
import type { ErrorPlace } from "@millrace/core";

/** Is a function or function object of a plan, and the operator that has it. @internal */
export interface TransportedFunction {
  /** The function, or the object that has it as a method. */
  readonly value: object;
  /** The operator, for messages. */
  readonly where: ErrorPlace;
}

/**
 * Sends the functions of a job somewhere and gives what arrived, in the same order. It is called once per job, in the turn in which the
 * job starts, and takes what it needs before it returns its promise.
 * @internal
 */
export type FunctionTransport = (functions: readonly TransportedFunction[]) => Promise<readonly unknown[]>;

/** What arrived, by the function or object that was sent. */
export type ArrivedFunctions = ReadonlyMap<object, object>;

/** Sends all functions of a plan, each object once. */
export async function sendFunctions(plan: Plan, transport: FunctionTransport): Promise<ArrivedFunctions> {
  const sent = new Map<object, TransportedFunction>();
  for (const operator of plan.operators) {
    const where = { operator: operator.settings.name, ...operator.location };
    for (const { target } of userFunctionsOf(operator)) sent.set(target, { value: target, where });
  }
  const arrived = await transport([...sent.values()]);
  return new Map([...sent.keys()].map((target, index) => [target, arrived[index] as object]));
}

/** Gives the function that arrived in place of one of the plan's. */
export function arrivedOf(userFunction: UserFunction, arrived: ArrivedFunctions): UserFunction {
  const target = arrived.get(userFunction.target);
  return target === undefined ? userFunction : { target, method: userFunction.method };
}
