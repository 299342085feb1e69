import type { RuntimeContext } from "@millrace/core";
import type { ObjectRef, OperatorInfo } from "@millrace/job-graph";
import { UserCode } from "../code/index.js";
import { reportedAt } from "../job/reported.js";
import { OperatorRuntimeContext } from "./operator-runtime-context.js";
import type { TaskParts } from "./task-parts.js";

/** Are the functions of all operators of one task, with their contexts: the same objects in all supersteps. */
export class TaskFunctions {
  readonly #parts: TaskParts;
  /** By operator. */
  readonly #contexts = new Map<number, OperatorRuntimeContext>();
  /** By operator, function and method, in the order in which they are opened. */
  readonly #codes = new Map<string, UserCode>();
  /** Those whose `open` was called in this run, whether it failed or not. */
  readonly #opened: UserCode[] = [];

  constructor(parts: TaskParts) {
    this.#parts = parts;
  }

  /** Returns a function, made on first use. */
  of(operator: OperatorInfo, ref: ObjectRef, method: string): UserCode {
    const { job, subtaskIndex } = this.#parts;
    const key = `${operator.id} ${ref} ${method}`;
    let code = this.#codes.get(key);
    if (code === undefined) {
      const object = job.objects.instantiate(ref);
      const { copies, customTypes, checksRecords } = job;
      const context = { subtaskIndex, copies, customTypes, checksRecords };
      code = new UserCode(object, operator, this.contextOf(operator), context);
      this.#codes.set(key, code);
    }
    return code;
  }

  /** Returns what functions of an operator learn of where they run. */
  contextOf(operator: OperatorInfo): RuntimeContext {
    let context = this.#contexts.get(operator.id);
    if (context === undefined) {
      const { vertex, subtaskIndex, job, broadcastSets, iteration } = this.#parts;
      const subtask = { index: subtaskIndex, parallelism: vertex.parallelism };
      context = new OperatorRuntimeContext(operator, subtask, job, broadcastSets, iteration?.state);
      this.#contexts.set(operator.id, context);
    }
    return context;
  }

  /** Opens all functions, for a run. */
  open(): void {
    for (const context of this.#contexts.values()) context.begin();
    for (const each of this.#codes.values()) {
      this.#opened.push(each);
      each.open();
    }
  }

  /** Closes all functions whose `open` was called; throws the first failure when all were closed. */
  close(): void {
    const failures: unknown[] = [];
    for (const each of this.#opened.splice(0)) {
      try {
        each.close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Hands what they added to accumulators to the job. */
  handInAccumulators(): void {
    const { job, subtaskIndex } = this.#parts;
    for (const { operator, accumulators } of this.#contexts.values()) {
      try {
        job.accumulators.take(accumulators);
      } catch (error) {
        throw reportedAt(error, "accumulator", operator, subtaskIndex);
      }
    }
  }
}
