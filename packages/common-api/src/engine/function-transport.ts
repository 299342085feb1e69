import type { ErrorPlace, SetUpFunction } from "@millrace/core";
import { dataSetHandles } from "../functions/data-set-handle.js";
import type { UserFunction } from "../functions/user-function.js";
import { userFunctionsOf } from "../functions/user-functions-of.js";
import type { Plan } from "../plan/plan.js";

/** Is a function or function object of a plan, and the operator that has it. @internal */
export interface TransportedFunction {
  /** The function, or the object that has it as a method. */
  readonly value: object;
  /** The operator, for messages. */
  readonly where: ErrorPlace;
}

/** Is what else travels with the functions of a job. @internal */
export interface TransportedJob {
  /** What runs there before anything else. */
  readonly setUp: readonly SetUpFunction[];
  /** Gives what travels in place of a data set that a function holds as its handle; undefined for everything else. */
  readonly handleOf: (value: object) => { readonly data: unknown } | undefined;
  /** Makes a handle of what {@link TransportedJob.handleOf} gave, in this process. */
  readonly restoreHandle: (data: unknown) => object;
}

/** Is what came of the functions of a job. @internal */
export interface TransportedFunctions {
  /** What runs in their place, in the same order. */
  readonly functions: readonly unknown[];
  /** Gives the function or class of the program that another one is a copy of; undefined for what is no copy. */
  readonly originalOf?: ((copy: object) => object | undefined) | undefined;
}

/**
 * Sends the functions of a job somewhere and gives what arrived. It is called once per job, in the turn in which the
 * job starts, and takes what it needs before it returns its promise.
 * @internal
 */
export type FunctionTransport = (
  functions: readonly TransportedFunction[],
  job: TransportedJob,
) => Promise<TransportedFunctions>;

/** Is what arrived. @internal */
export interface ArrivedFunctions {
  /** By the function or object that was sent. */
  readonly byTarget: ReadonlyMap<object, object>;
  /** Gives the function or class of the program that another one is a copy of; undefined for what is no copy. */
  readonly originalOf?: ((copy: object) => object | undefined) | undefined;
}

/** Is what there is when functions run where they are. @internal */
export const nothingArrived: ArrivedFunctions = { byTarget: new Map() };

/** Returns all functions and function objects of a plan, each once, with the first operator that has it. @internal */
export function functionsOfPlan(plan: Plan): readonly TransportedFunction[] {
  const found = new Map<object, TransportedFunction>();
  for (const operator of plan.operators) {
    const where = { operator: operator.settings.name, ...operator.location };
    for (const { target } of userFunctionsOf(operator)) {
      if (!found.has(target)) found.set(target, { value: target, where });
    }
  }
  return [...found.values()];
}

/** Sends all functions of a plan, each object once. @internal */
export async function sendFunctions(
  plan: Plan,
  transport: FunctionTransport,
  setUp: readonly SetUpFunction[] = [],
): Promise<ArrivedFunctions> {
  const sent = functionsOfPlan(plan);
  const { functions, originalOf } = await transport(sent, { setUp, ...dataSetHandles(plan) });
  return { byTarget: new Map(sent.map(({ value }, index) => [value, functions[index] as object])), originalOf };
}

/** Gives the function that arrived in place of one of the plan's. @internal */
export function arrivedOf(userFunction: UserFunction, arrived: ArrivedFunctions): UserFunction {
  const target = arrived.byTarget.get(userFunction.target);
  return target === undefined ? userFunction : { target, method: userFunction.method };
}
