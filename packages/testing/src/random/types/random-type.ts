import type { PlanRandom } from "../plan-random.js";
import type { Shape } from "./shape.js";
import { ANY_NUMBER, BOOLEAN, INT, LONG, STRING, type ValueField, type ValueType } from "./value-type.js";

/** Names that trip up generated code, prototypes and field paths. */
const ODD_NAMES = ["x y", "ä", "constructor", "toString", "length", "p.q", "a-b", "key"];
const PLAIN_NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"];

/**
 * In alphabetical order: a declared enum orders by position and an undeclared string by its text, and one operator further
 * on nobody knows which of both a value is.
 */
const ENUMS: readonly (readonly [string, ...string[]])[] = [
  ["high", "low"],
  ["blue", "green", "red"],
];

/** Numbers whose sums are exact. @internal */
export const EXACT_NUMBER: ValueType = { kind: "number", declared: "float64", bits: 11 };
/** Bigints whose sums stay in range, and that are far beyond what a number can hold. @internal */
export const EXACT_LONG: ValueType = { kind: "int64", bits: 56 };

const SCALARS: readonly ValueType[] = [
  INT,
  INT,
  EXACT_NUMBER,
  ANY_NUMBER,
  LONG,
  EXACT_LONG,
  STRING,
  STRING,
  BOOLEAN,
  { kind: "timestamp" },
  { kind: "bytes" },
  { kind: "decimal", precision: 12, scale: 2 },
];

/** Draws the shape of a source's records. @internal */
export function drawShape(random: PlanRandom): Shape {
  const kind = random.pickWeighted(["row", "tuple", "scalar"] as const, (k) =>
    k === "row" ? 7 : k === "tuple" ? 2 : 1,
  );
  if (kind === "scalar") return { kind, fields: [{ name: "*", type: drawScalarType(random) }] };
  const numFields = random.between(2, 5);
  if (kind === "tuple") {
    const elements = Array.from({ length: numFields }, () => drawFieldType(random, false));
    return { kind, fields: elements.map((type, i) => ({ name: String(i), type })) };
  }
  // The first field is always good for a key that other sources have as well.
  const fields = drawNames(random, numFields).map((name) => ({ name, type: drawFieldType(random, true) }));
  const first = fields[0] as ValueField;
  return { kind: "row", fields: [{ name: first.name, type: drawScalarType(random) }, ...fields.slice(1)] };
}

const RELATIONAL_TYPES: readonly ValueType[] = [
  INT,
  EXACT_NUMBER,
  ANY_NUMBER,
  EXACT_LONG,
  LONG,
  STRING,
  STRING,
  BOOLEAN,
];

/** Draws the shape of a source's records that are rows of a table. @internal */
export function drawTableShape(random: PlanRandom): Shape {
  const fields = PLAIN_NAMES.slice(0, random.between(2, 5)).map((name) => {
    const type = random.pick(RELATIONAL_TYPES);
    return { name, type: random.chance(0.35) ? ({ kind: "nullable", inner: type } as const) : type };
  });
  return { kind: "row", fields };
}

/** Draws a type without parts. @internal */
export function drawScalarType(random: PlanRandom): ValueType {
  return random.chance(0.1) ? { kind: "enum", values: random.pick(ENUMS) } : random.pick(SCALARS);
}

function drawNames(random: PlanRandom, count: number): string[] {
  const names = PLAIN_NAMES.slice(0, count);
  if (random.chance(0.15)) names[random.below(count)] = random.pick(ODD_NAMES);
  return names;
}

function drawFieldType(random: PlanRandom, mayBeAbsent: boolean): ValueType {
  const ticket = random.below(100);
  if (ticket < 60) return drawScalarType(random);
  if (ticket < 74) {
    const kind = mayBeAbsent && random.chance(0.35) ? "optional" : "nullable";
    return { kind, inner: random.chance(0.8) ? drawScalarType(random) : drawComposite(random) };
  }
  return drawComposite(random);
}

function drawComposite(random: PlanRandom): ValueType {
  const part = (): ValueType => drawScalarType(random);
  switch (random.below(8)) {
    case 0:
      return { kind: "array", element: part() };
    case 1:
      return { kind: "map", key: STRING, value: part() };
    case 2:
    case 3:
      return {
        kind: "row",
        fields: [
          { name: "x", type: part() },
          { name: "y", type: random.chance(0.3) ? { kind: "nullable", inner: part() } : part() },
        ],
      };
    case 4:
      return { kind: "tuple", elements: [part(), part()] };
    case 5:
      return {
        kind: "variant",
        tag: "kind",
        cases: [
          {
            name: "big",
            fields: [
              { name: "n", type: INT },
              { name: "s", type: part() },
            ],
          },
          { name: "small", fields: [{ name: "n", type: INT }] },
        ],
      };
    case 6:
      return { kind: "custom", isDeclared: true };
    default:
      return {
        kind: "any",
        alternatives: random.sample([...SCALARS, { kind: "nullable", inner: STRING } as const], 2, 4),
      };
  }
}
