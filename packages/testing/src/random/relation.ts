/** What data sets mean as relations: the part of plans that other systems can compute as well. */

/** Is an expression. The first argument of a call is the value that the method is called on. @internal */
export type Expression =
  | { readonly kind: "column"; readonly path: string | number; readonly name: string }
  | { readonly kind: "literal"; readonly value: null | boolean | number | bigint | string }
  | { readonly kind: "call"; readonly method: string; readonly args: readonly Expression[] };

/** Names an aggregate. @internal */
export type AggregateFunction = "sum" | "min" | "max" | "avg" | "count" | "countDistinct";

/** Is a data set as a relation over its inputs, whose columns are the fields of their shapes. @internal */
export type Relation =
  | { readonly kind: "source" | "same" | "distinct" | "union" }
  | { readonly kind: "filter"; readonly condition: Expression }
  | { readonly kind: "select"; readonly columns: readonly { readonly name: string; readonly expression: Expression }[] }
  | {
      readonly kind: "join";
      readonly type: JoinKind;
      readonly keys: readonly { readonly left: string; readonly right: string }[];
      /** Empty for semi and anti joins, which give the left record. */
      readonly columns: readonly { readonly side: "left" | "right"; readonly name: string }[];
    }
  | {
      readonly kind: "aggregate";
      readonly keys: readonly { readonly from: string; readonly to: string }[];
      readonly aggregates: readonly {
        readonly name: string;
        readonly function: AggregateFunction;
        /** Undefined for a count of records. */
        readonly argument: Expression | undefined;
      }[];
    }
  | {
      readonly kind: "first";
      readonly count: number;
      readonly sorts: readonly { readonly field: string; readonly isDescending: boolean }[];
    };

/** Names a kind of join by its method. @internal */
export type JoinKind = "join" | "leftOuterJoin" | "rightOuterJoin" | "fullOuterJoin" | "semiJoin" | "antiJoin";
