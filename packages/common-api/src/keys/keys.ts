import type { ExpressionNode } from "@millrace/core";
import type { UserFunction } from "../functions/user-function.js";

/**
 * Is one part of a key: a field by its path, a function of the record, or an expression over it. A path is written as
 * users write it: `user.zip`, `0`, `0.name`, and `*` for the whole record.
 * @public
 */
export type KeyPart =
  | { readonly kind: "field"; readonly path: string }
  | { readonly kind: "selector"; readonly function: UserFunction }
  | { readonly kind: "expression"; readonly expression: ExpressionNode; readonly name: string | undefined };

/**
 * Is a key: records with equal values in all parts belong together. Never empty; duplicates of field parts are removed (B081).
 * @public
 */
export type Keys = readonly KeyPart[];

/** Says which way an order goes. Nulls come first ascending and last descending. @public */
export type Order = "ascending" | "descending";

/** Orders records by one part after the other. @public */
export type Ordering = readonly { readonly key: KeyPart; readonly order: Order }[];

/**
 * Decides which partition a key belongs to: returns an integer from 0 to `numPartitions` - 1. It must depend on its
 * arguments only.
 * @public
 */
export type Partitioner<in K> = (key: K, numPartitions: number) => number;
