/**
 * Calls user code: plainly and synchronously, with the user's frames on the stack, so that a breakpoint in a lambda is hit.
 * What comes out is checked and taken in; what is thrown is reported with operator, subtask and record.
 */
import {
  CallCollector,
  checkBoolean,
  checkBoundary,
  checkMany,
  checkNoResult,
  checkOne,
  checkPartition,
  failureOf,
  isPrivateMemberMissing,
  privateMembers,
  type RuntimeContext,
  SinglePassIterable,
} from "@millrace/core";
import type { OperatorInfo } from "@millrace/job-graph";
import type { FunctionObject } from "../job/job-objects.js";
import type { RecordOutput, Steps, TaskFunction } from "../task/driver.js";
import type { CodeContext } from "./code-context.js";
import { copyFor, intakeOf, isPlainOutside, placeOf, type TakeIn } from "./result-intake.js";

type Call = (...args: unknown[]) => unknown;

/** Is the function object of one task, between its open and its close. @internal */
export class UserCode implements TaskFunction {
  /** The operator whose function it is. */
  readonly operator: OperatorInfo;
  /** The method that messages name. */
  readonly method: string;
  /** What the function gets as its last argument. */
  readonly runtimeContext: RuntimeContext;
  /** Calls the function as it is: nothing is checked or reported. */
  readonly call: Call;
  readonly #context: CodeContext;
  readonly #object: Record<string, unknown> | undefined;
  readonly #takeIn: TakeIn;
  readonly #copyKey: (key: unknown) => unknown;
  /** Whether a result that is plain on the outside passes as it is. */
  readonly #passesPlain: boolean;

  /**
   * @param object - the function or the object, which no other task has
   * @param runtimeContext - what functions of this operator learn of where they run
   */
  constructor(object: FunctionObject, operator: OperatorInfo, runtimeContext: RuntimeContext, context: CodeContext) {
    const { target, method } = object;
    this.operator = operator;
    this.method = method;
    this.runtimeContext = runtimeContext;
    this.#context = context;
    this.#passesPlain = !context.checksRecords && operator.resultType === undefined;
    this.#takeIn = intakeOf(operator, context, this.method === "reduce");
    this.#copyKey = copyFor(context);
    if (typeof target === "function") {
      this.#object = undefined;
      this.call = target as Call;
    } else {
      const object = target as Record<string, Call>;
      const name = this.method;
      this.#object = object;
      this.call = (...args) => object[name]!(...args);
    }
  }

  /** The object that has the method; undefined for a plain function. Generated code calls the method on it. */
  get object(): object | undefined {
    return this.#object;
  }

  /** Calls `open` when the object has one. */
  open(): void {
    this.#callLifecycle("open", [this.runtimeContext]);
  }

  /** Calls `close` when the object has one. */
  close(): void {
    this.#callLifecycle("close", []);
  }

  one(...args: readonly unknown[]): unknown {
    // The function gets no `this` of ours.
    const { call } = this;
    try {
      const result =
        args.length === 2 ? call(args[0], args[1], this.runtimeContext) : call(...args, this.runtimeContext);
      // What is plain on the outside is exactly one record, and nothing that has to be waited for.
      if (isPlainOutside(result)) return this.#passesPlain ? result : this.#takeIn(result);
      return this.takeOne(result);
    } catch (error) {
      throw this.failure(error, args);
    }
  }

  /** Checks and takes in the result of a function that gives exactly one record. */
  takeOne(result: unknown): unknown {
    return this.#takeIn(checkOne(result, this.method));
  }

  /** Takes in a record that the function emitted. */
  take(record: unknown): unknown {
    return this.#takeIn(record);
  }

  many(out: RecordOutput, ...args: readonly unknown[]): Steps | undefined {
    const { call } = this;
    const collector = new CallCollector((record) => out.collect(this.#takeIn(record)));
    try {
      const result = checkMany(call(...args, collector, this.runtimeContext), this.method);
      if (!Array.isArray(result)) return this.#pull(result[Symbol.iterator](), out, collector, args);
      for (const record of result) out.collect(this.#takeIn(record));
    } catch (error) {
      endCall(collector, args);
      throw this.failure(error, args);
    }
    endCall(collector, args);
    return undefined;
  }

  /** Reads a returned iterable as far as there is room; the rest in steps. */
  *#pull(records: Iterator<unknown>, out: RecordOutput, collector: CallCollector, args: readonly unknown[]): Steps {
    let isOpen = true;
    try {
      for (;;) {
        if (out.isFull) yield "output";
        const { done, value } = this.#guarded(this.method, () => records.next(), args);
        if (done === true) break;
        collector.collect(value);
      }
      isOpen = false;
    } catch (error) {
      isOpen = false;
      closeIterator(records);
      throw this.failure(error, args);
    } finally {
      endCall(collector, args);
      // Nobody needs the rest.
      if (isOpen) this.#guarded(this.method, () => records.return?.(), args);
    }
  }

  /** Calls a predicate. */
  test(...args: readonly unknown[]): boolean {
    const { call } = this;
    try {
      return checkBoolean(call(...args, this.runtimeContext), this.method);
    } catch (error) {
      throw this.failure(error, args);
    }
  }

  /** Calls a key selector and returns the key as plain data. */
  key(record: unknown): unknown {
    const { call } = this;
    try {
      return this.#context.copies.plainKey(this.#copyKey(call(record)));
    } catch (error) {
      throw this.failure(error, [record]);
    }
  }

  /** Calls a partitioner with a key. */
  partition(key: unknown, numPartitions: number): number {
    const { call } = this;
    return this.#guarded(this.method, () => checkPartition(call(key, numPartitions), numPartitions), [key]);
  }

  /** Calls a data distribution for the border of a partition. */
  boundary(index: number, numPartitions: number): readonly unknown[] {
    const { call } = this;
    return this.#guarded(this.method, () => checkBoundary(call(index, numPartitions)));
  }

  /** Calls an asynchronous function and returns what it returned: `takeOne` checks what that resolves to. */
  start(record: unknown, signal: AbortSignal): unknown {
    const { call } = this;
    return this.#guarded(this.method, () => call(record, this.runtimeContext, signal), [record]);
  }

  /** Returns the error to report for what the function failed with, called with `args`. An error that has its place stays as it is. */
  failure(error: unknown, args: readonly unknown[], method = this.method): unknown {
    const place = placeOf(this.operator, this.#context.subtaskIndex);
    const wasCopied = this.#object !== undefined && typeof this.#object.clone !== "function";
    if (wasCopied && isPrivateMemberMissing(error)) return privateMembers(method, place, error);
    const records = args.map((arg) => (arg instanceof SinglePassIterable ? arg.last : arg));
    return failureOf(error, method, records, place);
  }

  #callLifecycle(name: "open" | "close", args: readonly unknown[]): void {
    const method = this.#object?.[name];
    if (typeof method !== "function") return;
    this.#guarded(name, () => checkNoResult(method.apply(this.#object, args), name));
  }

  #guarded<R>(method: string, action: () => R, args: readonly unknown[] = []): R {
    try {
      return action();
    } catch (error) {
      throw this.failure(error, args, method);
    }
  }
}

function endCall(collector: CallCollector, args: readonly unknown[]): void {
  collector.end();
  for (const arg of args) if (arg instanceof SinglePassIterable) arg.end();
}

/** Tells an iterator that nobody reads on. What it throws then is of no interest: the failure or cancellation is. */
export function closeIterator(records: Iterator<unknown>): void {
  try {
    records.return?.();
  } catch {
    // Whoever stopped reading has the reason.
  }
}
