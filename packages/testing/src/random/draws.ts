/** Is one draw that the report counts. @internal */
export interface Draw {
  readonly group: DrawGroup;
  readonly name: string;
}

/** Counts what was drawn, by group and name: the evidence that nothing is left out. @internal */
export class DrawCounts {
  readonly #groups = new Map<string, Map<string, number>>();

  /** Counts draws. */
  add(draws: Iterable<Draw>): void {
    for (const { group, name } of draws) {
      let names = this.#groups.get(group);
      if (names === undefined) {
        names = new Map();
        this.#groups.set(group, names);
      }
      names.set(name, (names.get(name) ?? 0) + 1);
    }
  }

  /** Returns how often `name` was drawn. */
  count(group: DrawGroup, name: string): number {
    return this.#groups.get(group)?.get(name) ?? 0;
  }

  /** Returns the counts of one group by name. */
  group(group: DrawGroup): ReadonlyMap<string, number> {
    return this.#groups.get(group) ?? new Map();
  }
}

/** Collects draws until the data set is made that they are for. @internal */
export class PendingDraws {
  #draws: Draw[] = [];

  /** Notes one draw. */
  add(group: DrawGroup, name: string): void {
    this.#draws.push({ group, name });
  }

  /** Returns the draws since the last call, and forgets them. */
  take(): readonly Draw[] {
    const draws = this.#draws;
    this.#draws = [];
    return draws;
  }
}

/** Names what is counted. @public */
export type DrawGroup = "operator" | "key" | "function" | "type" | "data" | "plan";

/** Lists everything that a long enough run must have drawn; the report names what it has not. @internal */
export const EXPECTED_DRAWS: Readonly<Record<DrawGroup, readonly string[]>> = {
  operator: [
    "source",
    "map",
    "flatMap",
    "filter",
    "mapPartition",
    "mapAsync",
    "project",
    "select",
    "reduce",
    "reduceGroup",
    "combineGroup",
    "aggregate in place",
    "aggregate named",
    "minBy",
    "maxBy",
    "distinct",
    "first",
    "first of any",
    "join",
    "leftOuterJoin",
    "rightOuterJoin",
    "fullOuterJoin",
    "semiJoin",
    "antiJoin",
    "coGroup",
    "coGroupPartitions",
    "cross",
    "union",
    "rebalance",
    "partitionByHash",
    "partitionByRange",
    "partitionCustom",
    "sortPartition",
    "orderBy",
    "iterate",
    "iterateDelta",
    "zipWithIndex",
  ],
  key: [
    "field",
    "nested field",
    "position",
    "selector",
    "selector of a tuple",
    "selector of a row",
    "expression",
    "whole record",
    "several parts",
  ],
  function: [
    "plain",
    "rich",
    "rich with state",
    "mutates its record",
    "mutates inside of its record",
    "writes to out",
    "returns an array",
    "generator",
    "many outputs",
    "broadcast set",
    "accumulator",
    "superstep",
    "aggregator",
    "convergence criterion",
    "several layouts",
    "expression",
  ],
  type: [
    "boolean",
    "int32",
    "int64",
    "float64",
    "string",
    "bytes",
    "timestamp",
    "decimal",
    "enum",
    "array",
    "map",
    "row",
    "tuple",
    "variant",
    "nullable",
    "optional",
    "custom",
    "any",
    "undeclared",
  ],
  data: [
    "NaN",
    "-0",
    "infinity",
    "2^53",
    "bigint limit",
    "lone surrogate",
    "4-byte text",
    "empty string",
    "long string",
    "invalid date",
    "null",
    "absent field",
    "empty collection",
    "duplicate record",
    "skewed key",
    "empty set",
    "odd field name",
    "several layouts in one field",
  ],
  plan: [
    "two consumers",
    "several jobs",
    "result of an earlier job",
    "join hint",
    "partitioner of a key",
    "own parallelism",
    "declared result",
    "order promised",
    "stable sort",
  ],
};
