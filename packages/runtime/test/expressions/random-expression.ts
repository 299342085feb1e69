/** Random records of a declared type, and random expressions over their fields, right and wrong ones. */
import {
  type AnyType,
  Decimal,
  type ExpressionFunctionName,
  type ExpressionNode,
  type LiteralValue,
  type TypeInformation,
  types,
} from "@millrace/core";
import { randomValue, type SeededRandom } from "@millrace/host-test";

/** A class of the tests' own, which no expression compares. */
export class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}

export const pointType: TypeInformation<Point> = types.custom<Point>("point", {
  serialize: (point) => Uint8Array.of(point.x & 0xff),
  deserialize: (bytes) => new Point(bytes[0]!),
  keyBytes: (point) => Uint8Array.of(point.x & 0xff),
  isInstance: (value) => value instanceof Point,
});

const LEAVES: readonly TypeInformation<unknown>[] = [
  types.boolean,
  types.int32,
  types.int64,
  types.float64,
  types.string,
  types.string,
  types.timestamp,
  types.bytes,
  types.any,
  types.enum("b", "a", "c"),
  types.decimal(9, 2),
  types.decimal(30, 3),
];

/** Draws the type of a field. */
export function randomFieldType(random: SeededRandom, depth: number): TypeInformation<unknown> {
  const leaf = random.pick(LEAVES);
  switch (random.below(depth > 0 ? 10 : 5)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return leaf;
    case 4:
    case 5:
      return types.nullable(leaf);
    case 6:
      return types.array(leaf);
    case 7:
      return types.tuple(randomFieldType(random, depth - 1), randomFieldType(random, depth - 1));
    case 8:
      return types.nullable(randomRowType(random, depth - 1, 2));
    default:
      return randomRowType(random, depth - 1, 2);
  }
}

/** Draws the type of a record with fields `f0`, `f1`, …, some of them optional. */
export function randomRowType(random: SeededRandom, depth: number, numFields: number): TypeInformation<object> {
  const fields: Record<string, TypeInformation<unknown>> = {};
  for (let i = 0; i < numFields; i++) {
    const type = randomFieldType(random, depth);
    fields[`f${i}`] = random.chance(0.2) ? types.optional(type) : type;
  }
  return types.row(fields) as TypeInformation<object>;
}

/** Draws a record of a type; numbers and strings come from few, so that they are often equal. */
export function randomRecordOf(random: SeededRandom, type: AnyType): unknown {
  switch (type.kind) {
    case "row":
      return Object.fromEntries(
        type.fields
          .filter((field) => field.type.kind !== "optional" || random.chance(0.6))
          .map((field) => [field.name, randomRecordOf(random, field.type)]),
      );
    case "tuple":
      return type.elements.map((element) => randomRecordOf(random, element));
    case "optional":
      return randomRecordOf(random, type.inner);
    case "nullable":
      return random.chance(0.3) ? null : randomRecordOf(random, type.inner);
    case "array":
      return Array.from({ length: random.below(3) }, () => randomRecordOf(random, type.element));
    case "int32":
      return random.pick([0, 1, -1, 5, 2 ** 31 - 1, -(2 ** 31)]);
    case "float64":
      return random.pick([0, -0, 1, 1.5, -2.5, 5, Number.NaN, Number.POSITIVE_INFINITY, 3e10]);
    case "int64":
      return random.pick([0n, 1n, -7n, 2n ** 63n - 1n, -(2n ** 63n)]);
    case "string":
      return random.pick(["", "a", "ab", " a b ", "Ä", "10", "true", "日本", "a日", "1.5e3", "2024-02-30"]);
    case "decimal":
      return new Decimal(BigInt(random.between(-2000, 2000)), type.scale);
    case "timestamp":
      return new Date(random.pick([0, 1, 1e12, Number.NaN]));
    default:
      return randomValue(random, type);
  }
}

const LITERALS: readonly LiteralValue[] = [
  null,
  true,
  false,
  0,
  -0,
  1,
  2.5,
  -3,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  0n,
  -2n,
  5n,
  "",
  "a",
  "ab",
  "日",
  "b",
  "10",
  new Date(0),
  new Date(Number.NaN),
];

