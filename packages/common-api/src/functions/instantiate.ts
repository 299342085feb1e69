/**
 * Makes the function object of one subtask. Rules [O90] to [O94] of SPEC.md:
 *
 * 1. A plain function is itself: it has no state of its own.
 * 2. An object with a method `clone` says how it is copied.
 * 3. Any other object is copied field by field: the prototype is kept, own fields are copied deeply as data, shared and
 *    circular references stay shared. Instances in fields that have a `clone` themselves are copied by it, accumulators by
 *    their state. A field that holds a function is an error, since state hides in closures.
 */
import { type Accumulator, Decimal, isMillraceError, MillraceError } from "@millrace/core";
import { operatorOf } from "./data-set-handle.js";
import type { AnyFunction, UserFunction } from "./user-function.js";

/**
 * Returns a function object that no other subtask has, with the same method. Throws INVALID_FUNCTION when the object
 * cannot be copied; the caller adds the operator's name.
 * @public
 */
export function instantiate(userFunction: UserFunction): UserFunction {
  const { target, method } = userFunction;
  if (typeof target === "function") return userFunction;
  return { target: copyOfObject(target, method), method };
}

function copyOfObject(target: object, method: string): object {
  const { clone } = target as { clone?: unknown };
  if (typeof clone === "function") return cloned(target, method, clone as () => unknown);
  // A function object written as a literal has its methods as own fields; they are the code, not state.
  return copyFields(target, new Map(), [nameOf(target)], (value) => typeof value === "function" && isLiteral(target));
}

function cloned(target: object, method: string, clone: () => unknown): object {
  const copy = clone.call(target);
  if (copy === target || typeof copy !== "object" || copy === null || !(method in copy)) {
    throw new MillraceError({
      code: "INVALID_FUNCTION",
      what: `clone() of ${nameOf(target)} returned ${copy === target ? "the object itself" : "something else than such an object"}`,
      expected: `a new object with a method "${method}"`,
      fix: "Return a fresh object for another subtask, such as: clone() { return new MyFunction(this.limit); }",
    });
  }
  return copy;
}

type Copies = Map<object, object>;

function copyFields(
  source: object,
  copies: Copies,
  path: readonly string[],
  isCode: (value: unknown) => boolean,
): object {
  const copy = Object.create(Object.getPrototypeOf(source)) as object;
  copies.set(source, copy);
  for (const key of Reflect.ownKeys(source)) {
    const descriptor = Object.getOwnPropertyDescriptor(source, key) as PropertyDescriptor;
    const field = [...path, String(key)];
    if (!("value" in descriptor)) {
      if (!isCode(descriptor.get ?? descriptor.set)) throw notCopyable(field, "an accessor of its own");
    } else if (!isCode(descriptor.value)) {
      descriptor.value = copyValue(descriptor.value, copies, field);
    }
    Object.defineProperty(copy, key, descriptor);
  }
  return Object.isFrozen(source) ? Object.freeze(copy) : copy;
}

function copyValue(value: unknown, copies: Copies, path: readonly string[]): unknown {
  if (typeof value === "function") throw functionField(path);
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const copy = copyBuiltIn(value, copies, path) ?? copyFields(value, copies, path, () => false);
  copies.set(value, copy);
  return copy;
}

/** Copies what keeps its state outside of own fields; returns undefined for everything else. */
function copyBuiltIn(value: object, copies: Copies, path: readonly string[]): object | undefined {
  if (operatorOf(value) !== undefined || value instanceof Decimal) return value;
  switch (Object.prototype.toString.call(value).slice("[object ".length, -1)) {
    case "Object":
      return copyByMethod(value);
    case "Array":
      return copyArray(value as unknown[], copies, path);
    case "Date":
      return new Date((value as Date).getTime());
    case "Map":
      return copyMap(value as Map<unknown, unknown>, copies, path);
    case "Set":
      return copySet(value as Set<unknown>, copies, path);
    case "RegExp":
      return copyRegExp(value as RegExp);
    case "ArrayBuffer":
      return (value as ArrayBuffer).slice(0);
    case "URL":
      return new URL(String(value));
    case "Error":
      return isMillraceError(value) ? value : copyError(value as Error, copies, path);
    default:
      if (ArrayBuffer.isView(value)) return copyView(value);
      throw notCopyable(path, `an instance of ${nameOf(value)}`);
  }
}

