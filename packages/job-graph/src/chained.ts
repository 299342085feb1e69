import type { ExpressionNode } from "@millrace/core";
import type { DeclaredType, ObjectRef } from "./job-graph.js";

/** Says which logical operator something is, for errors, metrics and contexts of functions. @public */
export interface OperatorInfo {
  /** The id in the logical plan. */
  readonly id: number;
  /** The name. */
  readonly name: string;
  /** Where the user's program made it. */
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | undefined;
  /** What was given by `withParameters`. */
  readonly parameters: Readonly<Record<string, unknown>> | undefined;
  /**
   * The type of its results, where one was declared or follows from what was declared of its inputs; records that contradict it
   * are an error. It decides the layout: orders of enums and values of custom types hang on it.
   */
  readonly resultType: DeclaredType | undefined;
}

/**
 * Is a part of a key as it is computed: a field, a function of the record, an expression, or the tuple of several parts (where a
 * join compares them with one selector that returns a tuple).
 * @public
 */
export type KeyPartSpec =
  | { readonly kind: "field"; readonly path: string }
  | { readonly kind: "selector"; readonly function: ObjectRef }
  | { readonly kind: "expression"; readonly expression: ExpressionNode }
  | { readonly kind: "tuple"; readonly parts: readonly KeyPartSpec[] };

/**
 * Is an operator over one record at a time, fused behind a driver. Functions are called with the runtime context of their
 * own operator.
 * @public
 */
export type ChainedSpec = { readonly operator: OperatorInfo } & (
  | { readonly kind: "map"; readonly function: ObjectRef }
  | { readonly kind: "flatMap"; readonly function: ObjectRef }
  | { readonly kind: "filter"; readonly function: ObjectRef }
  | { readonly kind: "filterExpression"; readonly expression: ExpressionNode }
  /** Makes a tuple of fields. */
  | { readonly kind: "project"; readonly fields: readonly string[] }
  /** Makes a row of expressions. */
  | {
      readonly kind: "select";
      readonly columns: readonly { readonly name: string; readonly expression: ExpressionNode }[];
    }
  /** Turns a record into the tuple of its key's parts and itself: `[part 0, …, part n-1, record]`. */
  | { readonly kind: "attachKey"; readonly parts: readonly KeyPartSpec[] }
  /** Takes the record at this position out of such a tuple. */
  | { readonly kind: "detachKey"; readonly position: number }
);
