import { type AnyType, Decimal, type TypeInformation } from "@millrace/core";
import type { SeededRandom } from "./seeded-random.js";

const SYLLABLES = ["ka", "lo", "mi", "ne", "su", "ta", "ri", "vo", "be", "du", "fa", "go", "hi", "ju", "pe", "wa"];
const MAX_DEPTH_OF_ANY = 3;

/** Returns `numWords` different made-up words, short ones first. @public */
export function vocabulary(numWords: number): readonly string[] {
  return Array.from({ length: numWords }, (_, i) => {
    let word = "";
    for (let rest = i; ; rest = Math.floor(rest / SYLLABLES.length) - 1) {
      word = SYLLABLES[rest % SYLLABLES.length]! + word;
      if (rest < SYLLABLES.length) return word;
    }
  });
}

/**
 * Returns a function that draws ranks from 0 to `size - 1` by Zipf's law: rank r with a weight of `1 / (r + 1)^exponent`. Exponent 0 is
 * uniform, 1 is like words in a text, 2 gives most draws to a few ranks.
 * @public
 */
export function zipf(random: SeededRandom, size: number, exponent: number): () => number {
  const cumulative = new Float64Array(size);
  let total = 0;
  for (let rank = 0; rank < size; rank++) {
    total += (rank + 1) ** -exponent;
    cumulative[rank] = total;
  }
  return () => {
    const drawn = random.next() * total;
    let low = 0;
    let high = size - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle]! > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Returns lines of words whose frequencies follow Zipf's law. @public */
export function textLines(
  random: SeededRandom,
  numLines: number,
  options: { readonly numWordsPerLine?: number; readonly vocabularySize?: number; readonly exponent?: number } = {},
): readonly string[] {
  const { numWordsPerLine = 8, vocabularySize = 1000, exponent = 1 } = options;
  const words = vocabulary(vocabularySize);
  const draw = zipf(random, vocabularySize, exponent);
  return Array.from({ length: numLines }, () =>
    Array.from({ length: numWordsPerLine }, () => words[draw()]!).join(" "),
  );
}

/**
 * Returns edges between vertices 0 to `numVertices - 1`. With `exponent` above 0, few vertices have most of the edges, as in real graphs.
 * Edges may repeat and may be loops.
 * @public
 */
export function edges(
  random: SeededRandom,
  numVertices: number,
  numEdges: number,
  exponent = 0,
): readonly (readonly [source: number, target: number])[] {
  const draw = zipf(random, numVertices, exponent);
  return Array.from({ length: numEdges }, () => [random.below(numVertices), draw()] as const);
}

/** Returns records of a type, with the values that break things drawn more often than chance would. @public */
export function records<T>(random: SeededRandom, type: TypeInformation<T>, numRecords: number): T[] {
  return Array.from({ length: numRecords }, () => randomValue(random, type));
}

/** Returns one value of a type; extremes, empties and odd characters are drawn often. @public */
export function randomValue<T>(random: SeededRandom, type: TypeInformation<T>): T {
  return anyValueOf(random, type as AnyType, 0) as T;
}

const EXTREME_DOUBLES = [
  0,
  -0,
  1,
  -1,
  0.1,
  1e21,
  1e-7,
  2 ** 53,
  5e-324,
  1.7976931348623157e308,
  Number.NaN,
  1 / 0,
  -1 / 0,
];
const EXTREME_INT32 = [0, 1, -1, 2147483647, -2147483648];
const EXTREME_INT64 = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 2n ** 53n + 1n];
const CHARACTERS = [
  "a",
  "b",
  "z",
  "0",
  " ",
  ",",
  ";",
  "|",
  '"',
  "'",
  "\\",
  "\n",
  "\r",
  "\t",
  "\0",
  "é",
  "ß",
  "中",
  "😀",
  "\u2028",
];

function anyValueOf(random: SeededRandom, type: AnyType, depth: number): unknown {
  switch (type.kind) {
    case "boolean":
      return random.chance(0.5);
    case "int32":
      return random.chance(0.3) ? random.pick(EXTREME_INT32) : random.seed() | 0;
    case "int64":
      return random.chance(0.3)
        ? random.pick(EXTREME_INT64)
        : BigInt.asIntN(64, (BigInt(random.seed()) << 32n) | BigInt(random.seed()));
    case "float64":
      return random.chance(0.3) ? random.pick(EXTREME_DOUBLES) : (random.next() - 0.5) * 10 ** random.between(-20, 20);
    case "string":
      return text(random);
    case "bytes":
      return Uint8Array.from({ length: random.below(20) }, () => random.below(256));
    case "timestamp":
      return new Date(random.chance(0.1) ? Number.NaN : random.between(-8e12, 8e12));
    case "decimal": {
      const digits = Array.from({ length: type.precision }, () => random.below(10)).join("");
      return new Decimal(random.chance(0.5) ? BigInt(digits) : -BigInt(digits), type.scale);
    }
    case "enum":
      return random.pick(type.values);
    case "nullable":
      return random.chance(0.3) ? null : anyValueOf(random, type.inner, depth);
    case "optional":
      return random.chance(0.3) ? undefined : anyValueOf(random, type.inner, depth);
    case "array":
      return Array.from({ length: random.below(4) }, () => anyValueOf(random, type.element, depth + 1));
    case "tuple":
      return type.elements.map((element) => anyValueOf(random, element, depth + 1));
    case "row":
      return rowOf(random, type.fields, depth);
    case "variant": {
      const found = random.pick(type.cases);
      return { [type.tag]: found.name, ...rowOf(random, found.type.fields, depth) };
    }
    case "map":
      return new Map(
        Array.from({ length: random.below(4) }, () => [
          anyValueOf(random, type.key, depth + 1),
          anyValueOf(random, type.value, depth + 1),
        ]),
      );
    case "any":
      return anything(random, depth);
    case "custom":
      return type.serializer.deserialize(Uint8Array.from({ length: 8 }, () => random.below(256)));
  }
}

function rowOf(
  random: SeededRandom,
  fields: readonly { readonly name: string; readonly type: AnyType }[],
  depth: number,
): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = anyValueOf(random, field.type, depth + 1);
      return field.type.kind === "optional" && value === undefined ? [] : [[field.name, value]];
    }),
  );
}

function text(random: SeededRandom): string {
  const length = random.chance(0.2) ? 0 : random.below(random.chance(0.1) ? 200 : 12);
  return Array.from({ length }, () => random.pick(CHARACTERS)).join("");
}

function anything(random: SeededRandom, depth: number): unknown {
  const isLeaf = depth >= MAX_DEPTH_OF_ANY || random.chance(0.7);
  if (isLeaf) return random.pick([null, true, random.between(-1000, 1000), random.next(), text(random)]);
  if (random.chance(0.5)) return Array.from({ length: random.below(4) }, () => anything(random, depth + 1));
  return Object.fromEntries(
    Array.from({ length: random.below(4) }, (_, i) => [`field${i}`, anything(random, depth + 1)]),
  );
}