/** Copies an instance that says how: an accumulator by its state, anything else by its `clone()`; it may have `#private` fields. */
function copyByMethod(value: object): object | undefined {
  const {
    clone,
    toState,
    mergeState,
    constructor: maker,
  } = value as Partial<Accumulator<never, unknown>> & {
    readonly clone?: () => unknown;
    readonly constructor: new () => Accumulator<never, unknown>;
  };
  if (typeof toState === "function" && typeof mergeState === "function" && maker.length === 0) {
    const copy = new maker();
    copy.mergeState(structuredClone(toState.call(value)));
    return copy;
  }
  const copy = typeof clone === "function" && !isLiteral(value) ? clone.call(value) : undefined;
  return typeof copy === "object" && copy !== null && copy !== value ? copy : undefined;
}

function copyArray(source: unknown[], copies: Copies, path: readonly string[]): unknown[] {
  const copy: unknown[] = new Array(source.length);
  copies.set(source, copy);
  for (const key of Object.keys(source)) {
    const index = key as unknown as number;
    copy[index] = copyValue(source[index], copies, [...path, key]);
  }
  return copy;
}

function copyMap(source: Map<unknown, unknown>, copies: Copies, path: readonly string[]): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>();
  copies.set(source, copy);
  for (const [key, value] of source) copy.set(copyValue(key, copies, path), copyValue(value, copies, path));
  return copy;
}

function copySet(source: Set<unknown>, copies: Copies, path: readonly string[]): Set<unknown> {
  const copy = new Set<unknown>();
  copies.set(source, copy);
  for (const value of source) copy.add(copyValue(value, copies, path));
  return copy;
}

function copyRegExp(source: RegExp): RegExp {
  const copy = new RegExp(source.source, source.flags);
  copy.lastIndex = source.lastIndex;
  return copy;
}

/** The stack of an error is a value on one runtime and an accessor on another. */
function copyError(source: Error, copies: Copies, path: readonly string[]): Error {
  const copy = Object.setPrototypeOf(new Error(source.message), Object.getPrototypeOf(source)) as Error;
  copies.set(source, copy);
  for (const key of Object.getOwnPropertyNames(source)) {
    const value = copyValue((source as unknown as Record<string, unknown>)[key], copies, [...path, key]);
    Object.defineProperty(copy, key, { value, writable: true, enumerable: false, configurable: true });
  }
  return copy;
}

function copyView(view: ArrayBufferView): object {
  if (view instanceof DataView) {
    return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  }
  return (view as Uint8Array).slice();
}

function isLiteral(target: object): boolean {
  const prototype = Object.getPrototypeOf(target);
  return prototype === Object.prototype || prototype === null;
}

function nameOf(value: object): string {
  const name = (value as { constructor?: AnyFunction }).constructor?.name;
  return name === undefined || name === "" || name === "Object" ? "the function object" : name;
}

function functionField(path: readonly string[]): MillraceError {
  return new MillraceError({
    code: "INVALID_FUNCTION",
    what: `The field ${path.join(".")} holds a function, which cannot be copied for each subtask`,
    expected: "fields that hold data",
    fix: "Make it a method of the class, make it in open(), or give the class a method clone() that returns a fresh object.",
  });
}

function notCopyable(path: readonly string[], what: string): MillraceError {
  return new MillraceError({
    code: "INVALID_FUNCTION",
    what: `The field ${path.join(".")} holds ${what}, which cannot be copied for each subtask`,
    expected: "fields that hold data",
    fix: "Make it in open(), or give the class a method clone() that returns a fresh object.",
  });
}
