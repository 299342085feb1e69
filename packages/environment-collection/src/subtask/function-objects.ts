import { type ArrivedFunctions, arrivedOf, instantiate, type Operator, type UserFunction } from "@millrace/common-api";
import { PerSubtask } from "../execution/per-subtask.js";

/** Holds the function objects of a job's subtasks. A job that is started again has new ones. */
export class FunctionObjects {
  readonly #objects = new PerSubtask<Map<UserFunction, UserFunction>>();
  readonly #arrived: ArrivedFunctions;

  /** @param arrived - functions that are used in place of the plan's */
  constructor(arrived: ArrivedFunctions) {
    this.#arrived = arrived;
  }

  /** Returns the object of one subtask, made on first use. */
  of(operator: Operator, userFunction: UserFunction, subtaskIndex: number): UserFunction {
    const ofSubtask = this.#objects.of(operator, subtaskIndex, () => new Map());
    const object = ofSubtask.get(userFunction) ?? instantiate(arrivedOf(userFunction, this.#arrived));
    ofSubtask.set(userFunction, object);
    return object;
  }
}
