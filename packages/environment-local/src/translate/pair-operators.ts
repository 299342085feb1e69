/** Operators with two inputs. Rules [O50] to [O59]. */
import type {
  CoGroupOperator,
  CoGroupRawOperator,
  CrossOperator,
  JoinHint,
  JoinOperator,
  JoinType,
  Keys,
  Operator,
  Ordering,
  PairResult,
  UnionOperator,
} from "@millrace/common-api";
import type { JoinStrategy, LocalStrategy, PairResultSpec, ShipStrategy, ValuePosition } from "@millrace/job-graph";
import { shipByKey } from "./group-operators.js";
import { type KeyedStream, keyed, keyedByTuple, partsOf } from "./keyed-stream.js";
import { byHash, inputOf, type Producer, type Stream } from "./stream.js";
import type { Translation } from "./translation.js";

type Side = "first" | "second";

/** Pairs records of equal keys: both sides meet by the hash of the key, unless a hint says how else. */
export function join(translation: Translation, operator: JoinOperator): Stream {
  const solution = solutionSideOf(operator);
  if (solution !== undefined) return joinWithSolution(translation, operator, solution);
  const [left, right] = keyedSides(translation, operator);
  const { strategy, broadcast } = joinPlanOf(operator);
  const parallelism = translation.parallelismOf(operator);
  const iteration = translation.iterationOf(operator);
  const inputs = (
    [
      ["first", left],
      ["second", right],
    ] as const
  ).map(([side, { stream, keys }]) => {
    const local: LocalStrategy = strategy === "merge" ? { kind: "sort", keys } : { kind: "none" };
    const ship = shipOf(side, broadcast, shipByKey(translation, keys, parallelism, operator.partitioner));
    return inputOf(stream, { parallelism, iteration, ship, local });
  });
  const vertex = translation.addVertex(
    operator,
    {
      kind: "join",
      joinType: operator.joinType,
      strategy,
      leftKeys: left.keys,
      rightKeys: right.keys,
      leftValue: left.value,
      rightValue: right.value,
      result: resultOf(translation, operator.result),
    },
    inputs,
  );
  return translation.streamFrom(operator, vertex);
}

function shipOf(side: Side, broadcast: Side | undefined, byKey: ShipStrategy): ShipStrategy {
  if (broadcast === undefined) return byKey;
  return side === broadcast ? { kind: "broadcast" } : { kind: "forward" };
}

/** Follows a hint where it can be: who broadcasts a side cannot tell which of its records had no match anywhere. */
function joinPlanOf({ hint, joinType, partitioner }: JoinOperator): {
  readonly strategy: JoinStrategy;
  readonly broadcast: Side | undefined;
} {
  const canBroadcast = (types: readonly JoinType[]): boolean => partitioner === undefined && types.includes(joinType);
  switch (hint satisfies JoinHint) {
    case "broadcast-hash-first":
      return { strategy: "hash-build-first", broadcast: canBroadcast(["inner", "right-outer"]) ? "first" : undefined };
    case "broadcast-hash-second": {
      const isRight = canBroadcast(["inner", "left-outer", "semi", "anti"]);
      return { strategy: "hash-build-second", broadcast: isRight ? "second" : undefined };
    }
    case "repartition-hash-first":
      return { strategy: "hash-build-first", broadcast: undefined };
    case "repartition-sort-merge":
      return { strategy: "merge", broadcast: undefined };
    case "repartition-hash-second":
    case "optimizer-chooses":
      return { strategy: "hash-build-second", broadcast: undefined };
  }
}

function joinWithSolution(translation: Translation, operator: JoinOperator, side: Side): Stream {
  const { other, solution, iteration } = solutionSides(translation, operator, side);
  const input = inputOf(other.stream, { ...iteration, ship: byHash(other.keys, iteration.parallelism) });
  const vertex = translation.addVertex(
    operator,
    {
      kind: "join",
      joinType: operator.joinType,
      strategy: side === "first" ? "solution-first" : "solution-second",
      ...pairOf(side, solution, other),
      result: resultOf(translation, operator.result),
    },
    [input],
    { parallelism: iteration.parallelism },
  );
  return translation.streamFrom(operator, vertex);
}

