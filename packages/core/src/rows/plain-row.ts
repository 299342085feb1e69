import { ownValue } from "../records/conform-record.js";

/**
 * Is thrown by writers when a record contradicts its type. It says nothing more, because `checkRecord` finds out where
 * and why once it is known that something is wrong.
 */
export const TYPE_MISMATCH: unique symbol = Symbol("a record contradicts its type");

/** Throws {@link TYPE_MISMATCH}. */
export function mismatch(): never {
  throw TYPE_MISMATCH;
}

/**
 * Tells whether reading the fields `names` of an object with this prototype reads own fields only. Generated writers ask
 * once per prototype; a prototype that gets such a property later would be missed, and is nobody's data.
 */
export function isSafePrototype(prototype: object | null, names: readonly string[]): boolean {
  for (let p = prototype; p !== null; p = Object.getPrototypeOf(p)) {
    for (const name of names) if (Object.hasOwn(p, name)) return false;
  }
  return true;
}

/** Returns the own fields `names` of `row` in an object without prototype, which then has no other fields to be found. */
export function ownFields(row: object, names: readonly string[]): Record<string, unknown> {
  if (Array.isArray(row)) mismatch();
  const copy: Record<string, unknown> = Object.create(null);
  for (const name of names) copy[name] = ownValue(row, name);
  return copy;
}
