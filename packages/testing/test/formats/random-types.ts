import { type TypeInformation, types } from "@millrace/core";
import type { SeededRandom } from "@millrace/host-test";

const SCALARS: readonly TypeInformation<unknown>[] = [
  types.boolean,
  types.int32,
  types.int64,
  types.float64,
  types.string,
  types.bytes,
  types.timestamp,
  types.decimal(9, 3),
  types.decimal(38, 38),
  types.enum("red", "dark, green", ""),
];

/** Returns a random type without undeclared parts, at most `depth` levels deep. */
export function randomType(random: SeededRandom, depth: number): TypeInformation<unknown> {
  if (depth === 0 || random.chance(0.4)) return random.pick(SCALARS);
  const inner = (): TypeInformation<unknown> => randomType(random, depth - 1);
  switch (random.below(6)) {
    case 0:
      return types.array(inner());
    case 1:
      return types.tuple(...Array.from({ length: random.below(4) }, inner));
    case 2:
      return randomRow(random, depth - 1);
    case 3:
      return types.map(
        random.pick<TypeInformation<unknown>>([types.string, types.int64, types.enum("a", "b")]),
        inner(),
      ) as TypeInformation<unknown>;
    case 4:
      return types.variant("case", { a: randomRow(random, depth - 1), b: types.row({}) });
    default:
      return nullable(random, inner());
  }
}

/** Returns a random row type. */
export function randomRow(random: SeededRandom, depth: number): TypeInformation<Record<string, unknown>> {
  const fields = Array.from({ length: random.between(1, 5) }, (_, i) => {
    const type = randomType(random, depth);
    const name = random.pick(["id", "a b", "ünï", "__proto__", "x"]) + i;
    return [
      name,
      random.chance(0.2) && type.kind !== "nullable" ? types.optional(type) : nullable(random, type),
    ] as const;
  });
  return types.row(Object.fromEntries(fields)) as TypeInformation<Record<string, unknown>>;
}

function nullable(random: SeededRandom, type: TypeInformation<unknown>): TypeInformation<unknown> {
  return random.chance(0.3) && type.kind !== "nullable" ? types.nullable(type) : type;
}
