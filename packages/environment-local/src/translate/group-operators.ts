/**
 * Groups: records of a key are brought together by its hash and found in a hash table, or in order where the operator needs its groups
 * one after the other. Rules [O30] to [O42].
 */
import type {
  AggregateOperator,
  DistinctOperator,
  FirstOperator,
  GroupCombineOperator,
  GroupedOperator,
  GroupReduceOperator,
  KeyPart,
  Operator,
  ReduceOperator,
  SelectByOperator,
  SummarizeOperator,
} from "@millrace/common-api";
import { parseFieldPath } from "@millrace/core";
import type {
  GroupSpec,
  GroupStrategy,
  KeyFieldSpec,
  KeyNameSpec,
  LocalStrategy,
  ShipStrategy,
} from "@millrace/job-graph";
import type { InputDraft } from "./graph-draft.js";
import { type KeyedStream, keyed, partsOf } from "./keyed-stream.js";
import { byHash, inputOf, type Stream } from "./stream.js";
import type { Translation } from "./translation.js";

/** Is the input of a grouped operator, brought to where its groups are found. */
interface Grouped<S> {
  readonly input: InputDraft;
  readonly group: GroupSpec;
  readonly strategy: S;
}

/** Folds groups; plain functions, which keep no state, also before the records are moved. */
export function reduce(translation: Translation, operator: ReduceOperator): Stream {
  const fn = translation.ref(operator.function);
  const combined = combinedStream(translation, operator);
  const { input, group, strategy } = grouped(translation, operator, combined);
  const vertex = translation.addVertex(operator, { kind: "reduce", function: fn, group, strategy }, [input]);
  return translation.streamFrom(operator, vertex);
}

/** Returns what a reduce reads: its input, folded where it lies if this saves anything. */
function combinedStream(translation: Translation, operator: ReduceOperator): KeyedStream {
  const { grouping } = operator;
  const input = keyedInput(translation, operator);
  const isMoved = input.stream.parallelism > 1 || translation.parallelismOf(operator) > 1;
  const isPlain = typeof operator.function.target === "function";
  if (!isMoved || !isPlain || operator.combineHint === "none" || grouping.order.length > 0) return input;
  const { stream, keys, value } = input;
  const { parallelism, iteration } = stream;
  const group = { keys: grouping.keys === undefined ? undefined : keys, value };
  const local: LocalStrategy =
    operator.combineHint === "sort" && grouping.keys !== undefined ? { kind: "sort", keys } : { kind: "none" };
  const fn = translation.ref(operator.function);
  const vertex = translation.draft.add({
    name: `Combine of ${operator.settings.name}`,
    parallelism,
    driver:
      grouping.keys === undefined
        ? { kind: "reduce", function: fn, group, strategy: "all" }
        : { kind: "reduceCombine", function: fn, group, strategy: local.kind === "sort" ? "sorted" : "hash" },
    operator: value === undefined ? translation.infoOf(operator) : translation.infoOf(operator, { type: undefined }),
    inputs: [inputOf(stream, { parallelism, iteration, local })],
    iteration,
  });
  translation.addBroadcasts(operator, vertex);
  return { ...input, stream: { ...stream, producers: [{ vertex, output: 0 }], isShared: false } };
}

/** Calls a function per group; its combiner, if it has one, before the records are moved ([O33]). */
export function groupReduce(translation: Translation, operator: GroupReduceOperator): Stream {
  const fn = translation.ref(operator.function);
  const { input, group, strategy } = groupedInOrder(translation, operator, combinedGroups(translation, operator));
  const vertex = translation.addVertex(operator, { kind: "groupReduce", function: fn, group, strategy }, [input]);
  return translation.streamFrom(operator, vertex);
}

/**
 * Returns what a group reduce reads: its input, combined where it lies if this saves anything. What a combiner gives has the key of its group, but nobody
 * knows where it would stand in an order that was computed of each record: then it is left out.
 */
