/** Functions of two records, one of each side, and of two groups. */
import { keyText } from "@millrace/core";
import type { PlanRandom } from "../plan-random.js";
import { readField, readText, type Shape, undeclaredShape } from "../types/shape.js";
import { afterFunction, COUNT, nullable, STRING, type ValueField, type ValueType } from "../types/value-type.js";
import { drawBuilder } from "./builder.js";
import { hashText } from "./group-functions.js";
import { unariesOf } from "./unary.js";

/** Makes one record of a pair. @internal */
export interface PairMapper {
  readonly shape: Shape;
  readonly text: string;
  readonly features: readonly string[];
  readonly apply: (left: unknown, right: unknown) => unknown;
}

/** Says which side may be null. @internal */
export interface MissingSides {
  readonly left: boolean;
  readonly right: boolean;
}

/** Draws a function of a pair; a left record that meets several right ones is changed for each of them. @internal */
export function drawPairMapper(random: PlanRandom, left: Shape, right: Shape, missing: MissingSides): PairMapper {
  if (!missing.left && !missing.right && left.kind !== "scalar" && random.chance(0.35))
    return mutatingPair(random, left, right);
  const builder = drawBuilder(random, [
    { variable: "l", shape: left, mayBeMissing: missing.left },
    { variable: "r", shape: right, mayBeMissing: missing.right },
  ]);
  return { shape: builder.shape, text: builder.text, features: [], apply: builder.build };
}

function mutatingPair(random: PlanRandom, left: Shape, right: Shape): PairMapper {
  const target = random.pick(left.fields);
  const source = random.pick(right.fields);
  const unary = random.pick(unariesOf(source.type));
  const shape = undeclaredShape(left);
  return {
    shape: {
      kind: shape.kind,
      fields: shape.fields.map((f) =>
        f.name === target.name ? { name: f.name, type: afterFunction(unary.result) } : f,
      ),
    },
    text: `{ ${readText("l", target.name)} = ${unary.text(readText("r", source.name))}; return l; }`,
    features: ["mutates its record"],
    apply: (l, r) => {
      (l as Record<string, unknown>)[target.name] = unary.apply(readField(r, source.name)) ?? null;
      return l;
    },
  };
}

/** Makes records of the groups of one key from both sides. @internal */
export interface GroupPairMapper {
  readonly shape: Shape;
  readonly text: string;
  readonly features: readonly string[];
  readonly apply: (left: Iterable<unknown>, right: Iterable<unknown>) => Iterable<unknown>;
}

/** Is a field of one side whose values are hashed in the order of the group; undefined for a group in no order. @internal */
export interface SequenceField {
  readonly left: string | undefined;
  readonly right: string | undefined;
}

/** Draws a coGroup function: sizes of both groups and what they have in sorted order, or the left records that have no match. @internal */
export function drawGroupPairMapper(random: PlanRandom, left: Shape, sequence: SequenceField): GroupPairMapper {
  return random.chance(0.3) && sequence.left === undefined ? antiJoin(left) : sizes(random, sequence);
}

function antiJoin(left: Shape): GroupPairMapper {
  return {
    shape: undeclaredShape(left),
    text: "isEmpty(right) ? left : []",
    features: [],
    apply: function* (leftGroup, rightGroup) {
      for (const _ of rightGroup) return;
      yield* leftGroup;
    },
  };
}

function sizes(random: PlanRandom, sequence: SequenceField): GroupPairMapper {
  const fields: ValueField[] = [
    { name: "left", type: COUNT },
    { name: "right", type: COUNT },
  ];
  const isSorted = sequence.left !== undefined || sequence.right !== undefined;
  if (isSorted) fields.push({ name: "sequence", type: STRING });
  const mutates = random.chance(0.3);
  return {
    shape: { kind: "row", fields },
    text: `[sizes(left, right${isSorted ? `, ${JSON.stringify([sequence.left, sequence.right])}` : ""}${mutates ? ", mutating each" : ""})]`,
    features: mutates ? ["mutates its record"] : [],
    apply: (leftGroup, rightGroup) => {
      const l = readGroup(leftGroup, sequence.left, mutates);
      const r = readGroup(rightGroup, sequence.right, mutates);
      const row = { left: l.size, right: r.size };
      return [isSorted ? { ...row, sequence: `${l.hash} ${r.hash}` } : row];
    },
  };
}

function readGroup(
  group: Iterable<unknown>,
  field: string | undefined,
  mutates: boolean,
): { size: number; hash: number } {
  let size = 0;
  let hash = 0;
  for (const record of group) {
    if (field !== undefined) hash = hashText(hash, keyText(readField(record, field)));
    size++;
    if (mutates && isChangeable(record)) for (const name of Object.keys(record)) record[name] = null;
  }
  return { size, hash };
}

/** Tells whether a record is a row or a tuple: decimals are objects too, which nothing may change. */
function isChangeable(record: unknown): record is Record<string, unknown> {
  if (typeof record !== "object" || record === null) return false;
  return Array.isArray(record) || Object.getPrototypeOf(record) === Object.prototype;
}

/** Returns the type of a side that may be missing. @internal */
export function missable(type: ValueType, isMissing: boolean): ValueType {
  return isMissing ? nullable(type) : type;
}
