/**
 * Functions that make a new record out of one or two others, field by field: the body of every map, join and cross of a
 * random plan that does not change its record.
 */
import type { PlanRandom } from "../plan-random.js";
import { propertyText, readField, readText, type Shape, tupleShape, uniqueName } from "../types/shape.js";
import { afterFunction, nullable, type ValueField } from "../types/value-type.js";
import { type Unary, unariesOf } from "./unary.js";

/** Makes a record from the records of one or two sides. @internal */
export interface RecordBuilder {
  readonly shape: Shape;
  /** The expression, in the variables `variables`. */
  readonly text: string;
  readonly build: (...sides: readonly unknown[]) => unknown;
}

/** Is one side that a builder reads. @internal */
export interface BuilderSide {
  readonly variable: string;
  readonly shape: Shape;
  /** Whether the record itself may be null, as in outer joins. */
  readonly mayBeMissing: boolean;
}

interface Part {
  readonly side: number;
  readonly field: ValueField;
  readonly unary: Unary;
  readonly mayBeMissing: boolean;
  readonly text: string;
}

/** The most fields that a record of a plan gets; more say nothing new and slow everything down. */
const MAX_FIELDS = 6;

/** Draws a builder that reads some fields of each side, changed or not. @internal */
export function drawBuilder(random: PlanRandom, sides: readonly BuilderSide[], kind?: Shape["kind"]): RecordBuilder {
  const parts = drawParts(random, sides);
  const wanted =
    kind ?? random.pickWeighted(["row", "tuple", "scalar"] as const, (k) => ({ row: 7, tuple: 2, scalar: 1 })[k]);
  if (wanted === "scalar") return scalarBuilder(parts[0] as Part);
  if (wanted === "tuple") return tupleBuilder(parts);
  return rowBuilder(random, parts);
}

function drawParts(random: PlanRandom, sides: readonly BuilderSide[]): readonly Part[] {
  const parts: Part[] = [];
  const perSide = Math.max(1, Math.floor(MAX_FIELDS / sides.length));
  sides.forEach((side, index) => {
    for (const field of random.sample(side.shape.fields, 1, perSide)) {
      const unaries = unariesOf(field.type);
      const unary = random.chance(0.6) ? unaries[0]! : random.pick(unaries);
      parts.push({ side: index, field, unary, mayBeMissing: side.mayBeMissing, text: partText(side, field, unary) });
    }
  });
  return parts;
}

function partText(side: BuilderSide, field: ValueField, unary: Unary): string {
  const text = unary.text(readText(side.variable, field.name));
  return side.mayBeMissing ? `${side.variable} && (${text})` : text;
}

function typeOfPart(part: Part): ValueField["type"] {
  const type = afterFunction(part.unary.result);
  return part.mayBeMissing ? nullable(type) : type;
}

/** Reads and computes the value of a part; a missing side gives null. Functions of plans capture only their parts. */
function evaluate(part: Part, sides: readonly unknown[]): unknown {
  const record = sides[part.side];
  if (part.mayBeMissing && record === null) return null;
  return part.unary.apply(readField(record, part.field.name)) ?? null;
}

function scalarBuilder(part: Part): RecordBuilder {
  return {
    shape: { kind: "scalar", fields: [{ name: "*", type: typeOfPart(part) }] },
    text: part.text,
    build: (...sides) => evaluate(part, sides),
  };
}

function tupleBuilder(parts: readonly Part[]): RecordBuilder {
  return {
    shape: tupleShape(parts.map(typeOfPart)),
    text: `[${parts.map((p) => p.text).join(", ")}]`,
    build: (...sides) => parts.map((part) => evaluate(part, sides)),
  };
}

function rowBuilder(random: PlanRandom, parts: readonly Part[]): RecordBuilder {
  const names = rowNames(random, parts);
  const fields = parts.map((part, i) => ({ name: names[i]!, type: typeOfPart(part) }));
  return {
    shape: { kind: "row", fields },
    text: `({ ${parts.map((p, i) => `${propertyText(names[i]!)}: ${p.text}`).join(", ")} })`,
    build: (...sides) => Object.fromEntries(parts.map((part, i) => [names[i]!, evaluate(part, sides)])),
  };
}

/** Keeps the names of fields where it can, so that keys of other data sets are found under the same name. */
function rowNames(random: PlanRandom, parts: readonly Part[]): string[] {
  const taken = new Set<string>();
  return parts.map((part, i) => {
    const own = /^\d+$|^\*$/.test(part.field.name) || random.chance(0.1) ? "abcdefgh"[i]! : part.field.name;
    return uniqueName(own, taken);
  });
}