function combinedGroups(translation: Translation, operator: GroupReduceOperator): KeyedStream {
  const { grouping, combine } = operator;
  const input = keyedInput(translation, operator);
  const { stream, keys, value } = input;
  const { parallelism, iteration } = stream;
  const isMoved = parallelism > 1 || translation.parallelismOf(operator) > 1;
  const hasComputedOrder = grouping.order.some(({ key }) => key.kind !== "field");
  if (combine === undefined || !isMoved || hasComputedOrder) return input;
  const numKeys = grouping.keys?.length ?? 0;
  const group = { keys: grouping.keys === undefined ? undefined : keys.slice(0, numKeys), value };
  const local = { kind: grouping.keys === undefined ? "materialize" : "none" } as const;
  const vertex = translation.draft.add({
    name: `Combine of ${operator.settings.name}`,
    parallelism,
    driver: {
      kind: "groupCombine",
      function: translation.ref(combine),
      group,
      order: keys.slice(numKeys),
      keepsKeys: grouping.keys !== undefined,
    },
    // Results of a combiner may be of more types than its input.
    operator: translation.infoOf(operator, { type: undefined }),
    inputs: [inputOf(stream, { parallelism, iteration, local })],
    iteration,
  });
  translation.addBroadcasts(operator, vertex);
  return { ...input, stream: { ...stream, producers: [{ vertex, output: 0 }], isShared: false, type: undefined } };
}

/** Calls a function on parts of groups where they lie. */
export function groupCombine(translation: Translation, operator: GroupCombineOperator): Stream {
  const { grouping } = operator;
  const input = translation.streamOf(operator.input);
  const groupKeys = partsOf(grouping.keys ?? []);
  const { stream, keys, value } = keyedOrPlain(translation, operator, input, [...groupKeys, ...grouping.order]);
  const group = { keys: grouping.keys === undefined ? undefined : keys.slice(0, groupKeys.length), value };
  const order = keys.slice(groupKeys.length);
  const fn = translation.ref(operator.function);
  const reading = { parallelism: translation.parallelismOf(operator), iteration: translation.iterationOf(operator) };
  // The whole partition is one iterable for the function; with keys, the driver's sort buffer is.
  const local = { kind: group.keys === undefined ? "materialize" : "none" } as const;
  const driver = { kind: "groupCombine", function: fn, group, order, keepsKeys: false } as const;
  const vertex = translation.addVertex(operator, driver, [inputOf(stream, { ...reading, local })]);
  return translation.streamFrom(operator, vertex);
}

/** Aggregates fields in place. */
export function aggregate(translation: Translation, operator: AggregateOperator): Stream {
  const { aggregations } = operator;
  const { input, group, strategy } = grouped(translation, operator);
  const vertex = translation.addVertex(operator, { kind: "aggregate", aggregations, group, strategy }, [input]);
  return translation.streamFrom(operator, vertex);
}

/** Makes a record of named aggregates of each group. Distinct counts keep the values of a group, in memory and on disk, so groups come one after the other. */
export function summarize(translation: Translation, operator: SummarizeOperator): Stream {
  const { aggregates, shape } = operator;
  const keyNames = (operator.grouping.keys ?? []).map(keyNameOf);
  const countsDistinct = aggregates.some(({ aggregate }) => aggregate === "countDistinct");
  const { input, group, strategy } = countsDistinct
    ? sortedGroups(translation, operator, keyedInput(translation, operator))
    : grouped(translation, operator);
  const driver = { kind: "summarize", aggregates, keyNames, shape, group, strategy } as const;
  return translation.streamFrom(operator, translation.addVertex(operator, driver, [input]));
}

function keyNameOf(part: KeyPart, index: number): KeyNameSpec {
  if (part.kind === "field" && parseFieldPath(part.path).segments.length > 0) {
    return { part: index, shape: { kind: "field", path: part.path } };
  }
  if (part.kind === "expression") return { part: index, shape: { kind: "named", name: part.name ?? "key" } };
  return { part: index, shape: { kind: "spread" } };
}

/** Keeps the least or greatest record of each group; of everything, first that of each partition. */
export function selectBy(translation: Translation, operator: SelectByOperator): Stream {
  const { extreme, fields, grouping } = operator;
  let input = keyedInput(translation, operator);
  if (grouping.keys === undefined && input.stream.parallelism > 1) {
    const group = { keys: undefined, value: input.value };
    input = locally(translation, operator, input, { kind: "selectBy", extreme, fields, group, strategy: "all" });
  }
  const { input: moved, group, strategy } = grouped(translation, operator, input);
  const driver = { kind: "selectBy", extreme, fields, group, strategy } as const;
  return translation.streamFrom(operator, translation.addVertex(operator, driver, [moved]));
}

/** Keeps a record of each key. */
export function distinct(translation: Translation, operator: DistinctOperator): Stream {
  const { stream, keys, value } = keyed(
    translation,
    operator,
    translation.streamOf(operator.input),
    partsOf(operator.keys),
  );
  const parallelism = translation.parallelismOf(operator);
  const iteration = translation.iterationOf(operator);
  const input = inputOf(stream, { parallelism, iteration, ship: byHash(keys, parallelism) });
  const driver = { kind: "distinct", group: { keys, value }, strategy: "hash" } as const;
  return translation.streamFrom(operator, translation.addVertex(operator, driver, [input]));
}

