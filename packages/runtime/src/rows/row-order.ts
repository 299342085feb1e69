import {
  type AbsentKeyOptions,
  invariant,
  type KeyField,
  type Memory,
  type RowCodeOptions,
  type RowCompare,
  RowPairComparator,
} from "@millrace/core";
import type { StreamLayout } from "./stream-layout.js";

/** Rows of undeclared records may lack a field that others have; plans were checked before. @internal */
export const ABSENT_KEYS_ARE_NULL: AbsentKeyOptions = { absentKeys: "null" };

/** Knows rows, of either side, that have their key in other fields than the rest of their side. @internal */
export interface KeyedElsewhere {
  /** Their key fields. */
  readonly keys: readonly KeyField[];
  /** Whether rows of a layout are such rows. */
  has(layout: StreamLayout): boolean;
}

/**
 * Compares rows of the left input with rows of the right one by keys that correspond, whatever their layouts. Code is made per pair of layouts, when
 * the pair is met first. The directions are those of the left keys.
 * @internal
 */
export class RowPairOrder {
  readonly #left: readonly KeyField[];
  readonly #right: readonly KeyField[];
  readonly #keyed: KeyedElsewhere | undefined;
  readonly #options: RowCodeOptions & AbsentKeyOptions;
  /** Comparisons by the index of the left layout, then of the right one. */
  readonly #comparators: (RowCompare | undefined)[][] = [];

  /** @param keyed - rows that have their key elsewhere; undefined for none */
  constructor(
    left: readonly KeyField[],
    right: readonly KeyField[],
    keyed?: KeyedElsewhere,
    options: RowCodeOptions = {},
  ) {
    invariant(left.length === right.length, "keys of two inputs have the same number of fields");
    this.#left = left;
    this.#right = right;
    this.#keyed = keyed;
    this.#options = { ...options, ...ABSENT_KEYS_ARE_NULL };
  }

  /** Returns the comparison of left rows of one layout with right rows of another: fetch it once where layouts stay the same. */
  comparator(left: StreamLayout, right: StreamLayout): RowCompare {
    return this.#comparators[left.index]?.[right.index] ?? this.#add(left, right);
  }

  /** Compares two rows: negative, 0 or positive. */
  compare(
    memoryA: Memory,
    slotA: number,
    layoutA: StreamLayout,
    memoryB: Memory,
    slotB: number,
    layoutB: StreamLayout,
  ): number {
    return this.comparator(layoutA, layoutB)(memoryA, slotA, memoryB, slotB);
  }

  #add(left: StreamLayout, right: StreamLayout): RowCompare {
    const leftKeys = this.#keyed?.has(left) === true ? this.#keyed.keys : this.#left;
    const rightKeys = this.#keyed?.has(right) === true ? this.#keyed.keys : this.#right;
    const { compare } = new RowPairComparator(left.layout, leftKeys, right.layout, rightKeys, this.#options);
    this.#comparators[left.index] ??= [];
    this.#comparators[left.index]![right.index] = compare;
    return compare;
  }
}
