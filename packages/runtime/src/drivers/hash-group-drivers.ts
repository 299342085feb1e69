/** The drivers that find groups by hashing and keep one record of each: reduce, its combiner, distinct, minBy and maxBy. */
import { invariant } from "@millrace/core";
import type { DriverSpec, GroupSpec, KeyFieldSpec } from "@millrace/job-graph";
import type { GroupFold } from "../hash/group-fold.js";
import { HashGroups } from "../hash/hash-groups.js";
import { DistinctFold, ExtremeOrder, SelectFold } from "../hash/keep-folds.js";
import { ReduceFold } from "../hash/reduce-fold.js";
import type { Driver, DriverContext, Steps } from "../task/driver.js";

type Spec<K extends DriverSpec["kind"]> = Extract<DriverSpec, { kind: K }>;

/** Makes the driver of a reduce by hashing: strategy `hash`. @internal */
export function createHashReduceDriver(spec: Spec<"reduce">, context: DriverContext): Driver {
  return reduceDriver(spec, context, false);
}

/** Makes the driver of a combiner by hashing, which gives groups in parts: strategy `hash`. @internal */
export function createHashCombineDriver(spec: Spec<"reduceCombine">, context: DriverContext): Driver {
  return reduceDriver(spec, context, true);
}

/** Makes the driver of a distinct by hashing: strategy `hash`. @internal */
export function createHashDistinctDriver({ group }: Spec<"distinct">, context: DriverContext): Driver {
  return new HashGroupDriver(context, keysOf(group), new DistinctFold(context.out, group.value), {
    givesParts: false,
    givesAtOnce: true,
  });
}

/** Makes the driver of minBy or maxBy by hashing: strategy `hash`. @internal */
export function createHashSelectByDriver({ group, extreme, fields }: Spec<"selectBy">, context: DriverContext): Driver {
  const order = new ExtremeOrder(extreme, fields, group.value);
  return new HashGroupDriver(context, keysOf(group), new SelectFold(order, context.out, group.value), {
    givesParts: false,
    givesAtOnce: false,
  });
}

function reduceDriver(spec: Spec<"reduce" | "reduceCombine">, context: DriverContext, isCombiner: boolean): Driver {
  const keys = keysOf(spec.group);
  const userFunction = context.function(spec.function, "reduce");
  const fold = new ReduceFold(userFunction, keys, spec.group.value, isCombiner, context);
  return new HashGroupDriver(context, keys, fold, { givesParts: isCombiner, givesAtOnce: false });
}

function keysOf({ keys }: GroupSpec): readonly KeyFieldSpec[] {
  invariant(keys !== undefined, "groups that are found by hashing have a key");
  return keys;
}

interface GroupMode {
  readonly givesParts: boolean;
  readonly givesAtOnce: boolean;
}

/** Groups its input by hashing, once per superstep. */
class HashGroupDriver implements Driver {
  readonly #context: DriverContext;
  readonly #keys: readonly KeyFieldSpec[];
  readonly #fold: GroupFold;
  readonly #mode: GroupMode;
  #groups: HashGroups | undefined;

  constructor(context: DriverContext, keys: readonly KeyFieldSpec[], fold: GroupFold, mode: GroupMode) {
    this.#context = context;
    this.#keys = keys;
    this.#fold = fold;
    this.#mode = mode;
  }

  *run(): Steps {
    const { budget, spill, layouts, hashSeed, out } = this.#context;
    this.#groups = new HashGroups({
      budget,
      spill,
      layouts,
      seed: hashSeed,
      keys: this.#keys,
      out,
      fold: this.#fold,
      keyed: undefined,
      ...this.#mode,
    });
    yield* this.#groups.run(this.#context.pages(0));
    this.#groups.close();
  }

  close(): void {
    this.#groups?.close();
    // What groups took before they were made is theirs too.
    this.#context.budget.giveAll();
  }
}
