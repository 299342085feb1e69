import { FunctionAnalyzer } from "@millrace/closures";
import { explainPlan, type Plan } from "@millrace/common-api";
import {
  type Engine,
  type EngineFactory,
  type EnvironmentOptions,
  type Host,
  type Job,
  type JobOptions,
  MillraceError,
} from "@millrace/core";
import { CollectionJob } from "./collection-job.js";
import { type FunctionTransport, sendFunctions } from "./function-transport.js";
import { preparePlan } from "./prepare-plan.js";

/** How many subtasks an operator has unless the program says otherwise: one place, one order, the easiest to debug. */
const DEFAULT_PARALLELISM = 1;

/**
 * Makes the engine that interprets plans over arrays, on the calling thread. It gives every operator its meaning: all other
 * engines are compared with it. All records are held in memory.
 * @public
 */
export function collectionEngine(host: Host, options: CollectionEngineOptions = {}): Engine<Plan> {
  return new CollectionEngine(host, options);
}

/** Settings of {@link collectionEngine}. @public */
export interface CollectionEngineOptions {
  /**
   * Sends all functions of a job somewhere and gives back what runs in their place. For tests of what engines do that run functions
   * elsewhere.
   * @internal
   */
  readonly functionTransport?: FunctionTransport | undefined;
}

/**
 * Makes the factory that registers the collection engine, with the least rank: it runs a program only when nothing else
 * does, or when it is asked for by name.
 * @public
 */
export function collectionEngineFactory(host: Host): EngineFactory<Plan> {
  return { name: "collection", rank: 0, create: () => collectionEngine(host) };
}

class CollectionEngine implements Engine<Plan> {
  readonly name = "collection";
  readonly host: Host;
  readonly #jobs = new Set<CollectionJob>();
  readonly #analyzer = new FunctionAnalyzer();
  #numJobs = 0;
  #isClosed = false;

  readonly #options: CollectionEngineOptions;

  constructor(host: Host, options: CollectionEngineOptions) {
    this.host = host;
    this.#options = options;
  }

  defaultParallelism(options: EnvironmentOptions): number {
    return options.parallelism ?? DEFAULT_PARALLELISM;
  }

  start(plan: Plan, options: JobOptions): Job {
    this.#checkIsOpen();
    const id = `collection-${++this.#numJobs}`;
    const parallelism = this.defaultParallelism(options.environment);
    const { functionTransport } = this.#options;
    const job = new CollectionJob(
      id,
      plan,
      this.host,
      options,
      (each) => preparePlan(each, parallelism, this.#analyzer),
      async (each) => (functionTransport === undefined ? new Map() : sendFunctions(each, functionTransport)),
    );
    this.#jobs.add(job);
    job.ended.then(() => this.#jobs.delete(job));
    return job;
  }

  explain(plan: Plan, options: EnvironmentOptions): Promise<string> {
    this.#checkIsOpen();
    return Promise.resolve(explainPlan(plan, this.defaultParallelism(options)));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#jobs].map((job) => job.cancel()));
  }

  #checkIsOpen(): void {
    if (!this.#isClosed) return;
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: "The environment was closed",
      expected: "one that is open",
      fix: "Make a new environment.",
    });
  }
}
