import { FunctionAnalyzer } from "@millrace/closures";
import { EngineJobs, explainPlan, type FunctionTransport, type Plan, PlanJob } from "@millrace/common-api";
import type { Engine, EngineFactory, EnvironmentOptions, Host, Job, JobOptions } from "@millrace/core";
import { explainJobGraph } from "@millrace/job-graph";
import { translatePlan } from "../translate/translate-plan.js";
import { type LocalResources, localResources } from "./local-resources.js";
import { localWork } from "./local-work.js";

/** Settings of {@link localEngine}. @public */
export interface LocalEngineOptions {
  /**
   * How much memory the jobs of this engine may take, such as `"2GiB"`; 70 % of what is free when left out. The option of the same name
   * of an environment counts for its jobs. All engines of a process share the largest figure.
   */
  readonly memory?: number | string | undefined;
  /** Folders for what does not fit into memory, on different disks if there are; they take turns. They have to exist. The system's own when left out. */
  readonly tempFolders?: readonly string[] | undefined;
  /** Where subtasks run. `inline`, the only one, runs all of them in the calling thread, so that breakpoints are hit. */
  readonly mode?: "inline" | undefined;
  /**
   * Sends all functions of a job somewhere and gives back what runs in their place. For tests.
   * @internal
   */
  readonly functionTransport?: FunctionTransport | undefined;
}

/** How many subtasks an operator has unless the program says otherwise: inline, more of them only take turns in one thread. */
const DEFAULT_PARALLELISM = 1;

/**
 * Makes the engine that runs plans on this machine, in bounded memory: what does not fit is spilled to disk. Everything runs in the calling
 * thread; records lie as bytes outside of the heap.
 * @public
 */
export function localEngine(host: Host, options: LocalEngineOptions = {}): Engine<Plan> {
  return new LocalEngine(host, options);
}

/** Makes the factory that registers the local engine. @public */
export function localEngineFactory(host: Host, options: LocalEngineOptions = {}): EngineFactory<Plan> {
  return { name: "local", rank: 100, create: () => localEngine(host, options) };
}

class LocalEngine implements Engine<Plan> {
  readonly name = "local";
  readonly host: Host;
  readonly #jobs = new EngineJobs("local");
  readonly #analyzer = new FunctionAnalyzer();
  readonly #options: LocalEngineOptions;
  readonly #resources: LocalResources;

  constructor(host: Host, options: LocalEngineOptions) {
    this.host = host;
    this.#options = options;
    this.#resources = localResources(host, options);
  }

  defaultParallelism(options: EnvironmentOptions): number {
    return options.parallelism ?? DEFAULT_PARALLELISM;
  }

  start(plan: Plan, options: JobOptions): Job {
    const work = localWork(this.host, options, {
      parallelism: this.defaultParallelism(options.environment),
      executionMode: options.environment.executionMode,
      analyzer: this.#analyzer,
      resources: this.#resources,
      transport: this.#options.functionTransport,
    });
    return this.#jobs.start((id) => new PlanJob(id, plan, this.host, options, work));
  }

  async explain(plan: Plan, options: EnvironmentOptions): Promise<string> {
    this.#jobs.checkIsOpen();
    const defaultParallelism = this.defaultParallelism(options);
    const { graph } = translatePlan(plan, { defaultParallelism, executionMode: options.executionMode });
    return `${explainPlan(plan, defaultParallelism)}\n\n${explainJobGraph(graph)}`;
  }

  close(): Promise<void> {
    return this.#jobs.close();
  }
}
