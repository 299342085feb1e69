/**
 * Functions of one value, by its type: what the record functions of random plans are made of.
 *
 * Each is a congruence: equal keys (by `equalValues`) have equal results. So it may not tell -0 from 0, null from absent,
 * 1.0 from 1.00 or one insertion order of a map from another, since no engine promises which of two equal keys survives a
 * group. And none of them rounds, or reads anything but its argument.
 */
import { type Decimal, keyText } from "@millrace/core";
import {
  ANY_NUMBER,
  BOOLEAN,
  COUNT,
  INT,
  mayBeNull,
  nullable,
  STRING,
  undeclared,
  type ValueType,
  withoutNull,
} from "../types/value-type.js";

/** Is a function of one value. @internal */
export interface Unary {
  readonly text: (argument: string) => string;
  readonly apply: (value: unknown) => unknown;
  readonly result: ValueType;
}

type Apply<T> = (value: T) => unknown;

function unary<T>(result: ValueType, text: (argument: string) => string, apply: Apply<T>): Unary {
  return { result, text, apply: apply as (value: unknown) => unknown };
}

/** Returns the functions for values of `type`; the first one is the identity. @internal */
export function unariesOf(type: ValueType): readonly Unary[] {
  const identity = unary<unknown>(
    undeclared(type),
    (x) => x,
    (x) => x,
  );
  const text = unary<unknown>(
    STRING,
    (x) => `keyText(${x})`,
    (x) => keyText(x),
  );
  if (!mayBeNull(type)) return [identity, ...ownUnariesOf(type)];
  const isNull = unary<unknown>(
    BOOLEAN,
    (x) => `${x} == null`,
    (x) => x == null,
  );
  if (type.kind === "any") return [identity, isNull, text];
  const lifted = ownUnariesOf(withoutNull(type)).map((f) =>
    unary<unknown>(
      nullable(f.result),
      (x) => `${x} == null ? null : ${f.text(x)}`,
      (x) => (x == null ? null : f.apply(x)),
    ),
  );
  return [identity, isNull, ...lifted];
}

/** Returns the functions of values of `type` that have a boolean result. @internal */
export function predicatesOf(type: ValueType): readonly Unary[] {
  const derived = unariesOf(type).flatMap((f) => (f.result.kind === "number" ? [isSmall(f)] : []));
  const any = unary<unknown>(
    BOOLEAN,
    (x) => `keyText(${x}).length % 2 === 0`,
    (x) => keyText(x).length % 2 === 0,
  );
  return [...unariesOf(type).filter((f) => f.result.kind === "boolean"), ...derived, any];
}

function isSmall(f: Unary): Unary {
  return unary<unknown>(
    BOOLEAN,
    (x) => `${f.text(x)} < 2`,
    (x) => (f.apply(x) as number) < 2,
  );
}

