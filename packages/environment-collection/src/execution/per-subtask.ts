import type { Operator } from "@millrace/common-api";

/**
 * Holds one thing for each subtask of each operator, made on first use. What is held here outlives a superstep: an operator
 * inside of an iteration is evaluated many times, by the same subtasks.
 */
export class PerSubtask<T> {
  readonly #held = new Map<Operator, T[]>();

  /** Returns what a subtask has. */
  of(operator: Operator, index: number, make: () => T): T {
    const ofOperator = this.#held.get(operator) ?? [];
    this.#held.set(operator, ofOperator);
    ofOperator[index] ??= make();
    return ofOperator[index];
  }

  /** Returns what all subtasks have. */
  all(): readonly T[] {
    return [...this.#held.values()].flat();
  }
}
