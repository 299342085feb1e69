import { FunctionAnalyzer, refuseAssignments } from "@millrace/closures";
import type { Plan } from "@millrace/common-api";
import type { Engine, EnvironmentOptions, JobResult } from "@millrace/core";
import { explainEnvironment } from "../jobs/explain.js";
import { JobHandle, type RunOptions } from "../jobs/job-handle.js";
import { noSinks } from "../jobs/no-sinks.js";
import { requireRunOptions } from "../jobs/run-options.js";
import { planOf, startJob } from "../jobs/start-job.js";
import { describe, OperatorCall } from "../operators/operator-call.js";
import { dataSetFactory } from "./create-data-sets.js";
import { findEngine } from "./engines.js";
import { OperatorRegistry } from "./environment-state.js";
import { checkedOptions } from "./options.js";
import { SourceEnvironment } from "./source-environment.js";

/**
 * Is where programs begin: it makes data sets of sources, holds sinks, and runs jobs on one engine. Nothing is computed before
 * one of `execute`, `executeAsync` or a data set's `collect`, `count`, `print` or `for await` is called (B001).
 * @public
 */
export class ExecutionEnvironment extends SourceEnvironment {
  private constructor(engine: Engine<Plan>, options: EnvironmentOptions) {
    super({
      id: environmentId(engine),
      engine,
      options,
      factory: dataSetFactory,
      analyzer: new FunctionAnalyzer(),
      sinks: [],
      cachedFiles: new Map(),
      setUp: [],
      operators: new OperatorRegistry(),
      lastResult: undefined,
    });
  }

  /**
   * Returns an environment on the ambient engine: the command line's when a program was started by it, else the best engine
   * whose package was imported (B002). Throws NO_ENGINE when there is none.
   */
  static getExecutionEnvironment(options: EnvironmentOptions = {}): ExecutionEnvironment {
    const checked = checkedOptions(options);
    return new ExecutionEnvironment(findEngine(undefined).create(checked), checked);
  }

  /** Returns an environment on the engine of this name, such as `collection` or `local` (B003, B005). Throws NO_ENGINE. */
  static createEnvironment(engine: string, options: EnvironmentOptions = {}): ExecutionEnvironment {
    const checked = checkedOptions(options);
    return new ExecutionEnvironment(findEngine(engine).create(checked), checked);
  }

  /** Returns an environment on an engine of one's own; what packages with engines build their constructors from. */
  static onEngine(engine: Engine<Plan>, options: EnvironmentOptions = {}): ExecutionEnvironment {
    return new ExecutionEnvironment(engine, checkedOptions(options));
  }

  /** Names the environment; unique in this process (B011). */
  get id(): string {
    return this.state.id;
  }

  /** The options that the environment was made with. */
  get options(): EnvironmentOptions {
    return this.state.options;
  }

  /** How many subtasks an operator has unless it says otherwise. */
  get parallelism(): number {
    return this.state.engine.defaultParallelism(this.state.options);
  }

  // Running.

  /**
   * Runs everything that is written to a sink, and resolves when all outputs are complete (B006). The sinks are taken: another
   * `execute` runs only what was added since, also when this one fails. Rejects with NO_SINKS when there is none.
   */
  async execute(jobName?: string, options: Omit<RunOptions, "jobName"> = {}): Promise<JobResult> {
    return this.#start("execute", jobName, options).result();
  }

  /** Starts what `execute` runs and returns at once, with a handle to wait for the result or cancel (B010). */
  async executeAsync(jobName?: string, options: Omit<RunOptions, "jobName"> = {}): Promise<JobHandle> {
    return this.#start("execute", jobName, options);
  }

  #start(method: "execute", jobName: string | undefined, options: RunOptions): JobHandle {
    const sinks = this.state.sinks.splice(0);
    if (sinks.length === 0) throw noSinks(method);
    requireRunOptions(options, method, new OperatorCall("Job"));
    const { job, result } = startJob(this.state, planOf(this.state, sinks, jobName), options);
    return new JobHandle(job, result);
  }

  /** Returns the plan of the sinks so far, without running it; they are taken unless `clearSinks` is false (B008). */
  createProgramPlan(jobName?: string, clearSinks = true): Plan {
    const sinks = clearSinks ? this.state.sinks.splice(0) : [...this.state.sinks];
    if (sinks.length === 0) throw noSinks("execute");
    return planOf(this.state, sinks, jobName);
  }

  /**
   * Returns how the engine would run the sinks and, as if it were collected, every data set that nothing reads. Nothing runs,
   * and sinks stay (B007). Rejects with NO_SINKS when there is nothing to show.
   */
  explain(): Promise<string> {
    return explainEnvironment(this.state);
  }

  /** Returns the result of the last job that ended well, whatever started it; undefined before (B011). */
  getLastJobExecutionResult(): JobResult | undefined {
    return this.state.lastResult;
  }

  /**
   * Brings a file to every worker before user code runs, which finds it by `context.getCachedFile(name)` (B013).
   * Throws DUPLICATE_NAME.
   */
  registerCachedFile(path: string, name: string): void {
    const call = new OperatorCall("registerCachedFile");
    call.requireName(path);
    call.requireName(name);
    if (this.state.cachedFiles.has(name)) {
      throw call.error({
        code: "DUPLICATE_NAME",
        what: `A cached file is registered as ${JSON.stringify(name)} already`,
        expected: "a name of its own for each",
      });
    }
    this.state.cachedFiles.set(name, path);
  }

  /**
   * Runs a function once in every worker before user code does, in each job that is started from now on. It configures packages, since
   * workers import them anew: `env.setUp(() => Decimal.set({ precision: 50 }))`. What it returns is waited for. Several run in the order in
   * which they were given. It travels as user functions do, so it assigns no variable around it.
   */
  setUp(prepare: () => unknown): void {
    const call = new OperatorCall("setUp");
    if (typeof prepare !== "function") {
      throw call.error({
        code: "INVALID_FUNCTION",
        what: `setUp was given ${describe(prepare)}`,
        expected: "a function that prepares a worker: env.setUp(() => …)",
      });
    }
    const where = { operator: call.name, ...call.location };
    refuseAssignments([{ value: prepare, where }], this.state.analyzer, this.state.engine.host);
    this.state.setUp.push({ value: prepare, where });
  }

  /** Cancels the environment's jobs and releases what its engine holds. */
  async close(): Promise<void> {
    await this.state.engine.close();
  }

  /** Does what `close` does, so that `await using` works. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

let numEnvironments = 0;

function environmentId(engine: Engine<Plan>): string {
  numEnvironments++;
  return `${engine.name}-environment-${numEnvironments}`;
}
