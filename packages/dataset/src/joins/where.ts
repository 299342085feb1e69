import type { ExpressionOver, KeyOf } from "@millrace/core";
import type { Bases, EqualKeys, RecordSelector } from "../keys/keyed.js";

/** Takes the keys of both sides and makes what a join or coGroup goes on with. @internal */
export type Pairing<out O> = (leftKeys: readonly unknown[], rightKeys: readonly unknown[]) => O;

/**
 * Waits for the key of the left side.
 *
 * @typeParam L - the records of the left side
 * @typeParam R - the records of the right side
 * @typeParam KU - the key that the right side must be read by; null for any
 * @typeParam O - what the join goes on with
 * @public
 */
export class Where<out L, in out R, in out KU, out O> {
  /** Exists only in the type system. */
  declare readonly "~left": L;
  /** @internal */
  private readonly pairing: Pairing<O>;
  declare private readonly "~right": (right: R, key: KU) => readonly [R, KU];

  /** @internal */
  constructor(pairing: Pairing<O>) {
    this.pairing = pairing;
  }

  /** Names the key of the left side: field paths, positions or key selectors. */
  where<
    S,
    const K extends readonly [
      KeyOf<S, unknown> | RecordSelector<S> | ExpressionOver<S>,
      ...(KeyOf<S, unknown> | RecordSelector<S> | ExpressionOver<S>)[],
    ],
  >(this: { readonly "~left": S }, ...keys: K): EqualTo<R, Bases<S, K>, KU, O> {
    return new EqualTo<R, Bases<S, K>, KU, O>((this as unknown as Where<L, R, KU, O>).pairing, keys);
  }
}

/** Waits for the key of the right side. `W` is the type of each part of the left key. @public */
export class EqualTo<in out R, in out W extends readonly unknown[], in out KU, out O> {
  /** @internal */
  private readonly pairing: Pairing<O>;
  /** @internal */
  private readonly leftKeys: readonly unknown[];
  declare private readonly "~right": (right: R, left: W, key: KU) => readonly [R, W, KU];

  /** @internal */
  constructor(pairing: Pairing<O>, leftKeys: readonly unknown[]) {
    this.pairing = pairing;
    this.leftKeys = leftKeys;
  }

  /** Names the key of the right side, as many parts as the left key has and of the same types. A null in a key equals nothing. */
  equalTo(...keys: EqualKeys<R, W, KU>): O {
    return this.pairing(this.leftKeys, keys as readonly unknown[]);
  }
}

/** Waits for the key of a solution set, which can only be its own. @public */
export class SolutionWhere<in out S, in out K extends readonly unknown[], in out R, out O> {
  /** @internal */
  private readonly pairing: Pairing<O>;
  declare private readonly "~solution": (solution: S, key: K, right: R) => readonly [S, K, R];

  /** @internal */
  constructor(pairing: Pairing<O>) {
    this.pairing = pairing;
  }

  /** Names the key of the solution set: exactly that of the delta iteration. */
  where(...keys: K): EqualTo<R, Bases<S, K>, null, O> {
    return new EqualTo<R, Bases<S, K>, null, O>(this.pairing, keys);
  }
}
