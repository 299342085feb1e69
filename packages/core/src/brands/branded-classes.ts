/**
 * Names the classes that programs and engines meet in, so that functions that travel bring none of their own: a program may have another copy
 * of this package than its workers, in a bundle for example, and `instanceof` must hold there.
 */
import {
  AverageAccumulator,
  DoubleCounter,
  Histogram,
  IntCounter,
  ListAccumulator,
  LongCounter,
  MaximumAccumulator,
  MinimumAccumulator,
} from "../accumulators/index.js";
import { DoubleSumAggregator, LongSumAggregator } from "../aggregators/index.js";
import { Configuration } from "../configuration/index.js";
import { MillraceError } from "../errors/index.js";
import {
  RichCoGroupFunction,
  RichCrossFunction,
  RichFilterFunction,
  RichFlatJoinFunction,
  RichFlatMapFunction,
  RichFunction,
  RichGroupCombineFunction,
  RichGroupReduceFunction,
  RichJoinFunction,
  RichMapFunction,
  RichMapPartitionFunction,
  RichReduceFunction,
} from "../functions/index.js";
import { Decimal } from "../types/index.js";

/** Is the property by which a class says its name to every copy of this package. */
const BRAND = Symbol.for("millrace.class.v1");

const classes: ReadonlyMap<string, object> = new Map(
  Object.entries({
    AverageAccumulator,
    Configuration,
    Decimal,
    DoubleCounter,
    DoubleSumAggregator,
    Histogram,
    IntCounter,
    ListAccumulator,
    LongCounter,
    LongSumAggregator,
    MaximumAccumulator,
    MillraceError,
    MinimumAccumulator,
    RichCoGroupFunction,
    RichCrossFunction,
    RichFilterFunction,
    RichFlatJoinFunction,
    RichFlatMapFunction,
    RichFunction,
    RichGroupCombineFunction,
    RichGroupReduceFunction,
    RichJoinFunction,
    RichMapFunction,
    RichMapPartitionFunction,
    RichReduceFunction,
  }),
);

/** Returns the class of this copy that has a name; undefined when there is none. @internal */
export function brandedClass(name: string): object | undefined {
  return brand().get(name);
}

/** Returns the name of a class of any copy that has been branded; undefined for every other value. @internal */
export function brandOf(value: object): string | undefined {
  brand();
  const name: unknown = Object.getOwnPropertyDescriptor(value, BRAND)?.value;
  return typeof name === "string" ? name : undefined;
}

/** Puts the names onto the classes, when they are first asked for: a module that is merely loaded changes nothing. */
function brand(): ReadonlyMap<string, object> {
  for (const [name, each] of classes) {
    if (Object.hasOwn(each, BRAND)) break;
    Object.defineProperty(each, BRAND, { value: name });
  }
  return classes;
}
