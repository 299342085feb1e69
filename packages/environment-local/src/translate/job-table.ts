import { type AnyFunction, instantiate, operatorOf, type Plan, type UserFunction } from "@millrace/common-api";
import type { BroadcastHandle } from "@millrace/core";
import type { ObjectRef } from "@millrace/job-graph";
import type { FunctionObject, JobObjects } from "@millrace/runtime";

/** Gives the function that runs in place of one of the plan's. @beta */
export type Replace = (userFunction: UserFunction) => UserFunction;

/**
 * Is what a plan has that is no data: functions, sources, sinks, the records of collections. A job graph names it by position.
 * @beta
 */
export class JobTable implements JobObjects {
  readonly #plan: Plan;
  readonly #objects: unknown[] = [];
  readonly #refs = new Map<unknown, ObjectRef>();
  readonly #replace: Replace;

  /** @param replace - gives what runs in place of a function of the plan; itself when left out */
  constructor(plan: Plan, replace: Replace = (userFunction) => userFunction) {
    this.#plan = plan;
    this.#replace = replace;
  }

  /** How many objects there are. */
  get length(): number {
    return this.#objects.length;
  }

  /** Adds an object, once. */
  add(object: unknown): ObjectRef {
    const known = this.#refs.get(object);
    if (known !== undefined) return known;
    const ref = this.#objects.push(object) - 1;
    this.#refs.set(object, ref);
    return ref;
  }

  /** Adds code that is a plain function or an object with the method, as a function of its own. */
  addFunction(target: AnyFunction | object, method: string): ObjectRef {
    return this.#objects.push({ target, method } satisfies UserFunction) - 1;
  }

  /** Returns an object as it lies in the table; of user code the target and its method. */
  get(ref: ObjectRef): unknown {
    return this.#objects[ref];
  }

  /** Returns user code for one subtask. */
  instantiate(ref: ObjectRef): FunctionObject {
    return instantiate(this.#replace(this.#objects[ref] as UserFunction));
  }

  /** Returns the id of the data set that a function asks for by its handle. */
  dataSetIdOf(handle: BroadcastHandle<unknown>): number | undefined {
    const operator = operatorOf(handle);
    return operator === undefined || !this.#plan.operators.includes(operator) ? undefined : this.#plan.idOf(operator);
  }
}