function ownUnariesOf(type: ValueType): readonly Unary[] {
  switch (type.kind) {
    case "boolean":
      return [
        unary<boolean>(
          BOOLEAN,
          (x) => `!${x}`,
          (x) => !x,
        ),
      ];
    case "number":
      return numberUnaries(type.bits, type.declared);
    case "int64":
      return [
        unary<bigint>(
          { kind: "int64", bits: 63 },
          (x) => `BigInt.asIntN(64, ${x} * 3n + 1n)`,
          (x) => BigInt.asIntN(64, x * 3n + 1n),
        ),
        unary<bigint>(
          INT,
          (x) => `Number(${x} & 3n)`,
          (x) => Number(x & 3n),
        ),
        unary<bigint>(
          { kind: "int64", bits: 3 },
          (x) => `${x} & 7n`,
          (x) => x & 7n,
        ),
        unary<bigint>(
          BOOLEAN,
          (x) => `${x} > 1n`,
          (x) => x > 1n,
        ),
      ];
    case "string":
      return [
        unary<string>(
          INT,
          (x) => `${x}.length`,
          (x) => x.length,
        ),
        unary<string>(
          STRING,
          (x) => `${x}.slice(0, 1)`,
          (x) => x.slice(0, 1),
        ),
        unary<string>(
          STRING,
          (x) => `${x}.toUpperCase()`,
          (x) => x.toUpperCase(),
        ),
        unary<string>(
          BOOLEAN,
          (x) => `${x} < "b"`,
          (x) => x < "b",
        ),
      ];
    case "enum":
      return [
        unary<string>(
          STRING,
          (x) => `${x}.slice(0, 2)`,
          (x) => x.slice(0, 2),
        ),
      ];
    case "timestamp":
      return [
        unary<Date>(
          ANY_NUMBER,
          (x) => `${x}.getTime()`,
          (x) => x.getTime(),
        ),
        unary<Date>(
          { kind: "timestamp" },
          (x) => `new Date(${x}.getTime() - 1)`,
          (x) => new Date(x.getTime() - 1),
        ),
      ];
    case "bytes":
      return [
        unary<Uint8Array>(
          INT,
          (x) => `${x}.length`,
          (x) => x.length,
        ),
        unary<Uint8Array>(
          { kind: "bytes" },
          (x) => `${x}.map((b) => b ^ 1)`,
          (x) => x.map((b) => b ^ 1),
        ),
      ];
    case "decimal":
      return [
        unary<Decimal>(
          BOOLEAN,
          (x) => `${x}.toNumber() > 0`,
          (x) => x.toNumber() > 0,
        ),
        unary<Decimal>(
          type,
          (x) => `${x}.withScale(4)`,
          (x) => x.withScale(4),
        ),
      ];
    case "custom":
      return [
        unary<{ x: number }>(
          INT,
          (x) => `${x}.x`,
          (p) => p.x,
        ),
        unary<{ x: number; y: number }>(
          { kind: "custom", isDeclared: false },
          (x) => `{ x: ${x}.y, y: ${x}.x }`,
          (p) => ({ x: p.y, y: p.x }),
        ),
      ];
    default:
      return containerUnaries(type);
  }
}

function numberUnaries(bits: number | undefined, declared: "int32" | "float64"): readonly Unary[] {
  const isNotANumber = unary<number>(
    BOOLEAN,
    (x) => `Number.isNaN(${x})`,
    (x) => Number.isNaN(x),
  );
  const isPositive = unary<number>(
    BOOLEAN,
    (x) => `${x} > 0`,
    (x) => x > 0,
  );
  const toInt = unary<number>(
    INT,
    (x) => `(${x} * 3) | 0`,
    (x) => (x * 3) | 0,
  );
  const low = unary<number>(
    INT,
    (x) => `${x} & 3`,
    (x) => x & 3,
  );
  const negative = unary<number>(
    { kind: "number", declared: "float64", bits },
    (x) => `-${x}`,
    (x) => -x,
  );
  if (declared === "int32") return [toInt, low, isPositive, negative];
  return [isNotANumber, isPositive, low, negative, toInt];
}

function containerUnaries(type: ValueType): readonly Unary[] {
  switch (type.kind) {
    case "array":
      return [
        unary<unknown[]>(
          COUNT,
          (x) => `${x}.length`,
          (x) => x.length,
        ),
        unary<unknown[]>(
          undeclared(type),
          (x) => `${x}.toReversed()`,
          (x) => x.toReversed(),
        ),
      ];
    case "map":
      return [
        unary<Map<string, unknown>>(
          COUNT,
          (x) => `${x}.size`,
          (x) => x.size,
        ),
      ];
    case "row": {
      const { name, type: inner } = type.fields[0]!;
      return [
        unary<Record<string, unknown>>(
          undeclared(inner),
          (x) => `${x}.${name}`,
          (x) => x[name] ?? null,
        ),
        unary<unknown>(
          STRING,
          (x) => `keyText(${x})`,
          (x) => keyText(x),
        ),
      ];
    }
    case "tuple": {
      const last = type.elements.length - 1;
      return [
        unary<unknown[]>(
          undeclared(type.elements[last]!),
          (x) => `${x}[${last}]`,
          (x) => x[last],
        ),
      ];
    }
    case "variant":
      return [
        unary<Record<string, unknown>>(
          STRING,
          (x) => `${x}.${type.tag}`,
          (x) => x[type.tag],
        ),
        unary<Record<string, unknown>>(
          INT,
          (x) => `${x}.n`,
          (x) => x.n,
        ),
      ];
    case "any":
      return [
        unary<unknown>(
          STRING,
          (x) => `keyText(${x})`,
          (x) => keyText(x),
        ),
      ];
    default:
      return [];
  }
}
