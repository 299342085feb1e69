/** Random chains: operators over a record whose type is tracked, so that most of them can run. */
import { type AnyType, RowLayout, type TypeInformation, types } from "@millrace/core";
import type { SeededRandom } from "@millrace/host-test";
import type { ChainedSpec, KeyPartSpec } from "@millrace/job-graph";
import { randomExpression } from "../expressions/random-expression.js";
import { operator, type Program } from "./chain-harness.js";

type Row = Record<string, unknown>;
type Fn = (...args: never[]) => unknown;

/**
 * Functions that do to any row what functions of users do, also change it. None gives fields that are undefined or the same
 * record twice: without the check of records the next function of a chain would see that.
 */
const MAPS: readonly Fn[] = [
  (row: Row) => row,
  (row: Row) => ({ ...row, extra: 1 }),
  (row: Row) => {
    row.f0 = "changed";
    return row;
  },
  (row: Row) => ({ f0: row.f0 ?? null, f1: [row.f1 ?? null, "x"], f2: { f0: row.f2 ?? null } }),
  (row: Row) => ({ f0: Object.keys(row ?? {}).length, f1: null, f2: "text" }),
  () => ({ f0: 5, f1: "ab", f2: 2.5, f3: true, f4: 7n }),
];
const FLAT_MAPS: readonly Fn[] = [
  (row: Row) => [row],
  () => [],
  (row: Row) => [{ ...row }, { ...row, f0: 1 }],
  function* (row: Row) {
    yield { f0: "first", f1: row.f1 ?? null };
    yield row;
  },
  (row: Row, out: { collect(record: unknown): void }) => {
    out.collect({ f0: 1 });
    out.collect(row);
  },
  (row: Row, out: { collect(record: unknown): void }) => {
    out.collect({ f0: "written" });
    return new Set([{ f0: row.f0 ?? null }]);
  },
];
const FILTERS: readonly Fn[] = [
  () => true,
  (row: Row) => row.f0 !== null,
  (row: Row) => {
    row.f1 = "changed by a filter";
    return true;
  },
  (row: Row) => {
    for (const value of Object.values(row)) if (Array.isArray(value)) value.push("more");
    return "f0" in row || Object.keys(row).length > 1;
  },
];
const SELECTORS: readonly Fn[] = [
  (row: Row) => row.f0,
  (row: Row) => [row.f1, 5],
  (row: Row) => {
    row.f0 = "changed by a selector";
    return { key: row.f1 };
  },
];

/** The type of what functions give, as far as expressions over it are concerned. */
const AFTER_FUNCTION = types.row({
  f0: types.string,
  f1: types.any,
  f2: types.float64,
}) as unknown as AnyType;

/** Draws a chain over records of `type`. */
export function randomChain(random: SeededRandom, type: AnyType, maxLength: number): Program {
  const functions: Fn[] = [];
  const specs: ChainedSpec[] = [];
  let current: AnyType = type;
  const add = (fn: Fn): number => functions.push(fn) - 1;
  const isRow = (): boolean => current.kind === "row";
  const length = 1 + random.below(maxLength);
  while (specs.length < length) {
    const info = operator(specs.length);
    switch (random.below(isRow() ? 8 : 4)) {
      case 0:
      case 1:
        specs.push({
          kind: "filterExpression",
          operator: info,
          expression: likelyTrue(random, current),
        });
        break;
      case 2: {
        const columns = Array.from({ length: 1 + random.below(3) }, (_, i) => ({
          name: random.pick([`f${i}`, `f${i}`, `c${i}`, "7", "__proto__"]),
          expression: random.chance(0.5)
            ? ({ op: "column", path: fieldOf(random, current) } as const)
            : randomExpression(random, current, 2),
        }));
        specs.push({ kind: "select", operator: info, columns });
        current = selected(current, columns);
        break;
      }
      case 3: {
        const fields = Array.from({ length: 1 + random.below(3) }, () => fieldOf(random, current));
        specs.push({ kind: "project", operator: info, fields });
        current = types.tuple(...fields.map((field) => typeAt(current, field))) as unknown as AnyType;
        break;
      }
      case 4: {
        const parts = Array.from({ length: 1 + random.below(2) }, () => keyPart(random, current, add));
        specs.push({ kind: "attachKey", operator: info, parts });
        if (random.chance(0.6)) {
          specs.push({ kind: "detachKey", operator: operator(specs.length), position: parts.length });
        } else {
          current = types.tuple(
            ...parts.map(() => types.any),
            current as unknown as TypeInformation<unknown>,
          ) as unknown as AnyType;
        }
        break;
      }
      case 5:
        specs.push({ kind: "map", operator: info, function: add(random.pick(MAPS)) });
        current = AFTER_FUNCTION;
        break;
      case 6:
        specs.push({ kind: "flatMap", operator: info, function: add(random.pick(FLAT_MAPS)) });
        current = AFTER_FUNCTION;
        break;
      default:
        specs.push({ kind: "filter", operator: info, function: add(random.pick(FILTERS)) });
    }
  }
  return { specs, functions };
}

/** Draws a condition that few records fail, so that something comes out. */
function likelyTrue(random: SeededRandom, type: AnyType) {
  const drawn = randomExpression(random, type, 2);
  if (random.chance(0.3)) return drawn;
  return {
    op: "call",
    name: "or",
    args: [
      { op: "call", name: "isNull", args: [drawn] },
      { op: "call", name: "isNotNull", args: [drawn] },
    ],
  } as const;
}

function keyPart(random: SeededRandom, type: AnyType, add: (fn: Fn) => number): KeyPartSpec {
  switch (random.below(5)) {
    case 0:
      return { kind: "selector", function: add(random.pick(SELECTORS)) };
    case 1:
      return { kind: "expression", expression: randomExpression(random, type, 1) };
    case 2:
      return { kind: "tuple", parts: [keyPart(random, type, add), { kind: "field", path: fieldOf(random, type) }] };
    default:
      return { kind: "field", path: fieldOf(random, type) };
  }
}

function fieldOf(random: SeededRandom, type: AnyType): string {
  if (type.kind === "row") return random.pick([...type.fields.map((field) => field.name), "missing"]);
  if (type.kind === "tuple") return String(random.below(type.elements.length + 1));
  return "*";
}

function typeAt(type: AnyType, field: string): TypeInformation<unknown> {
  const found =
    type.kind === "row"
      ? type.fields.find((each) => each.name === field)?.type
      : type.kind === "tuple"
        ? type.elements[Number(field)]
        : undefined;
  return (found?.kind === "optional" ? found.inner : (found ?? types.any)) as TypeInformation<unknown>;
}

function selected(
  type: AnyType,
  columns: readonly { readonly name: string; readonly expression: ReturnType<typeof randomExpression> }[],
): AnyType {
  const fields = columns.map(({ name, expression }) => [
    name,
    expression.op === "column" ? typeAt(type, expression.path) : types.any,
  ]);
  return types.row(Object.fromEntries(fields)) as unknown as AnyType;
}

/** Returns the layout of a type. */
export function layoutOf(type: AnyType): RowLayout {
  return RowLayout.of(type as unknown as TypeInformation<unknown>) as RowLayout;
}