/** Keeps the first records of each group; of everything, first those of each partition. */
export function first(translation: Translation, operator: FirstOperator): Stream {
  const { count, grouping } = operator;
  let keyedStream = keyedInput(translation, operator);
  if (grouping.keys === undefined && grouping.order.length === 0 && keyedStream.stream.parallelism > 1) {
    const group = { keys: undefined, value: undefined };
    keyedStream = locally(translation, operator, keyedStream, { kind: "first", count, group, strategy: "all" });
  }
  const { input, group, strategy } = sortedGroups(translation, operator, keyedStream);
  return translation.streamFrom(
    operator,
    translation.addVertex(operator, { kind: "first", count, group, strategy }, [input]),
  );
}

/** Runs a driver on each partition where it lies, before the records are gathered. */
function locally(
  translation: Translation,
  operator: Operator,
  input: KeyedStream,
  driver: Parameters<Translation["draft"]["add"]>[0]["driver"],
): KeyedStream {
  const { stream } = input;
  const { parallelism, iteration } = stream;
  const vertex = translation.draft.add({
    name: `Local ${operator.settings.name}`,
    parallelism,
    driver,
    operator: translation.infoOf(operator, stream),
    inputs: [inputOf(stream, { parallelism, iteration })],
    iteration,
  });
  return { ...input, stream: { ...stream, producers: [{ vertex, output: 0 }], isShared: false } };
}

/** Gives the records of a grouped operator's input their key, and what they are ordered by. */
function keyedInput(translation: Translation, operator: GroupedOperator): KeyedStream {
  const { keys, order } = operator.grouping;
  const input = translation.streamOf(operator.input);
  return keyedOrPlain(translation, operator, input, [...partsOf(keys ?? []), ...order]);
}

function keyedOrPlain(
  translation: Translation,
  operator: Operator,
  stream: Stream,
  parts: Parameters<typeof keyed>[3],
): KeyedStream {
  return parts.length === 0 ? { stream, keys: [], value: undefined } : keyed(translation, operator, stream, parts);
}

/** Brings groups together for drivers that find them in any way. */
function grouped(
  translation: Translation,
  operator: GroupedOperator,
  input: KeyedStream = keyedInput(translation, operator),
): Grouped<GroupStrategy> {
  if (operator.grouping.order.length > 0) return sortedGroups(translation, operator, input);
  return moved(translation, operator, input, operator.grouping.keys === undefined ? "all" : "hash", { kind: "none" });
}

/** Brings groups together for functions that read them: sorted, or all records taken in. */
function groupedInOrder(
  translation: Translation,
  operator: GroupedOperator,
  input: KeyedStream,
): Grouped<"sorted" | "all"> {
  const result = sortedGroups(translation, operator, input);
  if (result.input.local.kind === "none") result.input.local = { kind: "materialize" };
  return result;
}

function sortedGroups(
  translation: Translation,
  operator: GroupedOperator,
  input: KeyedStream,
): Grouped<"sorted" | "all"> {
  const local: LocalStrategy = input.keys.length === 0 ? { kind: "none" } : { kind: "sort", keys: input.keys };
  return moved(translation, operator, input, operator.grouping.keys === undefined ? "all" : "sorted", local);
}

function moved<S extends GroupStrategy>(
  translation: Translation,
  operator: GroupedOperator,
  { stream, keys, value }: KeyedStream,
  strategy: S,
  local: LocalStrategy,
): Grouped<S> {
  const { grouping } = operator;
  const parallelism = translation.parallelismOf(operator);
  const groupKeys = keys.slice(0, grouping.keys?.length ?? 0);
  const ship: ShipStrategy =
    grouping.keys === undefined
      ? { kind: "forward" }
      : shipByKey(translation, groupKeys, parallelism, grouping.partitioner);
  const input = inputOf(stream, { parallelism, iteration: translation.iterationOf(operator), ship, local });
  return { input, group: { keys: grouping.keys === undefined ? undefined : groupKeys, value }, strategy };
}

/** Returns how records of equal keys come together: by the user's partitioner, else by hash. */
export function shipByKey(
  translation: Translation,
  keys: readonly KeyFieldSpec[],
  parallelism: number,
  partitioner: GroupedOperator["grouping"]["partitioner"],
): ShipStrategy {
  const [key] = keys;
  if (partitioner === undefined || key === undefined) return byHash(keys, parallelism);
  return { kind: "custom", key, partitioner: translation.table.addFunction(partitioner, "partition") };
}
