import { FunctionAnalyzer, type watchCaptures } from "@millrace/closures";
import { EngineJobs, explainPlan, type FunctionTransport, type Plan, PlanJob } from "@millrace/common-api";
import type { Engine, EngineFactory, EnvironmentOptions, Host, Job, JobOptions } from "@millrace/core";
import { collectionWork } from "./collection-work.js";

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
   * Looks at what functions captured, for the option `checkCaptures` of environments: `watchCaptures` of `@millrace/closures`. It is not there by itself, so
   * that pages, which can't do it, need not load it. Without it `checkCaptures` is refused.
   * @beta
   */
  readonly watchCaptures?: typeof watchCaptures | undefined;
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
export function collectionEngineFactory(host: Host, options: CollectionEngineOptions = {}): EngineFactory<Plan> {
  return { name: "collection", rank: 0, create: () => collectionEngine(host, options) };
}

class CollectionEngine implements Engine<Plan> {
  readonly name = "collection";
  readonly host: Host;
  readonly #jobs = new EngineJobs("collection");
  readonly #analyzer = new FunctionAnalyzer();
  readonly #options: CollectionEngineOptions;

  constructor(host: Host, options: CollectionEngineOptions) {
    this.host = host;
    this.#options = options;
  }

  defaultParallelism(options: EnvironmentOptions): number {
    return options.parallelism ?? DEFAULT_PARALLELISM;
  }

  start(plan: Plan, options: JobOptions): Job {
    const parallelism = this.defaultParallelism(options.environment);
    return this.#jobs.start((id) => {
      const work = collectionWork(this.host, parallelism, this.#analyzer, options, this.#options);
      return new PlanJob(id, plan, this.host, options, work);
    });
  }

  explain(plan: Plan, options: EnvironmentOptions): Promise<string> {
    this.#jobs.checkIsOpen();
    return Promise.resolve(explainPlan(plan, this.defaultParallelism(options)));
  }

  close(): Promise<void> {
    return this.#jobs.close();
  }
}
