/**
 * Calls user code: plainly and synchronously, with the user's frames on the stack, so that a breakpoint in a lambda is hit.
 * What goes in is a copy; what comes out is checked and copied; what is thrown is reported with operator and record.
 */
import type { UserFunction } from "@millrace/common-api";
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
  SinglePassIterable,
} from "@millrace/core";
import { throwIfCancelled } from "../execution/job-attempt.js";
import type { Subtask } from "./subtask.js";

type Call = (...args: unknown[]) => unknown;

/** Is an argument of user code: a stored record, or the records of a group or partition. */
export type Argument = SinglePassIterable | unknown;

/** Is the function object of one subtask, between its open and its close. */
export class UserCode {
  readonly #subtask: Subtask;
  readonly #method: string;
  readonly #object: Record<string, unknown> | undefined;
  readonly #function: Call;

  /** Takes the function object that this subtask has and no other. */
  constructor(subtask: Subtask, userFunction: UserFunction) {
    this.#subtask = subtask;
    this.#method = userFunction.method;
    const { run, index } = subtask;
    const own = this.#guarded([], () => run.job.functionObjects.of(run.operator, userFunction, index));
    if (typeof own.target === "function") {
      this.#object = undefined;
      this.#function = own.target as Call;
    } else {
      const object = own.target as Record<string, unknown>;
      this.#object = object;
      this.#function = (...args) => (object[own.method] as Call)(...args);
    }
  }

  /** Calls `open` when the object has one. */
  open(): void {
    this.#callLifecycle("open", [this.#subtask.context]);
  }

  /** Calls `close` when the object has one. */
  close(): void {
    this.#callLifecycle("close", []);
  }

  /** Calls `close` after a failure, which is the one to report. */
  closeQuietly(): void {
    try {
      this.close();
    } catch {
      // The first error is the one that the user needs.
    }
  }

  /** Does something between `open` and `close`, which is called also when it fails. */
  during(work: () => void): void {
    try {
      this.open();
      work();
    } catch (error) {
      this.closeQuietly();
      throw error;
    }
    this.close();
  }

  /** Calls a function that gives exactly one record, and returns it as it is stored. */
  one(...args: readonly Argument[]): unknown {
    const result = this.#call(args, [this.#subtask.context]);
    return this.#guarded(args, () => this.#subtask.takenIn(checkOne(result, this.#method)));
  }

  /** Calls a function that may give none or many records, and adds them to `results`, those it writes and those it returns. */
  many(results: unknown[], ...args: readonly Argument[]): void {
    for (const result of this.each(...args)) results.push(result);
  }

  /** Calls such a function, and gives the records as far as they are asked for. */
  *each(...args: readonly Argument[]): Generator<unknown> {
    const written: unknown[] = [];
    const out = new CallCollector((record) => written.push(this.#subtask.takenIn(record)));
    try {
      const result = this.#call(args, [out, this.#subtask.context]);
      const returned = this.#guarded(args, () => checkMany(result, this.#method));
      yield* written.splice(0);
      for (const record of returned) {
        out.collect(record);
        yield* written.splice(0);
      }
      yield* written.splice(0);
    } catch (error) {
      throw this.#failure(error, this.#method, args);
    } finally {
      out.end();
      for (const arg of args) if (arg instanceof SinglePassIterable) arg.end();
    }
  }

  /** Calls a predicate. */
  test(record: unknown): boolean {
    return this.#guarded([record], () => checkBoolean(this.#call([record], [this.#subtask.context]), this.#method));
  }

  /** Calls a key selector and returns the key as it is stored. */
  key(record: unknown): unknown {
    return this.#guarded([record], () => this.#subtask.takenInKey(this.#call([record], [])));
  }

  /** Calls a partitioner with a key; `record` is the one that has it. */
  partition(key: unknown, record: unknown, numPartitions: number): number {
    return this.#guarded([record], () => checkPartition(this.#call([key], [numPartitions]), numPartitions));
  }

  /** Calls a data distribution for the border of a partition. */
  boundary(index: number, numPartitions: number): readonly unknown[] {
    return this.#guarded([], () => checkBoundary(this.#call([], [index, numPartitions])));
  }

  /** Calls an asynchronous function and returns what it returned. */
  start(record: unknown, signal: AbortSignal): unknown {
    return this.#call([record], [this.#subtask.context, signal]);
  }

  /** Reports what an asynchronous call failed with. */
  failure(error: unknown, record: unknown): unknown {
    return this.#failure(error, this.#method, [record]);
  }

  #call(args: readonly Argument[], rest: readonly unknown[]): unknown {
    throwIfCancelled(this.#subtask.run.job);
    const { copies } = this.#subtask.run.job;
    const own = args.map((arg) => (arg instanceof SinglePassIterable ? arg : copies.handedOut(arg)));
    try {
      return this.#function(...own, ...rest);
    } catch (error) {
      throw this.#failure(error, this.#method, args);
    }
  }

  #callLifecycle(name: "open" | "close", args: readonly unknown[]): void {
    const method = this.#object?.[name];
    if (typeof method !== "function") return;
    try {
      checkNoResult(method.apply(this.#object, args), name);
    } catch (error) {
      throw this.#failure(error, name, []);
    }
  }

  #guarded<R>(args: readonly Argument[], action: () => R): R {
    try {
      return action();
    } catch (error) {
      throw this.#failure(error, this.#method, args);
    }
  }

  /** Returns the error to report; throws when the job was cancelled. */
  #failure(error: unknown, method: string, args: readonly Argument[]): unknown {
    throwIfCancelled(this.#subtask.run.job);
    const wasCopied = this.#object !== undefined && typeof this.#object.clone !== "function";
    if (wasCopied && isPrivateMemberMissing(error)) return privateMembers(method, this.#subtask.place(), error);
    const records = args.map((arg) => (arg instanceof SinglePassIterable ? arg.last : arg));
    return failureOf(error, method, records, this.#subtask.place());
  }
}
