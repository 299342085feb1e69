/**
 * The forms that user code takes: plain functions, function objects with a life of their own, and for those with any
 * number of results an array, a generator, or writes to the collector.
 *
 * A class made inside of a factory keeps what it needs in the closure of its methods and not in fields, since a rich
 * function object is copied field by field for each subtask.
 */
import {
  type Collector,
  LongCounter,
  RichCoGroupFunction,
  RichFilterFunction,
  RichFlatMapFunction,
  RichGroupCombineFunction,
  RichGroupReduceFunction,
  RichJoinFunction,
  RichMapFunction,
  RichMapPartitionFunction,
  RichReduceFunction,
  type RuntimeContext,
} from "@millrace/core";
import type { PlanRandom } from "../plan-random.js";
import type { FunctionSpec } from "../plan-spec.js";
import type { RecordMapper, RecordPredicate } from "./record-mapper.js";

type Form = "plain" | "rich" | "rich with state" | "accumulator";

function drawForm(random: PlanRandom): Form {
  return random.pickWeighted(["plain", "rich", "rich with state", "accumulator"] as const, (form) =>
    form === "plain" ? 5 : 1,
  ) as Form;
}

/** Counts a call in an accumulator of the job; the total is compared like a result. @internal */
export function countCall(context: RuntimeContext, name: string): void {
  context.getAccumulator(name, LongCounter).add(1);
}

/** Draws a name for an accumulator; names may repeat, since all functions count in the same class. */
function drawAccumulator(random: PlanRandom): string {
  return `calls ${random.below(3)}`;
}

/** Returns a map function that does what `mapper` says. @internal */
export function mapFunction(random: PlanRandom, mapper: RecordMapper): FunctionSpec {
  const form = drawForm(random);
  const features = [form, ...mapper.features];
  const { before, text, apply } = mapper;
  const lambda = before === "" ? `(r, context) => ${text}` : `(r, context) => { ${before}return ${text}; }`;
  switch (form) {
    case "plain":
      return { text: lambda, features, make: () => (r: unknown, context: RuntimeContext) => apply(r, context) };
    case "accumulator": {
      const name = drawAccumulator(random);
      return {
        text: `(r, context) => { context.getAccumulator("${name}", LongCounter).add(1); ${before}return ${text}; }`,
        features,
        make: () => (r: unknown, context: RuntimeContext) => {
          countCall(context, name);
          return apply(r, context);
        },
      };
    }
    case "rich":
      return {
        text: `new (class extends RichMapFunction { map(r, context) { ${before}return ${text}; } })()`,
        features,
        make: () =>
          new (class extends RichMapFunction<unknown, unknown> {
            override map(r: unknown, context: RuntimeContext): unknown {
              return apply(r, context);
            }
          })(),
      };
    case "rich with state":
      return {
        text: `new (class extends RichMapFunction { isOpen = false; open() { assert(!this.isOpen); this.isOpen = true; } map(r, context) { assert(this.isOpen); ${before}return ${text}; } close() { this.isOpen = false; } })()`,
        features,
        make: () =>
          new (class extends RichMapFunction<unknown, unknown> {
            isOpen = false;

            override open(): void {
              expectState(!this.isOpen, "a function object is opened twice");
              this.isOpen = true;
            }

            override map(r: unknown, context: RuntimeContext): unknown {
              expectState(this.isOpen, "a function object is called before it is opened");
              return apply(r, context);
            }

            override close(): void {
              this.isOpen = false;
            }
          })(),
      };
  }
}

/** Fails the job when an engine breaks the life of a function object. @internal */
export function expectState(isTrue: boolean, complaint: string): void {
  if (!isTrue) throw new Error(complaint);
}

/** Returns a filter function. @internal */
export function filterFunction(random: PlanRandom, predicate: RecordPredicate): FunctionSpec {
  const { text, test } = predicate;
  if (random.chance(0.75)) return { text: `(r) => ${text}`, features: ["plain"], make: () => (r: unknown) => test(r) };
  const name = drawAccumulator(random);
  return {
    text: `new (class extends RichFilterFunction { filter(r, context) { context.getAccumulator("${name}", LongCounter).add(1); return ${text}; } })()`,
    features: ["rich", "accumulator"],
    make: () =>
      new (class extends RichFilterFunction<unknown> {
        override filter(r: unknown, context: RuntimeContext): boolean {
          countCall(context, name);
          return test(r);
        }
      })(),
  };
}

/** Is a body with any number of results: what it returns, in the order it would write them. */
type ManyBody<A extends readonly unknown[]> = (context: RuntimeContext, ...args: A) => Iterable<unknown>;

/** Names the base class and the method of function objects with any number of results. @internal */
export type ManyKind = "flatMap" | "mapPartition" | "reduceGroup" | "combineGroup" | "coGroup" | "flatJoin";

type Results = "returns an array" | "generator" | "writes to out";

