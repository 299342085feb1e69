import type { Plan } from "@millrace/common-api";
import { bareHost, type Engine, type EnvironmentOptions } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";

/** Says which random plans to run, and on what. Give an engine, or a function that makes environments. @public */
export type RandomPlansOptions = RandomPlansSelection &
  (
    | {
        /** The engine under test. All plans run on it, one after the other; it is not closed. */
        readonly engine: Engine<Plan>;
      }
    | {
        /** Makes an environment of the engine under test for one run of a plan; it is closed after the run. */
        readonly createEnvironment: CreateEnvironment;
      }
  );

/** Makes an environment with these options. @public */
export type CreateEnvironment = (options: EnvironmentOptions) => ExecutionEnvironment | Promise<ExecutionEnvironment>;

/** Says which random plans run, and how. @public */
export interface RandomPlansSelection {
  /** How many plans to run; 300 by default. */
  readonly count?: number;
  /** The seed of the first plan; plan number `i` has the seed `seed + i`. 1 by default. */
  readonly seed?: number;
  /** The ways in which each plan is run on the engine under test; {@link defaultVariants} by default. */
  readonly variants?: readonly PlanVariant[];
  /** The engine that is right; the collection engine by default. */
  readonly reference?: Engine<Plan>;
  /** After how many differing plans to stop; 1 by default. */
  readonly maxFailures?: number;
  /** How many smaller plans are tried to cut down a differing one; 300 by default. */
  readonly maxShrinkRuns?: number;
}

/** Is one way to run a plan, which must not change its result. @public */
export interface PlanVariant {
  /** The options of the environment, such as its parallelism. */
  readonly environment: EnvironmentOptions;
  /** Whether the hints of the plan are given to the engine. */
  readonly useHints: boolean;
}

/** Lists the ways in which plans are run by default. @public */
export const defaultVariants: readonly PlanVariant[] = [
  { environment: { parallelism: 1 }, useHints: true },
  { environment: { parallelism: 2, checkRecords: true }, useHints: false },
  { environment: { parallelism: 7 }, useHints: true },
];

/** Runs something in an environment that is there for it alone. @internal */
export type InEnvironment = <R>(
  options: EnvironmentOptions,
  run: (env: ExecutionEnvironment) => Promise<R>,
) => Promise<R>;

/** Returns how plans run on the engine under test. @internal */
export function underTest(options: RandomPlansOptions): InEnvironment {
  if ("engine" in options) return onEngine(options.engine);
  return async (environment, run) => {
    const env = await options.createEnvironment(environment);
    try {
      return await run(env);
    } finally {
      await env.close();
    }
  };
}

/** Returns how plans run on the engine that is right. @internal */
export function onReference({ reference }: RandomPlansSelection): InEnvironment {
  return onEngine(reference ?? collectionEngine(bareHost()));
}

function onEngine(engine: Engine<Plan>): InEnvironment {
  return (options, run) => run(ExecutionEnvironment.onEngine(engine, options));
}
