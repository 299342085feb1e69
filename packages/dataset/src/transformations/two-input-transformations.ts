import {
  CoGroupOperator,
  CoGroupRawOperator,
  type CrossHint,
  CrossOperator,
  type JoinHint,
  JoinOperator,
  type JoinType,
  type KeyPart,
  type Keys,
  type Operator,
  type Ordering,
  type PairResult,
  type Partitioner,
  type ProjectedField,
  SolutionSetOperator,
  UnionOperator,
} from "@millrace/common-api";
import { parseFieldPath } from "@millrace/core";
import { userFunction } from "../functions/user-functions.js";
import { requireComparableKeys } from "../keys/comparable-keys.js";
import { fieldOf, keysOf } from "../keys/key-parts.js";
import { describe, OperatorCall } from "../operators/operator-call.js";

/** Is everything that a join is known by before it gets a function. @internal */
export interface JoinDraft {
  /** The left input. */
  readonly left: Operator;
  /** The right input. */
  readonly right: Operator;
  /** Says which records have results. */
  readonly joinType: JoinType;
  /** Advises how to run it. */
  readonly hint: JoinHint;
  /** The key of the left input. */
  readonly leftKeys: Keys;
  /** The key of the right input. */
  readonly rightKeys: Keys;
  /** Decides where a key goes; undefined for the partition hash. */
  readonly partitioner: Partitioner<unknown> | undefined;
}

const JOIN_VERBS: Readonly<Record<JoinType, string>> = {
  inner: "Join",
  "left-outer": "LeftOuterJoin",
  "right-outer": "RightOuterJoin",
  "full-outer": "FullOuterJoin",
  semi: "SemiJoin",
  anti: "AntiJoin",
};

const HINTS: ReadonlySet<unknown> = new Set<JoinHint>([
  "optimizer-chooses",
  "broadcast-hash-first",
  "broadcast-hash-second",
  "repartition-hash-first",
  "repartition-hash-second",
  "repartition-sort-merge",
]);

/** The hints that would broadcast a side whose every record must appear once, per kind of join (B043). */
const REFUSED_HINTS: Readonly<Record<JoinType, readonly JoinHint[]>> = {
  inner: [],
  "left-outer": ["broadcast-hash-first"],
  "right-outer": ["broadcast-hash-second"],
  "full-outer": ["broadcast-hash-first", "broadcast-hash-second"],
  semi: ["broadcast-hash-first"],
  anti: ["broadcast-hash-first"],
};

/** Returns how plans call a kind of join. @internal */
export function joinVerb(joinType: JoinType): string {
  return JOIN_VERBS[joinType];
}

/** Throws INVALID_HINT for a hint that is none, or that this kind of join cannot follow. @internal */
export function joinHintOf(given: unknown, joinType: JoinType, call: OperatorCall): JoinHint {
  if (given === undefined || given === null) return "optimizer-chooses";
  const refused: readonly unknown[] = REFUSED_HINTS[joinType];
  if (HINTS.has(given) && !refused.includes(given)) return given as JoinHint;
  const allowed = [...HINTS].filter((hint) => !refused.includes(hint));
  throw call.error({
    code: "INVALID_HINT",
    what: `${describe(given)} is no hint for a join of type ${joinType}`,
    expected: `one of ${allowed.map(String).join(", ")}`,
    fix: HINTS.has(given)
      ? "Broadcasting the side of which all records are kept would give them once per subtask."
      : undefined,
  });
}

/** Is the two keys of a join or coGroup, brought to equal length. @internal */
export interface KeyPair {
  /** The key of the left input. */
  readonly leftKeys: Keys;
  /** The key of the right input. */
  readonly rightKeys: Keys;
}

/**
 * Reads both keys. Duplicates stay in place, since the parts pair up by position; one selector that returns a tuple stands
 * for as many parts as the other side has (B041). Throws KEY_MISMATCH when the numbers differ otherwise, or when declared fields
 * that meet can never be equal.
 * @internal
 */
export function keyPairOf(
  left: { readonly operator: Operator; readonly keys: readonly unknown[] },
  right: { readonly operator: Operator; readonly keys: readonly unknown[] },
  call: OperatorCall,
): KeyPair {
  const leftKeys = eachKey(left.keys, left.operator, call);
  const rightKeys = eachKey(right.keys, right.operator, call);
  requireSolutionSetKey(left.operator, leftKeys, call);
  requireSolutionSetKey(right.operator, rightKeys, call);
  requireComparableKeys(
    { operator: left.operator, keys: leftKeys },
    { operator: right.operator, keys: rightKeys },
    call,
  );
  if (leftKeys.length === rightKeys.length) return { leftKeys, rightKeys };
  // The key of one selector that returns a tuple and the key of as many fields are the same values.
  if (isOneSelector(leftKeys) || isOneSelector(rightKeys)) return { leftKeys, rightKeys };
  throw call.error({
    code: "KEY_MISMATCH",
    what: `where() has ${numParts(leftKeys)} and equalTo() has ${numParts(rightKeys)}`,
    expected: "as many on both sides, or one selector that returns a tuple",
  });
}

function numParts(keys: Keys): string {
  return keys.length === 1 ? "1 part" : `${keys.length} parts`;
}

