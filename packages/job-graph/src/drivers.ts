import type { ExpressionNode } from "@millrace/core";
import type { ObjectRef } from "./job-graph.js";
import type { KeyFieldSpec } from "./strategies.js";

/**
 * Says which field of an input's records is the record that functions get, where a computed key was attached in front of it;
 * undefined when it is all of it.
 * @public
 */
export type ValuePosition = number | undefined;

/** Says what a group is for a driver with one input. @public */
export interface GroupSpec {
  /** The key; undefined when the whole input is one group, read by one task. */
  readonly keys: readonly KeyFieldSpec[] | undefined;
  /** Where the record lies in the input's records. */
  readonly value: ValuePosition;
}

/**
 * Says how a group is found. `sorted`: the input is sorted by the key, and group follows group. `hash`: in a hash table
 * that spills. `all`: the input is one group.
 * @public
 */
export type GroupStrategy = "sorted" | "hash" | "all";

/** Names an aggregate. @public */
export type AggregateFunctionName = "sum" | "min" | "max" | "avg" | "count" | "countDistinct";

/** Is one named aggregate: of a field, an expression, or (count) of records. @public */
export interface AggregateSpec {
  /** The name in the result; unused when the result is a tuple. */
  readonly name: string;
  /** Which one. */
  readonly aggregate: AggregateFunctionName;
  /** A field path, or an expression; undefined for `count`, which counts records. */
  readonly argument: string | ExpressionNode | undefined;
}

/** Is what becomes of a pair of a join or cross. @public */
export type PairResultSpec =
  | { readonly kind: "pair" }
  | { readonly kind: "function"; readonly function: ObjectRef }
  | { readonly kind: "flatFunction"; readonly function: ObjectRef }
  | {
      readonly kind: "projection";
      readonly shape: "row" | "tuple";
      readonly fields: readonly {
        readonly side: "first" | "second";
        readonly path: string;
        readonly name: string | undefined;
      }[];
    }
  | { readonly kind: "left" };

/** Says which records of a join have results. @public */
export type JoinKind = "inner" | "left-outer" | "right-outer" | "full-outer" | "semi" | "anti";

/**
 * Says how the sides of a join meet. Hash joins build a table of one side and probe it with the other; `merge` reads both
 * sorted by key; `solution-first` and `solution-second` look into the solution set of the vertex's iteration.
 * @public
 */
export type JoinStrategy = "hash-build-first" | "hash-build-second" | "merge" | "solution-first" | "solution-second";

/** Says how often asynchronous calls are made. Times are in milliseconds. @public */
export interface AsyncCallSpec {
  /** How many calls of a task may be pending, at least 1. */
  readonly concurrency: number;
  /** How long a call may take; undefined for ever. */
  readonly timeoutMs: number | undefined;
  /** How often a call that failed is made again. */
  readonly numRetries: number;
  /** A function of the attempt. */
  readonly retryDelayMs: ObjectRef;
  /** Whether results keep the order of their inputs. */
  readonly isOrdered: boolean;
}

/**
 * Is what reads the inputs of a vertex. Where several keys of a join or group are compared with one field that holds a tuple, that tuple's
 * elements are the parts of the key: a null among them matches nothing in a join. Kinds and the inputs they want:
 * - `source`, `collection`: none.
 * - `forward`: one, of any number of edges (also a union): gives what it reads.
 * - `mapPartition`, `mapAsync`, `reduce`, `groupReduce`, `groupCombine`, `aggregate`, `summarize`, `selectBy`, `distinct`, `first`, `sink`, `collect`: one.
 * - `join`, `coGroup`, `coGroupRaw`, `cross`: two. With a solution set, only the other side, as input 0.
 * - `bulkHead`: the initial solution; output 0 is the partial solution of each superstep, output 1 the result.
 * - `bulkTail`: the next partial solution. `terminationTail`: the termination criterion.
 * - `deltaHead`: the initial solution set, and the initial workset; output 0 is the workset of each superstep, output 1 the result.
 * - `worksetTail`, `solutionTail`: the next workset, the changes of the solution set.
 * - `rangeBorders`: one task that reads all that a range partitioning is to send; gives one record, the array of `numPartitions - 1`
 *   or fewer borders, each an array with a value for each key: the greatest keys of the partitions but the last.
 * @public
 */