const FUNCTIONS: readonly (readonly [ExpressionFunctionName, number])[] = [
  ["eq", 2],
  ["ne", 2],
  ["lt", 2],
  ["le", 2],
  ["gt", 2],
  ["ge", 2],
  ["and", 2],
  ["and", 3],
  ["or", 2],
  ["or", 3],
  ["not", 1],
  ["add", 2],
  ["subtract", 2],
  ["multiply", 2],
  ["divide", 2],
  ["modulo", 2],
  ["negate", 1],
  ["abs", 1],
  ["floor", 1],
  ["ceil", 1],
  ["round", 1],
  ["contains", 2],
  ["startsWith", 2],
  ["endsWith", 2],
  ["lower", 1],
  ["upper", 1],
  ["trim", 1],
  ["length", 1],
  ["concat", 2],
  ["concat", 3],
  ["substring", 2],
  ["substring", 3],
  ["split", 2],
  ["isNull", 1],
  ["isNotNull", 1],
  ["coalesce", 2],
  ["coalesce", 3],
  ["in", 2],
  ["in", 4],
  ["in", 6],
  ["if", 3],
  ["cast", 1],
];

const TARGETS = ["boolean", "int32", "int64", "float64", "string", "timestamp"] as const;
const OF_STRINGS = new Set(["contains", "startsWith", "endsWith", "lower", "upper", "trim", "concat", "split"]);
const OF_TRUTH = new Set(["and", "or", "not"]);

/** Draws an expression over columns of a type. Most operands suit their function, some do not. */
export function randomExpression(random: SeededRandom, type: AnyType, depth: number): ExpressionNode {
  if (depth === 0 || random.chance(0.1)) return randomOperand(random, type);
  const [name, numArgs] = random.pick(FUNCTIONS);
  const suits = random.chance(0.8);
  const args = Array.from({ length: numArgs }, (_, index): ExpressionNode => {
    if (suits && OF_TRUTH.has(name)) return condition(random, type, depth - 1);
    if (suits && (OF_STRINGS.has(name) || (name === "substring" && index === 0))) {
      return random.chance(0.5)
        ? { op: "literal", value: random.pick(["", "a", "ab", "日"]) }
        : columnOf(random, type, "string");
    }
    if (suits && name === "substring") return { op: "literal", value: random.below(4) };
    if (suits && index > 0 && name === "in") return randomOperand(random, type, true);
    return randomExpression(random, type, depth - 1);
  });
  const node: ExpressionNode = { op: "call", name, args };
  return name === "cast" ? { ...node, target: random.pick(TARGETS) } : node;
}

function condition(random: SeededRandom, type: AnyType, depth: number): ExpressionNode {
  const name = random.pick(["eq", "lt", "ge", "isNull", "and", "or", "not"] as const);
  if (name === "isNull") return { op: "call", name, args: [randomOperand(random, type)] };
  if (name === "and" || name === "or" || name === "not") {
    const numArgs = name === "not" || depth <= 0 ? 1 : 2;
    return { op: "call", name, args: Array.from({ length: numArgs }, () => condition(random, type, depth - 1)) };
  }
  return { op: "call", name, args: [randomOperand(random, type), randomOperand(random, type)] };
}

function randomOperand(random: SeededRandom, type: AnyType, isConstant = false): ExpressionNode {
  const kind = random.below(isConstant ? 3 : 10);
  if (kind === 0) return { op: "parameter", name: "p", value: random.pick(LITERALS) };
  if (kind < 3) return { op: "literal", value: random.pick(LITERALS) };
  return { op: "column", path: random.chance(0.02) ? "*" : randomPath(random, type) };
}

function columnOf(random: SeededRandom, type: AnyType, kind: string): ExpressionNode {
  const fields = type.kind === "row" ? type.fields : [];
  const fitting = fields.filter(
    (field) =>
      field.type.kind === kind ||
      ((field.type.kind === "nullable" || field.type.kind === "optional") && field.type.inner.kind === kind),
  );
  return fitting.length === 0 ? randomOperand(random, type) : { op: "column", path: random.pick(fitting).name };
}

function randomPath(random: SeededRandom, type: AnyType): string {
  const inner = withoutNull(type);
  const names =
    inner.kind === "row"
      ? inner.fields.map((field) => field.name)
      : inner.kind === "tuple"
        ? inner.elements.map((_, i) => String(i))
        : ["0", "f0"];
  const name = random.chance(0.05) ? random.pick(["missing", "0", "constructor", "length"]) : random.pick(names);
  const below =
    inner.kind === "row"
      ? inner.fields.find((field) => field.name === name)?.type
      : inner.kind === "tuple"
        ? inner.elements[Number(name)]
        : undefined;
  if (below === undefined) return name;
  const isComposite = ["row", "tuple", "any", "array"].includes(withoutNull(below).kind);
  return random.chance(isComposite ? 0.7 : 0.02) ? `${name}.${randomPath(random, below)}` : name;
}

function withoutNull(type: AnyType): AnyType {
  return type.kind === "nullable" || type.kind === "optional" ? withoutNull(type.inner) : type;
}