/** Returns a function with any number of results; `text` is the expression of the iterable that it gives. @internal */
export function manyFunction<A extends readonly unknown[]>(
  random: PlanRandom,
  kind: ManyKind,
  parameters: string,
  text: string,
  features: readonly string[],
  body: ManyBody<A>,
): FunctionSpec {
  const results = random.pick<Results>(["returns an array", "generator", "writes to out"]);
  const isRich = random.chance(0.25);
  const method = METHODS[kind];
  const code =
    results === "returns an array"
      ? `[...${text}]`
      : results === "generator"
        ? text
        : `{ for (const x of ${text}) out.collect(x); }`;
  const lambda = `(${parameters}, out, context) => ${code}`;
  const run = (args: A, out: Collector<unknown>, context: RuntimeContext): Iterable<unknown> | undefined =>
    emit(results, body(context, ...args), out);
  const numArguments = kind === "coGroup" || kind === "flatJoin" ? 2 : 1;
  return {
    text: isRich
      ? `new (class extends Rich${kind[0]!.toUpperCase()}${kind.slice(1)}Function { ${method} = ${lambda} })()`
      : lambda,
    features: [results, isRich ? "rich" : "plain", ...features],
    make: () =>
      isRich ? richMany(kind, run as AnyRun) : numArguments === 1 ? oneInput(run as AnyRun) : twoInputs(run as AnyRun),
  };
}

const METHODS: Readonly<Record<ManyKind, string>> = {
  flatMap: "flatMap",
  mapPartition: "mapPartition",
  reduceGroup: "reduceGroup",
  combineGroup: "combine",
  coGroup: "coGroup",
  flatJoin: "join",
};

type Emitted = (Iterable<unknown> & object) | undefined;
type AnyRun = (args: readonly unknown[], out: Collector<unknown>, context: RuntimeContext) => Emitted;

function emit(results: Results, records: Iterable<unknown>, out: Collector<unknown>): Iterable<unknown> | undefined {
  if (results === "generator") return records;
  if (results === "returns an array") return [...records];
  for (const record of records) out.collect(record);
  return undefined;
}

function oneInput(run: AnyRun) {
  return (values: unknown, out: Collector<unknown>, context: RuntimeContext): Emitted => run([values], out, context);
}

function twoInputs(run: AnyRun) {
  return (left: unknown, right: unknown, out: Collector<unknown>, context: RuntimeContext): Emitted =>
    run([left, right], out, context);
}

function richMany(kind: ManyKind, run: AnyRun): object {
  switch (kind) {
    case "flatMap":
      return new (class extends RichFlatMapFunction<unknown, unknown> {
        override flatMap(value: unknown, out: Collector<unknown>, context: RuntimeContext): Emitted {
          return run([value], out, context);
        }
      })();
    case "mapPartition":
      return new (class extends RichMapPartitionFunction<unknown, unknown> {
        override mapPartition(values: Iterable<unknown>, out: Collector<unknown>, context: RuntimeContext): Emitted {
          return run([values], out, context);
        }
      })();
    case "reduceGroup":
      return new (class extends RichGroupReduceFunction<unknown, unknown> {
        override reduceGroup(values: Iterable<unknown>, out: Collector<unknown>, context: RuntimeContext): Emitted {
          return run([values], out, context);
        }
      })();
    case "combineGroup":
      return new (class extends RichGroupCombineFunction<unknown, unknown> {
        override combine(values: Iterable<unknown>, out: Collector<unknown>, context: RuntimeContext): Emitted {
          return run([values], out, context);
        }
      })();
    case "coGroup":
      return new (class extends RichCoGroupFunction<unknown, unknown, unknown> {
        override coGroup(
          left: Iterable<unknown>,
          right: Iterable<unknown>,
          out: Collector<unknown>,
          context: RuntimeContext,
        ): Emitted {
          return run([left, right], out, context);
        }
      })();
    case "flatJoin":
      return twoInputs(run);
  }
}

/** Returns a reduce function. @internal */
export function reduceFunction(
  random: PlanRandom,
  text: string,
  features: readonly string[],
  reduce: (a: unknown, b: unknown) => unknown,
): FunctionSpec {
  if (random.chance(0.75)) {
    return {
      text: `(a, b) => ${text}`,
      features: ["plain", ...features],
      make: () => (a: unknown, b: unknown) => reduce(a, b),
    };
  }
  return {
    text: `new (class extends RichReduceFunction { reduce(a, b) ${text.startsWith("{") ? text : `{ return ${text}; }`} })()`,
    features: ["rich", ...features],
    make: () =>
      new (class extends RichReduceFunction<unknown> {
        override reduce(a: unknown, b: unknown): unknown {
          return reduce(a, b);
        }
      })(),
  };
}

/** Returns a function of two records with one result. @internal */
export function pairFunction(
  random: PlanRandom,
  text: string,
  features: readonly string[],
  join: (left: unknown, right: unknown) => unknown,
  canBeRich: boolean,
): FunctionSpec {
  if (!canBeRich || random.chance(0.75)) {
    return {
      text: `(l, r) => ${text}`,
      features: ["plain", ...features],
      make: () => (l: unknown, r: unknown) => join(l, r),
    };
  }
  return {
    text: `new (class extends RichJoinFunction { join(l, r) { return ${text}; } })()`,
    features: ["rich", ...features],
    make: () =>
      new (class extends RichJoinFunction<unknown, unknown, unknown> {
        override join(l: unknown, r: unknown): unknown {
          return join(l, r);
        }
      })(),
  };
}
