import type { KeyFieldSpec } from "@millrace/job-graph";
import type { RowCursor } from "../../rows/row-cursor.js";
import { KeyOrder } from "../key-order.js";
import { GroupRows } from "./group-rows.js";

/** Says which of two sorted streams has the group of the least key. @internal */
export type Side = "left" | "right" | "both";

/**
 * Goes through two streams that are sorted by keys which correspond, group by group in the order of the keys, and tells which side has the
 * key. Null keys meet like others.
 * @internal
 */
export class PairedGroups {
  /** The rows of the left group; meaningful when the left side has the key. */
  readonly left: GroupRows;
  /** The rows of the right group; meaningful when the right side has the key. */
  readonly right: GroupRows;
  readonly #order: KeyOrder;
  #hasLeft = false;
  #hasRight = false;
  #isBegun = false;
  #side: Side = "both";

  constructor(
    left: RowCursor,
    leftKeys: readonly KeyFieldSpec[],
    right: RowCursor,
    rightKeys: readonly KeyFieldSpec[],
  ) {
    const [alignedLeft, alignedRight] = alignKeys(leftKeys, rightKeys);
    this.left = new GroupRows(left, new KeyOrder(alignedLeft));
    this.right = new GroupRows(right, new KeyOrder(alignedRight));
    this.#order = new KeyOrder(alignedLeft, alignedRight);
  }

  /** What it did so far on both sides, by `workOf` for each row. */
  get work(): number {
    return this.left.work + this.right.work;
  }

  /** Moves past rows of the groups that were not read, as many as are work for a step; returns whether it came to their end. */
  skip(): boolean {
    return (this.#side === "right" || this.left.skip()) && (this.#side === "left" || this.right.skip());
  }

  /** Moves to the next key, past what was not read of the groups before; undefined at the end of both sides. As for one side, `skip` comes before. */
  next(): Side | undefined {
    if (!this.#isBegun || this.#side !== "right") this.#hasLeft = this.left.nextGroup();
    if (!this.#isBegun || this.#side !== "left") this.#hasRight = this.right.nextGroup();
    this.#isBegun = true;
    if (!this.#hasLeft && !this.#hasRight) return undefined;
    this.#side = this.#compare();
    return this.#side;
  }

  #compare(): Side {
    if (!this.#hasRight) return "left";
    if (!this.#hasLeft) return "right";
    const { left, right } = this;
    const compare = this.#order.comparator(left.firstLayout, right.firstLayout);
    const order = compare(left.firstMemory, 0, right.firstMemory, 0);
    return order === 0 ? "both" : order < 0 ? "left" : "right";
  }

  /** Whether the left side has come to its end. */
  get isLeftAtEnd(): boolean {
    return !this.#hasLeft;
  }

  /** Whether the right side has come to its end. */
  get isRightAtEnd(): boolean {
    return !this.#hasRight;
  }
}

/** Where several keys are compared with one that holds a tuple, names the elements of the tuple. */
function alignKeys(
  left: readonly KeyFieldSpec[],
  right: readonly KeyFieldSpec[],
): readonly [readonly KeyFieldSpec[], readonly KeyFieldSpec[]] {
  if (left.length === right.length) return [left, right];
  return left.length === 1 ? [elementsOf(left[0]!, right), right] : [left, elementsOf(right[0]!, left)];
}

function elementsOf(tuple: KeyFieldSpec, others: readonly KeyFieldSpec[]): KeyFieldSpec[] {
  return others.map(({ order }, i) => ({ path: tuple.path === "*" ? String(i) : `${tuple.path}.${i}`, order }));
}