/** Calls a function per key of either side: both come sorted by key. */
export function coGroup(translation: Translation, operator: CoGroupOperator): Stream {
  const side = solutionSideOf(operator);
  const fn = translation.ref(operator.function);
  if (side !== undefined) {
    const order = side === "first" ? operator.rightOrder : operator.leftOrder;
    const { other, solution, iteration } = solutionSides(translation, operator, side, order);
    const keys = other.keys.slice(0, other.keys.length - order.length);
    const ship = byHash(keys, iteration.parallelism);
    const input = inputOf(other.stream, { ...iteration, ship, local: { kind: "sort", keys: other.keys } });
    const pair = pairOf(side, solution, { ...other, keys });
    const settings = { parallelism: iteration.parallelism };
    const driver = { kind: "coGroup", ...pair, function: fn, solution: side } as const;
    return translation.streamFrom(operator, translation.addVertex(operator, driver, [input], settings));
  }
  const [left, right] = keyedSides(translation, operator, operator.leftOrder, operator.rightOrder);
  const first = sortedSide(translation, operator, left, operator.leftOrder.length);
  const second = sortedSide(translation, operator, right, operator.rightOrder.length);
  const vertex = translation.addVertex(
    operator,
    {
      kind: "coGroup",
      leftKeys: first.keys,
      rightKeys: second.keys,
      leftValue: first.value,
      rightValue: second.value,
      function: fn,
      solution: undefined,
    },
    [first.input, second.input],
  );
  return translation.streamFrom(operator, vertex);
}

interface SortedSide extends Pick<KeyedStream, "keys" | "value"> {
  readonly input: ReturnType<typeof inputOf>;
}

/** Brings one side of a coGroup where its groups are, sorted by key and then by the order within groups. */
function sortedSide(
  translation: Translation,
  operator: CoGroupOperator,
  { stream, keys: sorted, value }: KeyedStream,
  numOrders: number,
): SortedSide {
  const parallelism = translation.parallelismOf(operator);
  const keys = sorted.slice(0, sorted.length - numOrders);
  const ship = shipByKey(translation, keys, parallelism, operator.partitioner);
  const iteration = translation.iterationOf(operator);
  const input = inputOf(stream, { parallelism, iteration, ship, local: { kind: "sort", keys: sorted } });
  return { keys, value, input };
}

/** Calls a function once per task, with both partitions. */
export function coGroupRaw(translation: Translation, operator: CoGroupRawOperator): Stream {
  const parallelism = translation.parallelismOf(operator);
  const iteration = translation.iterationOf(operator);
  const local = { kind: "materialize" } as const;
  const inputs = (
    [
      [operator.left, operator.leftKeys, operator.rightKeys],
      [operator.right, operator.rightKeys, operator.leftKeys],
    ] as const
  ).map(([side, parts, otherParts]) => {
    const plain = translation.streamOf(side);
    if (parts === undefined) return inputOf(plain, { parallelism, iteration, local });
    // One selector that returns a tuple stands for several parts.
    const isTuple = parts.length > (otherParts?.length ?? parts.length);
    const { stream, keys, value } = isTuple
      ? keyedByTuple(translation, operator, plain, parts, [])
      : keyed(translation, operator, plain, partsOf(parts));
    const ship = byHash(keys, parallelism);
    if (value === undefined) return inputOf(stream, { parallelism, iteration, ship, local });
    // The driver gets whole partitions and knows of no keys: they are taken off again where the records arrive.
    const name = `Partition of ${operator.settings.name}`;
    const vertex = translation.draft.add({
      name,
      parallelism,
      driver: { kind: "forward" },
      operator: translation.infoOf(operator, { type: undefined }),
      inputs: [inputOf(stream, { parallelism, iteration: stream.iteration, ship })],
      iteration: stream.iteration,
    });
    vertex.chain.push({ kind: "detachKey", position: value, operator: translation.infoOf(operator, plain) });
    const arrived = { ...plain, producers: [{ vertex, output: 0 }], parallelism };
    return inputOf(arrived, { parallelism, iteration, local });
  });
  const fn = translation.ref(operator.function);
  const vertex = translation.addVertex(operator, { kind: "coGroupRaw", function: fn }, inputs);
  return translation.streamFrom(operator, vertex);
}

/** Pairs everything with everything: all tasks get the inner side whole. */
export function cross(translation: Translation, operator: CrossOperator): Stream {
  const inner: Side = operator.hint === "first-is-small" ? "first" : "second";
  const reading = { parallelism: translation.parallelismOf(operator), iteration: translation.iterationOf(operator) };
  const inputs = (
    [
      ["first", operator.left],
      ["second", operator.right],
    ] as const
  ).map(([side, input]) => {
    const whole = { ship: { kind: "broadcast" }, local: { kind: "materialize" } } as const;
    return inputOf(translation.streamOf(input), side === inner ? { ...reading, ...whole } : reading);
  });
  const driver = { kind: "cross", inner, result: resultOf(translation, operator.result) } as const;
  return translation.streamFrom(operator, translation.addVertex(operator, driver, inputs));
}

