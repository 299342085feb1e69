import { instantiate, type Operator, type UserFunction } from "@millrace/common-api";

/**
 * Holds the function objects of a job's subtasks. A subtask inside of an iteration keeps its object from superstep to
 * superstep; a job that is started again has new ones.
 */
export class FunctionObjects {
  readonly #objects = new Map<Operator, Map<UserFunction, UserFunction[]>>();

  /** Returns the object of one subtask, made on first use. */
  of(operator: Operator, userFunction: UserFunction, subtaskIndex: number): UserFunction {
    const ofOperator = this.#objects.get(operator) ?? new Map<UserFunction, UserFunction[]>();
    this.#objects.set(operator, ofOperator);
    const objects = ofOperator.get(userFunction) ?? [];
    ofOperator.set(userFunction, objects);
    objects[subtaskIndex] ??= instantiate(userFunction);
    return objects[subtaskIndex];
  }
}
