import type {
  AggregateSpec,
  AsyncCallSpec,
  DriverSpec,
  GroupSpec,
  JoinKind,
  JoinStrategy,
  KeyNameSpec,
  PairResultSpec,
} from "../drivers.js";
import { expression } from "./expression-json.js";
import { id, keys, parameters, ref } from "./read-common.js";
import {
  amount,
  boolean,
  byKind,
  integer,
  list,
  listOfSome,
  object,
  oneOf,
  optional,
  type Reader,
  text,
} from "./readers.js";

const value = optional(id);

const group: Reader<GroupSpec> = object<GroupSpec>({ keys: optional(keys), value });

const groupStrategy = oneOf("sorted", "hash", "all");

const asyncCalls: Reader<AsyncCallSpec> = object<AsyncCallSpec>({
  concurrency: integer(1),
  timeoutMs: optional(amount),
  numRetries: integer(0),
  retryDelayMs: ref,
  isOrdered: boolean,
});

const fieldOrExpression: Reader<string | AggregateSpec["argument"]> = (each, path) =>
  typeof each === "string" ? each : expression(each, path);

const aggregate: Reader<AggregateSpec> = object<AggregateSpec>({
  name: text,
  aggregate: oneOf("sum", "min", "max", "avg", "count", "countDistinct"),
  argument: optional(fieldOrExpression),
});

const keyName: Reader<KeyNameSpec> = object<KeyNameSpec>({
  part: id,
  shape: byKind<KeyNameSpec["shape"]>({ field: { path: text }, named: { name: text }, spread: {} }),
});

const pairResult: Reader<PairResultSpec> = byKind<PairResultSpec>({
  pair: {},
  function: { function: ref },
  flatFunction: { function: ref },
  projection: {
    shape: oneOf("row", "tuple"),
    fields: list(object({ side: oneOf("first", "second"), path: text, name: optional(text) })),
  },
  left: {},
});

const joinType = oneOf<JoinKind>("inner", "left-outer", "right-outer", "full-outer", "semi", "anti");

const joinStrategy = oneOf<JoinStrategy>(
  "hash-build-first",
  "hash-build-second",
  "merge",
  "solution-first",
  "solution-second",
);

const pairKeys = { leftKeys: keys, rightKeys: keys, leftValue: value, rightValue: value };

/** Reads the driver of a vertex. */
export const driver: Reader<DriverSpec> = byKind<DriverSpec>({
  source: { source: ref, parameters },
  collection: { records: ref },
  forward: {},
  mapPartition: { function: ref },
  mapAsync: { function: ref, options: asyncCalls },
  reduce: { function: ref, group, strategy: groupStrategy },
  reduceCombine: { function: ref, group, strategy: oneOf("sorted", "hash") },
  groupReduce: { function: ref, group, strategy: oneOf("sorted", "all") },
  groupCombine: {
    function: ref,
    group,
    order: list(object({ path: text, order: optional(oneOf("ascending", "descending")) })),
    keepsKeys: boolean,
  },
  aggregate: {
    aggregations: listOfSome(object({ aggregation: oneOf("sum", "min", "max"), field: text })),
    group,
    strategy: groupStrategy,
  },
  summarize: {
    aggregates: listOfSome(aggregate),
    keyNames: list(keyName),
    shape: oneOf("row", "tuple"),
    group,
    strategy: groupStrategy,
  },
  selectBy: { extreme: oneOf("min", "max"), fields: listOfSome(text), group, strategy: groupStrategy },
  distinct: { group, strategy: oneOf("sorted", "hash") },
  first: { count: integer(1), group, strategy: oneOf("sorted", "all") },
  join: { joinType, strategy: joinStrategy, ...pairKeys, result: pairResult },
  coGroup: { ...pairKeys, function: ref, solution: optional(oneOf("first", "second")) },
  coGroupRaw: { function: ref },
  cross: { inner: oneOf("first", "second"), result: pairResult },
  sink: { sink: ref, parameters },
  collect: { index: id },
  bulkHead: {},
  bulkTail: {},
  terminationTail: {},
  worksetTail: {},
  deltaHead: { keys, value },
  solutionTail: { keys, value },
  rangeBorders: { keys, numPartitions: integer(1) },
});
