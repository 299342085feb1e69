import type { ErrorCode } from "@millrace/core";

/**
 * Says what must come out of a program. Records compare by value: rows by their fields in any order, an absent field equals
 * `undefined`, NaN equals NaN, -0 differs from 0, and numbers differ from bigints.
 * @public
 */
export type Expectation =
  /** These records, each as often as it is here, in any order. */
  | { readonly kind: "bag"; readonly records: readonly unknown[]; readonly rendering: Rendering }
  /** These records in this order. */
  | { readonly kind: "ordered"; readonly records: readonly unknown[]; readonly rendering: Rendering }
  /** These records, whose keys come in this order; records of one key come in any order. */
  | {
      readonly kind: "orderedByKey";
      readonly records: readonly unknown[];
      readonly key: (record: never) => unknown;
      readonly rendering: Rendering;
    }
  /** Something that holds of the records: `check` returns what is wrong, or undefined. */
  | { readonly kind: "law"; readonly statement: string; readonly check: LawCheck }
  /** A MillraceError with this code, whose message holds these texts. */
  | { readonly kind: "failure"; readonly code: ErrorCode; readonly texts: readonly string[] };

/** Tells what is wrong with the records of a run at some parallelism; undefined when nothing is. @public */
export type LawCheck = (records: readonly never[], parallelism: number) => string | undefined;

/** Says how records are compared. @public */
export interface Rendering {
  /** By how much numbers may differ; 0 by default. */
  readonly tolerance?: number;
  /** Turns what came out into what is compared, such as a record into a line of text. */
  readonly render?: (record: never) => unknown;
}

/** Expects these records in any order. @public */
export function bag(records: readonly unknown[], rendering: Rendering = {}): Expectation {
  return { kind: "bag", records, rendering };
}

/** Expects these records in this order. @public */
export function ordered(records: readonly unknown[], rendering: Rendering = {}): Expectation {
  return { kind: "ordered", records, rendering };
}

/** Expects these records in the order of their keys; those of equal keys in any order. @public */
export function orderedByKey<R>(
  records: readonly R[],
  key: (record: R) => unknown,
  rendering: Rendering = {},
): Expectation {
  return { kind: "orderedByKey", records, key, rendering };
}

/** Expects a law to hold: `check` returns what is wrong with the records, or undefined. @public */
export function law<R>(
  statement: string,
  check: (records: readonly R[], parallelism: number) => string | undefined,
): Expectation {
  return { kind: "law", statement, check };
}

/** Expects the program to fail with this code and a message that holds `texts`. @public */
export function failure(code: ErrorCode, ...texts: readonly string[]): Expectation {
  return { kind: "failure", code, texts };
}
