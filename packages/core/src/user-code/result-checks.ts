/**
 * Checks what user functions return. The compiler refuses most of this; programs in plain JavaScript meet it here, with a
 * text that says what to do.
 */
import { MillraceError } from "../errors/index.js";
import { ignoreRejection } from "../records/index.js";
import { shortRecordText } from "./record-text.js";

/** Returns the result of a function that gives exactly one record. @internal */
export function checkOne(result: unknown, method: string): unknown {
  if (result === undefined) {
    throw invalid(
      method,
      "nothing",
      "exactly one record",
      "Add the missing return; null is a record too, undefined is not.",
    );
  }
  checkIsNoPromise(result, method);
  if (isGenerator(result)) {
    throw invalid(
      method,
      "a generator",
      "exactly one record",
      "Use flatMap, or flatWith of a join, for several results.",
    );
  }
  return result;
}

/** Returns the records that a function gives that may give none or many, besides those it wrote to its collector. @internal */
export function checkMany(result: unknown, method: string): Iterable<unknown> {
  if (result === undefined) return [];
  const expected =
    "an iterable of records (an array, a set, a generator), or nothing when they are written to the collector";
  checkIsNoPromise(result, method);
  if (typeof result === "string") throw invalid(method, "a string", expected, "To give one string, return [text].");
  if (typeof result !== "object" || result === null || !(Symbol.iterator in result)) {
    throw invalid(
      method,
      shortRecordText(result),
      expected,
      "To give one record, return [record]; to give none, return [].",
    );
  }
  return result as Iterable<unknown>;
}

/** Returns the result of a predicate. @internal */
export function checkBoolean(result: unknown, method: string): boolean {
  if (typeof result === "boolean") return result;
  checkIsNoPromise(result, method);
  const fix =
    result === undefined ? "Add the missing return." : "Compare explicitly, such as x !== undefined, or Boolean(x).";
  throw invalid(method, result === undefined ? "nothing" : shortRecordText(result), "true or false", fix);
}

/** Returns the result of a partitioner. @internal */
export function checkPartition(result: unknown, numPartitions: number): number {
  if (Number.isInteger(result) && (result as number) >= 0 && (result as number) < numPartitions)
    return result as number;
  const expected = `an integer from 0 to ${numPartitions - 1}, since there are ${numPartitions} partitions`;
  throw invalid("partition", shortRecordText(result), expected, "Take the remainder of a hash that is not negative.");
}

/** Returns the result of a data distribution. @internal */
export function checkBoundary(result: unknown): readonly unknown[] {
  if (Array.isArray(result)) return result;
  throw invalid(
    "boundary",
    shortRecordText(result),
    "an array with a value for each part of the key",
    "Return [value].",
  );
}

/** Refuses a promise from `open` or `close`, which nobody would wait for. @internal */
export function checkNoResult(result: unknown, method: string): void {
  if (isPromise(result)) {
    throw invalid(
      method,
      "a promise",
      "nothing: it is not waited for",
      "Do what must wait in mapAsync or before the job.",
    );
  }
}

/**
 * Makes the error for a reduce whose result has not the key of its group: engines that reduce parts of groups first would make other groups of it.
 *
 * @param key - the fields of the key in the group, in the order of `fields`
 * @internal
 */
export function changedKey(fields: readonly string[], key: readonly unknown[], result: unknown): MillraceError {
  const names = fields.map((field) => JSON.stringify(field)).join(", ");
  return new MillraceError({
    code: "INVALID_RESULT",
    what: `The function reduce returned a record with another key than its group has: ${shortRecordText(result)}`,
    expected: `the key of the group in ${names}, which is ${key.map(shortRecordText).join(", ")}`,
    fix: "Return these fields as they came, as in { ...a, sum: a.sum + b.sum }; change them in a map behind the reduce.",
  });
}

function checkIsNoPromise(result: unknown, method: string): void {
  const expected = "records, not something to wait for";
  if (isPromise(result)) {
    throw invalid(method, "a promise", expected, "Use mapAsync for functions that must wait for something.");
  }
  if (typeof result === "object" && result !== null && Symbol.asyncIterator in result) {
    throw invalid(method, "an async iterable", expected, "Use mapAsync to wait, and flatMap on its results.");
  }
}

/** Tells whether a value would have to be waited for; whoever asks refuses it then. */
function isPromise(value: unknown): boolean {
  const isThenable = typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
  if (isThenable) ignoreRejection(value);
  return isThenable;
}

function isGenerator(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.iterator in value && "next" in value;
}

function invalid(method: string, got: string, expected: string, fix: string): MillraceError {
  return new MillraceError({ code: "INVALID_RESULT", what: `The function ${method} returned ${got}`, expected, fix });
}
