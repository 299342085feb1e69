/**
 * A record is data. Whatever crosses an operator boundary is copied to plain data by the rules [R1] to [R12] of SPEC.md,
 * so that no function sees another's mutation and no plan change (fusing, shipping, spilling) can change a result.
 */
import { MillraceError } from "../errors/index.js";
import { isBytes, isDate, isMap } from "../keys/value-kind.js";
import { Decimal } from "../types/decimal.js";
import { setField } from "../types/set-field.js";
import { ignoreRejection } from "./refused-promise.js";
import { shortText } from "./short-text.js";

/** How deep a record may nest. A cycle is found by it, and stacks of recursive code stay bounded. @public */
export const MAX_RECORD_DEPTH = 200;

/** Copies `value`, found at the field path `path` and `depth` levels deep, to plain data. @internal */
export function copyData(value: unknown, path: string, depth: number): unknown {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return value;
    case "undefined":
      return null;
    case "object":
      return value === null ? null : copyObject(value, path, depth);
    default:
      throw notData(value, path);
  }
}

/** Returns the path of `name` below `path`. @internal */
export function below(path: string, name: string | number): string {
  return path === "" ? String(name) : `${path}.${name}`;
}

function copyObject(value: object, path: string, depth: number): unknown {
  if (depth >= MAX_RECORD_DEPTH) throw tooDeep(path);
  if (Array.isArray(value)) return copyArray(value, path, depth);
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return copyFields(value, path, depth);
  if (value instanceof Decimal) return value;
  if (isDate(value)) return new Date(value.getTime());
  if (isBytes(value)) return new Uint8Array(value);
  if (isMap(value)) return copyMap(value, path, depth);
  return copyInstance(value, path, depth);
}

/** Copies a part of a record. Most parts are primitive values, for which no path has to be put together. */
function copyPart(value: unknown, path: string, name: string | number, depth: number): unknown {
  const isPrimitive = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return isPrimitive || value === null ? value : copyData(value, below(path, name), depth + 1);
}

function copyArray(value: readonly unknown[], path: string, depth: number): unknown[] {
  const copy: unknown[] = new Array(value.length);
  for (let i = 0; i < value.length; i++) copy[i] = copyPart(value[i], path, i, depth);
  return copy;
}

function copyMap(value: Map<unknown, unknown>, path: string, depth: number): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>();
  let index = 0;
  for (const [key, item] of value) {
    const keyCopy = copyPart(key, path, `key ${index}`, depth);
    copy.set(keyCopy, copyPart(item, path, `value ${index}`, depth));
    index++;
  }
  return copy;
}

function copyFields(value: object, path: string, depth: number): object {
  const copy = {};
  for (const name of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[name];
    if (field !== undefined) setField(copy, name, copyPart(field, path, name, depth));
  }
  return copy;
}

/** Copies an instance of a class by its own fields. A brand (Set, Promise, URL, Error, …) means that the state is elsewhere. */
function copyInstance(value: object, path: string, depth: number): object {
  const brand = Object.prototype.toString.call(value);
  if (brand !== "[object Object]" || Object.keys(value).length === 0) throw notData(value, path);
  return copyFields(value, path, depth);
}

function notData(value: unknown, path: string): MillraceError {
  ignoreRejection(value);
  return new MillraceError({
    code: "RECORD_NOT_DATA",
    what: `A record holds ${describe(value)}`,
    expected:
      "data: null, booleans, numbers, bigints, strings, Dates, Uint8Arrays, Decimals, arrays, Maps and objects with fields of their own",
    where: path === "" ? undefined : { field: path },
    fix: adviceFor(value),
  });
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  const name = value.constructor?.name;
  return name === undefined || name === "" ? shortText(value) : `an instance of ${name}`;
}

function adviceFor(value: unknown): string {
  if (typeof value !== "object" || value === null) return "Leave the field out of the record.";
  if (typeof (value as { then?: unknown }).then === "function") return "Wait for promises in mapAsync.";
  const brand = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (brand === "Set") return "Turn it into an array: [...set].";
  if (brand === "Number" || brand === "String" || brand === "Boolean") return "Use the primitive value: x.valueOf().";
  if (ArrayBuffer.isView(value)) return "Turn it into an array, Array.from(x), or into its bytes, a Uint8Array.";
  if (brand === "ArrayBuffer" || brand === "SharedArrayBuffer") return "Wrap it: new Uint8Array(buffer).";
  return "Copy what matters into a plain object, or declare its class with types.custom.";
}

function tooDeep(path: string): MillraceError {
  return new MillraceError({
    code: "RECORD_NOT_DATA",
    what: `A record nests more than ${MAX_RECORD_DEPTH} levels deep, or contains itself`,
    expected: "data without cycles",
    where: { field: path.length > 60 ? `${path.slice(0, 60)}…` : path },
    fix: "Refer to other records by their key instead of holding them.",
  });
}
