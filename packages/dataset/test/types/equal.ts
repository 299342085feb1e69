import type { Data } from "@millrace/dataset";

/** Is true when both types are the same type, not merely assignable to each other. */
export type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

/** Is the element type of a data set. */
export type Of<D> = D extends Data<infer T> ? T : never;

/** Compiles when `A` and `B` are the same type. */
export declare function equal<A, B>(same: Equal<A, B>): void;

export interface Order {
  id: number;
  who: string;
  cust: number;
  user: { zip: string; age: number };
}

export interface Customer {
  id: number;
  name: string;
}

/** Has a field of every kind. */
export interface Everything {
  text: string;
  number: number;
  big: bigint;
  flag: boolean;
  when: Date;
  bytes: Uint8Array;
  list: string[];
  pair: [number, string];
  map: Map<string, number>;
  set: Set<number>;
  nested: { deep: { deeper: { deepest: number } } };
  nullable: string | null;
  optional?: number;
  maybe?: { inner: string } | null;
  literal: "a" | "b";
  method(): number;
  fn?: () => void;
}
