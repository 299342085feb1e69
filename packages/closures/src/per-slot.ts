import { MillraceError } from "@millrace/core";

/** Marks the functions that {@link perSlot} gives, in every copy of this package. */
export const PER_SLOT: unique symbol = Symbol.for("millrace.closures.perSlot") as never;

/**
 * Gives a function that returns a value of its own in each slot: `make` runs there at the first call, and its result is kept. It is for
 * what cannot travel, such as clients, pools, and instances of the classes of packages.
 *
 * ```ts
 * const client = perSlot(() => new Client({ host }));
 * orders.map((order) => client().lookUp(order.id));
 * ```
 * @beta
 */
export function perSlot<T>(make: () => T): PerSlot<T> {
  if (typeof make !== "function") {
    throw new MillraceError({
      code: "INVALID_FUNCTION",
      what: "perSlot was given something that is no function",
      expected: "a function that makes the value: perSlot(() => new Client())",
    });
  }
  let isMade = false;
  let value: T | undefined;
  const get = (): T => {
    if (!isMade) {
      value = make();
      isMade = true;
    }
    return value as T;
  };
  return Object.defineProperty(get, PER_SLOT, { value: make }) as PerSlot<T>;
}

/** Returns the slot's value. Made by {@link perSlot}. @beta */
export interface PerSlot<T> {
  /** Returns the value, which is made at the first call. */
  (): T;
  /** What makes the value. */
  readonly [PER_SLOT]: () => T;
}