function eachKey(given: readonly unknown[], operator: Operator, call: OperatorCall): Keys {
  if (given.length === 0) return keysOf(given, operator, call);
  return given.flatMap((part) => keysOf([part], operator, call));
}

function isOneSelector(keys: Keys): boolean {
  return keys.length === 1 && keys[0]?.kind === "selector";
}

function requireSolutionSetKey(operator: Operator, keys: Keys, call: OperatorCall): void {
  if (!(operator instanceof SolutionSetOperator)) return;
  const expected = operator.keys;
  const isSame = keys.length === expected.length && keys.every((key, index) => isSameKey(key, expected[index]));
  if (isSame) return;
  throw call.error({
    code: "INVALID_KEY",
    what: "The solution set is read by another key than its own",
    expected: `the key of the delta iteration: ${expected.map(keyPartText).join(", ")}`,
  });
}

function isSameKey(a: KeyPart, b: KeyPart | undefined): boolean {
  if (a.kind === "field") return b?.kind === "field" && a.path === b.path;
  if (a.kind === "selector") return b?.kind === "selector" && a.function.target === b.function.target;
  return b?.kind === "expression" && JSON.stringify(a.expression) === JSON.stringify(b.expression);
}

/** Shows a part of a key in messages. @internal */
export function keyPartText(part: KeyPart): string {
  return part.kind === "field"
    ? JSON.stringify(part.path)
    : part.kind === "selector"
      ? "its key selector"
      : "its expression";
}

/** @internal */
export function joinOperator(draft: JoinDraft, result: PairResult, call: OperatorCall): JoinOperator {
  const { left, right, joinType, leftKeys, rightKeys, hint, partitioner } = draft;
  return new JoinOperator(left, right, { joinType, leftKeys, rightKeys, hint, partitioner, result }, call);
}

/** @internal */
export function pairFunctionOf(fn: unknown, method: "join" | "cross", isFlat: boolean, call: OperatorCall): PairResult {
  const target = userFunction(fn, { method, result: isFlat ? "records" : "record" }, call);
  return { kind: isFlat ? "flatFunction" : "function", function: target };
}

/**
 * Returns the projection that takes `fields` of one side, after the fields taken so far. No field means the whole record.
 * The result is a row when all are names, else a tuple. Throws INVALID_ARGUMENT when two fields of a row have one name.
 * @internal
 */
export function projectionOf(
  taken: readonly ProjectedField[],
  side: "first" | "second",
  given: readonly unknown[],
  input: Operator,
  call: OperatorCall,
): readonly ProjectedField[] {
  const added = given.length === 0 ? ["*"] : given.map((field) => fieldOf(field, input, call).text);
  return [...taken, ...added.map((path) => ({ side, path, name: nameOf(path) }))];
}

function nameOf(path: string): string | undefined {
  const { segments } = parseFieldPath(path);
  return /^\d+$/.test(segments[0] ?? "") ? undefined : segments.at(-1);
}

/** @internal */
export function projectionResult(fields: readonly ProjectedField[], call: OperatorCall): PairResult {
  if (fields.some((field) => field.name === undefined)) {
    return { kind: "projection", shape: "tuple", fields: fields.map((field) => ({ ...field, name: undefined })) };
  }
  const names = new Set<string | undefined>();
  for (const { name } of fields) {
    if (names.has(name)) {
      throw call.error({
        code: "INVALID_ARGUMENT",
        what: `Two projected fields have the name ${JSON.stringify(name)}`,
        expected: "different names",
        fix: "Use with((left, right) => ({ … })) to give them names of your own.",
      });
    }
    names.add(name);
  }
  return { kind: "projection", shape: "row", fields };
}

/** Is everything that a coGroup is known by before it gets a function. @internal */
export interface CoGroupDraft extends KeyPair {
  /** The left input. */
  readonly left: Operator;
  /** The right input. */
  readonly right: Operator;
  /** The order of each left group. */
  readonly leftOrder: Ordering;
  /** The order of each right group. */
  readonly rightOrder: Ordering;
  /** Decides where a key goes; undefined for the partition hash. */
  readonly partitioner: Partitioner<unknown> | undefined;
}

/** @internal */
export function coGroupOperator(draft: CoGroupDraft, fn: unknown): CoGroupOperator {
  const call = new OperatorCall("CoGroup");
  const target = userFunction(fn, { method: "coGroup", result: "records" }, call);
  return new CoGroupOperator(draft.left, draft.right, { ...draft, function: target }, call);
}

/** @internal */
export function coGroupRawOperator(
  left: Operator,
  right: Operator,
  keys: KeyPair | undefined,
  fn: unknown,
): CoGroupRawOperator {
  const call = new OperatorCall("CoGroupRaw");
  const target = userFunction(fn, { method: "coGroup", result: "records" }, call);
  return new CoGroupRawOperator(left, right, keys?.leftKeys, keys?.rightKeys, target, call);
}

/** @internal */
export function crossOperator(
  left: Operator,
  right: Operator,
  hint: CrossHint,
  result: PairResult,
  call: OperatorCall,
): CrossOperator {
  return new CrossOperator(left, right, hint, result, call);
}

/** @internal */
export function unionOperator(left: Operator, right: Operator, call: OperatorCall): UnionOperator {
  return new UnionOperator(left, right, call);
}