export type DriverSpec =
  | {
      readonly kind: "source";
      readonly source: ObjectRef;
      readonly parameters: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly kind: "collection"; readonly records: ObjectRef }
  | { readonly kind: "forward" }
  | { readonly kind: "mapPartition"; readonly function: ObjectRef }
  | { readonly kind: "mapAsync"; readonly function: ObjectRef; readonly options: AsyncCallSpec }
  | {
      readonly kind: "reduce";
      readonly function: ObjectRef;
      readonly group: GroupSpec;
      readonly strategy: GroupStrategy;
    }
  /** On parts of groups, giving the records with their attached keys, for a `reduce` behind an exchange. */
  | {
      readonly kind: "reduceCombine";
      readonly function: ObjectRef;
      readonly group: GroupSpec;
      readonly strategy: "sorted" | "hash";
    }
  | {
      readonly kind: "groupReduce";
      readonly function: ObjectRef;
      readonly group: GroupSpec;
      readonly strategy: "sorted" | "all";
    }
  /**
   * On parts of groups: fills a sort buffer, sorts, calls the function per group, empties it. `keys` undefined calls it once for
   * all records. `order` sorts within the group. With `keepsKeys` results are held to the key of their group, and have its attached keys in front: for
   * a `groupReduce` behind an exchange.
   */
  | {
      readonly kind: "groupCombine";
      readonly function: ObjectRef;
      readonly group: GroupSpec;
      readonly order: readonly KeyFieldSpec[];
      readonly keepsKeys: boolean;
    }
  | {
      readonly kind: "aggregate";
      readonly aggregations: readonly { readonly aggregation: "sum" | "min" | "max"; readonly field: string }[];
      readonly group: GroupSpec;
      readonly strategy: GroupStrategy;
    }
  | {
      readonly kind: "summarize";
      readonly aggregates: readonly AggregateSpec[];
      /** How the parts of the key show in the result, in order. */
      readonly keyNames: readonly KeyNameSpec[];
      readonly shape: "row" | "tuple";
      readonly group: GroupSpec;
      readonly strategy: GroupStrategy;
    }
  | {
      readonly kind: "selectBy";
      readonly extreme: "min" | "max";
      readonly fields: readonly string[];
      readonly group: GroupSpec;
      readonly strategy: GroupStrategy;
    }
  | { readonly kind: "distinct"; readonly group: GroupSpec; readonly strategy: "sorted" | "hash" }
  | { readonly kind: "first"; readonly count: number; readonly group: GroupSpec; readonly strategy: "sorted" | "all" }
  | {
      readonly kind: "join";
      readonly joinType: JoinKind;
      readonly strategy: JoinStrategy;
      readonly leftKeys: readonly KeyFieldSpec[];
      readonly rightKeys: readonly KeyFieldSpec[];
      readonly leftValue: ValuePosition;
      readonly rightValue: ValuePosition;
      readonly result: PairResultSpec;
    }
  | {
      readonly kind: "coGroup";
      readonly leftKeys: readonly KeyFieldSpec[];
      readonly rightKeys: readonly KeyFieldSpec[];
      readonly leftValue: ValuePosition;
      readonly rightValue: ValuePosition;
      readonly function: ObjectRef;
      /** Which side is the solution set of the vertex's iteration; undefined for none. */
      readonly solution: "first" | "second" | undefined;
    }
  | { readonly kind: "coGroupRaw"; readonly function: ObjectRef }
  | { readonly kind: "cross"; readonly inner: "first" | "second"; readonly result: PairResultSpec }
  | {
      readonly kind: "sink";
      readonly sink: ObjectRef;
      readonly parameters: Readonly<Record<string, unknown>> | undefined;
    }
  /** `index`: the number of the collecting sink in the job. */
  | { readonly kind: "collect"; readonly index: number }
  | { readonly kind: "bulkHead" | "bulkTail" | "terminationTail" | "worksetTail" }
  /** `keys` of the solution set; `value` of the records in the inputs of head and solution tail alike. */
  | {
      readonly kind: "deltaHead" | "solutionTail";
      readonly keys: readonly KeyFieldSpec[];
      readonly value: ValuePosition;
    }
  | { readonly kind: "rangeBorders"; readonly keys: readonly KeyFieldSpec[]; readonly numPartitions: number };

/** Says how one part of a key shows in the row that `summarize` makes. In tuples all parts stand in front, by position. @public */
export interface KeyNameSpec {
  /** The position of the part in the key. */
  readonly part: number;
  /**
   * Where the value comes from and what it is called. `field`: it is the field of the record at `path`, in the same place of the result,
   * save that position 3 of a record that is a tuple becomes `f3`. `named`: it is the part of the key, called `name`. `spread`: it
   * is the part of the key; a row gives its own fields, anything else is called `key`.
   */
  readonly shape:
    | { readonly kind: "field"; readonly path: string }
    | { readonly kind: "named"; readonly name: string }
    | { readonly kind: "spread" };
}