/** Puts two inputs together: their readers read both. */
export function union(translation: Translation, operator: UnionOperator): Stream {
  const parallelism = translation.parallelismOf(operator);
  const iteration = translation.iterationOf(operator);
  const inputs = operator.inputs.map((input) => translation.streamOf(input));
  const own = translation.typeOf(operator);
  const isMixed = new Set(inputs.map((input) => input.iteration)).size > 1;
  const isDeclared = operator.settings.resultType !== undefined;
  // What does not change in an iteration is given anew in each superstep; records of a declared type are checked.
  const producers = inputs.flatMap((input): readonly Producer[] => {
    if (!isDeclared && (!isMixed || input.iteration === iteration)) return input.producers;
    const reading = inputOf(input, { parallelism, iteration });
    return [{ vertex: translation.addVertex(operator, { kind: "forward" }, [reading]), output: 0 }];
  });
  const isShared = translation.readersOf(operator) > 1;
  return {
    producers,
    parallelism,
    iteration: isMixed ? iteration : inputs[0]?.iteration,
    isOrdered: false,
    isShared,
    type: own,
  };
}

type KeyedPair = JoinOperator | CoGroupOperator;

function solutionSideOf(operator: KeyedPair): Side | undefined {
  if (operator.left.kind === "solutionSet") return "first";
  return operator.right.kind === "solutionSet" ? "second" : undefined;
}

/** Gives both sides their keys: as many on both, since one selector that returns a tuple stands for several parts ([O7]). */
function keyedSides(
  translation: Translation,
  operator: KeyedPair,
  leftOrder: Ordering = [],
  rightOrder: Ordering = [],
): readonly [KeyedStream, KeyedStream] {
  const { leftKeys, rightKeys } = operator;
  return [
    keyedSide(translation, operator, operator.left, leftKeys, rightKeys.length, leftOrder),
    keyedSide(translation, operator, operator.right, rightKeys, leftKeys.length, rightOrder),
  ];
}

function keyedSide(
  translation: Translation,
  operator: Operator,
  input: Operator,
  keys: Keys,
  numOther: number,
  order: Ordering,
): KeyedStream {
  const stream = translation.streamOf(input);
  if (keys.length > numOther) return keyedByTuple(translation, operator, stream, keys, order);
  return keyed(translation, operator, stream, [...partsOf(keys), ...order]);
}

interface SolutionSides {
  readonly other: KeyedStream;
  readonly solution: Pick<KeyedStream, "keys" | "value">;
  readonly iteration: { readonly parallelism: number; readonly iteration: number | undefined };
}

/** The solution set has its key from the iteration; the join runs where it lies, with as many tasks. */
function solutionSides(translation: Translation, operator: KeyedPair, side: Side, order: Ordering = []): SolutionSides {
  const iteration = translation.iterationOf(operator) as number;
  const { keys, value, parallelism } = translation.solutionSetOf(iteration);
  const [input, own, others] =
    side === "first"
      ? [operator.right, operator.rightKeys, operator.leftKeys]
      : [operator.left, operator.leftKeys, operator.rightKeys];
  const other = keyedSide(translation, operator, input, own, others.length, order);
  return { other, solution: { keys, value }, iteration: { parallelism, iteration } };
}

interface PairKeys {
  readonly leftKeys: KeyedStream["keys"];
  readonly rightKeys: KeyedStream["keys"];
  readonly leftValue: ValuePosition;
  readonly rightValue: ValuePosition;
}

type KeysAndValue = Pick<KeyedStream, "keys" | "value">;

function pairOf(side: Side, solution: KeysAndValue, other: KeysAndValue): PairKeys {
  const [left, right] = side === "first" ? [solution, other] : [other, solution];
  return { leftKeys: left.keys, rightKeys: right.keys, leftValue: left.value, rightValue: right.value };
}

function resultOf(translation: Translation, result: PairResult): PairResultSpec {
  if (result.kind !== "function" && result.kind !== "flatFunction") return result;
  return { kind: result.kind, function: translation.ref(result.function) };
}
