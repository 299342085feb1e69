/**
 * Merges sorted streams with a tree of losers (Knuth, The Art of Computer Programming, volume 3, 5.4.1). Inner node i of the tree holds the
 * stream that lost there, node 0 the winner of all; leaf s stands below node (s + n) >> 1. After the winner moved on, only the
 * path from its leaf to the root is played again: one comparison on each level.
 *
 * Streams are compared by the prefixes of their rows, which are held here, and by the rows when those are equal; of equal rows, that of the
 * stream that was given first comes first. So the merge is stable when the streams are given in order of arrival.
 */
import type { Memory, RowCompare } from "@millrace/core";
import type { RowCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { LargeRows } from "./large-rows.js";
import type { SortKeys } from "./sort-keys.js";
import { NOT_LARGE, type SortedRows } from "./sorted-rows.js";

const PREFIX_WORDS = 3;

/** Is the rows of several sorted streams in order. */
export class MergeRows implements RowCursor {
  memory!: Memory;
  slot = 0;
  layout!: StreamLayout;
  /** As in {@link SortedRows}, though the row is at `memory` and `slot` all the same. */
  largeBlock = NOT_LARGE;
  readonly #inputs: readonly SortedRows[];
  readonly #keys: SortKeys;
  readonly #large: LargeRows;
  readonly #prefixes: Uint32Array;
  readonly #isAtEnd: Uint8Array;
  readonly #tree: Int32Array;
  #comparators: (RowCompare | undefined)[][] = [];
  #winner = -1;

  constructor(inputs: readonly SortedRows[], keys: SortKeys, large: LargeRows) {
    this.#inputs = inputs;
    this.#keys = keys;
    this.#large = large;
    this.#prefixes = new Uint32Array(inputs.length * PREFIX_WORDS);
    this.#isAtEnd = new Uint8Array(inputs.length);
    this.#tree = new Int32Array(inputs.length);
  }

  next(): boolean {
    if (this.#inputs.length <= 1) return this.#nextOfOne();
    if (this.#winner < 0) {
      for (let i = 0; i < this.#inputs.length; i++) this.#advance(i);
      this.#winner = this.#build(1);
    } else {
      this.#advance(this.#winner);
      this.#winner = this.#replay(this.#winner);
    }
    if (this.#isAtEnd[this.#winner] === 1) return false;
    this.#setRow(this.#inputs[this.#winner]!);
    return true;
  }

  #nextOfOne(): boolean {
    const input = this.#inputs[0];
    if (input === undefined || !input.next()) return false;
    this.#setRow(input);
    return true;
  }

  #setRow(input: SortedRows): void {
    this.layout = input.layout;
    this.largeBlock = input.largeBlock;
    if (input.largeBlock === NOT_LARGE) {
      this.memory = input.memory;
      this.slot = input.slot;
    } else {
      this.memory = this.#large.load(input.largeBlock);
      this.slot = 0;
    }
  }

  #advance(index: number): void {
    const input = this.#inputs[index]!;
    if (input.next()) {
      input.readPrefix(this.#prefixes, index * PREFIX_WORDS);
    } else {
      this.#isAtEnd[index] = 1;
      this.#prefixes.fill(0xffffffff, index * PREFIX_WORDS, (index + 1) * PREFIX_WORDS);
    }
  }

  /** Plays the subtree below `node` and returns its winner. */
  #build(node: number): number {
    const { length } = this.#inputs;
    if (node >= length) return node - length;
    const left = this.#build(node * 2);
    const right = this.#build(node * 2 + 1);
    const isRight = this.#isBefore(right, left);
    this.#tree[node] = isRight ? left : right;
    return isRight ? right : left;
  }

  /** Plays the path from a leaf to the root again. */
  #replay(leaf: number): number {
    const tree = this.#tree;
    let winner = leaf;
    for (let node = (leaf + tree.length) >> 1; node > 0; node >>= 1) {
      const other = tree[node]!;
      if (this.#isBefore(other, winner)) {
        tree[node] = winner;
        winner = other;
      }
    }
    return winner;
  }

  #isBefore(a: number, b: number): boolean {
    const prefixes = this.#prefixes;
    const atA = a * PREFIX_WORDS;
    const atB = b * PREFIX_WORDS;
    if (prefixes[atA]! !== prefixes[atB]!) return prefixes[atA]! < prefixes[atB]!;
    if (prefixes[atA + 1]! !== prefixes[atB + 1]!) return prefixes[atA + 1]! < prefixes[atB + 1]!;
    if (prefixes[atA + 2]! !== prefixes[atB + 2]!) return prefixes[atA + 2]! < prefixes[atB + 2]!;
    return this.#isBeforeByRow(a, b);
  }

  #isBeforeByRow(a: number, b: number): boolean {
    if (this.#isAtEnd[a] === 1 || this.#isAtEnd[b] === 1) return this.#isAtEnd[a]! < this.#isAtEnd[b]!;
    if (this.#keys.isPrefixComplete) return a < b;
    const rowA = this.#inputs[a]!;
    const rowB = this.#inputs[b]!;
    const order = this.#compareRows(rowA, rowB);
    return order !== 0 ? order < 0 : a < b;
  }

  #compareRows(a: SortedRows, b: SortedRows): number {
    const memoryA = a.largeBlock === NOT_LARGE ? a.memory : this.#large.load(a.largeBlock);
    const memoryB = b.largeBlock === NOT_LARGE ? b.memory : this.#large.load(b.largeBlock);
    const slotA = a.largeBlock === NOT_LARGE ? a.slot : 0;
    const slotB = b.largeBlock === NOT_LARGE ? b.slot : 0;
    return this.#comparator(a.layout, b.layout)(memoryA, slotA, memoryB, slotB);
  }

  #comparator(a: StreamLayout, b: StreamLayout): RowCompare {
    this.#comparators[a.index] ??= [];
    const row = this.#comparators[a.index]!;
    let compare = row[b.index];
    if (compare === undefined) {
      compare = this.#keys.comparator(a, b);
      row[b.index] = compare;
    }
    return compare;
  }

  /** Gives back what the streams hold. */
  close(): void {
    for (const input of this.#inputs) input.close();
  }
}
