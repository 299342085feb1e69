/**
 * An engine that carries the subtasks of a plan from the outside, as engines of others would: functions travel by value, each subtask runs by itself, and
 * frames are moved between them. Sources, sinks and the records of collections stay in the client, whose objects they are.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serialize } from "node:v8";
import { type CapturedGraph, captureFunctions, encodeCapturedGraph, originalOf } from "@millrace/closures";
import {
  dataSetHandles,
  EngineJobs,
  type Plan,
  PlanJob,
  type PlanJobAttempt,
  type PlanJobOutcome,
  runSetUp,
  takeCollections,
} from "@millrace/common-api";
import {
  type Accumulator,
  type AccumulatorClass,
  Configuration,
  type CustomType,
  commitSinks,
  createIoContext,
  customTypesOf,
  type Engine,
  type EnvironmentOptions,
  type Host,
  type Job,
  type JobOptions,
  type ParameterValue,
  type Sink,
} from "@millrace/core";
import { type JobTable, translatePlan } from "@millrace/environment-local";
import { SeededRandom } from "@millrace/host-test";
import { type JobGraph, jobGraphToJson } from "@millrace/job-graph";
import {
  accumulatorStates,
  coordinateSupersteps,
  createSpillSpace,
  jobMemory,
  MemoryManager,
  mergeAccumulatorStates,
  runSubtask,
  subtaskGraph,
} from "@millrace/runtime";
import { FrameInbox } from "./frame-inbox.mjs";
import { keyOf, Mover, type MoverOptions, type StartSubtask } from "./mover.js";

const NUM_PAGES = 512;
const PAGE_SIZE_BYTES = 32 * 1024;
const CLIENT_DRIVERS: readonly string[] = ["source", "collection", "sink"];

/** Says how subtasks are carried. */
export interface OutsideOptions {
  readonly seed: number;
  /** Starts the subtasks whose job is in a folder; in this process when left out, with the functions as they are. */
  readonly startIn?: (folder: string) => StartSubtask;
  readonly mover?: Partial<MoverOptions>;
  /** Hears of the mover of each job. */
  readonly onMover?: (mover: Mover) => void;
}

interface Prepared {
  readonly graph: JobGraph;
  readonly objects: JobTable;
  readonly customTypes: readonly CustomType[];
  /** What travels; undefined when nothing does. */
  readonly sent:
    | { readonly graph: CapturedGraph; readonly table: readonly unknown[]; readonly customTypes: readonly number[] }
    | undefined;
  readonly dataSetIds: readonly number[];
}

/** Makes the engine. */
export class OutsideEngine implements Engine<Plan> {
  readonly name = "outside";
  readonly host: Host;
  readonly #options: OutsideOptions;
  readonly #jobs = new EngineJobs("outside");
  readonly #random: SeededRandom;
  #numRuns = 0;

  constructor(host: Host, options: OutsideOptions) {
    this.host = host;
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
  }

  defaultParallelism({ parallelism = 1 }: EnvironmentOptions): number {
    return parallelism;
  }

  start(plan: Plan, options: JobOptions): Job {
    const work = {
      prepare: (each: Plan) => this.#prepare(each, options),
      run: (prepared: Prepared, attempt: PlanJobAttempt) => this.#run(prepared, attempt, options),
    };
    return this.#jobs.start((id) => new PlanJob(id, plan, this.host, options, work));
  }

  async explain(): Promise<string> {
    return "";
  }

  close(): Promise<void> {
    return this.#jobs.close();
  }

  #prepare(plan: Plan, { environment, setUp }: JobOptions): Prepared {
    takeCollections(plan);
    const { executionMode } = environment;
    const defaultParallelism = this.defaultParallelism(environment);
    const translated = translatePlan(plan, { defaultParallelism, executionMode });
    const { objects } = translated;
    const graph = subtaskGraph(translated.graph);
    const customTypes = customTypesOf(plan.operators.flatMap(({ settings }) => settings.resultType ?? []));
    const dataSetIds = plan.operators.map((operator) => plan.idOf(operator));
    const prepared = { graph, objects, customTypes, dataSetIds };
    if (this.#options.startIn === undefined) return { ...prepared, sent: undefined };
    return { ...prepared, sent: this.#capture(plan, objects, customTypes, setUp) };
  }

  #capture(plan: Plan, objects: JobTable, customTypes: readonly CustomType[], setUp: JobOptions["setUp"]) {
    const roots: { readonly value: unknown; readonly where: object }[] = [];
    const add = (value: unknown): number => roots.push({ value, where: { operator: "a function of the plan" } }) - 1;
    const table = Array.from({ length: objects.length }, (_, ref) => {
      const object = objects.get(ref);
      if (typeof object === "function") return { index: add(object) };
      if (!isUserFunction(object)) return {};
      return { index: add(object.target), method: object.method };
    });
    const indexes = customTypes.map(add);
    const { handleOf } = dataSetHandles(plan);
    const options = { handleOf, setUp: (setUp ?? []).map((value) => ({ value, where: {} })) };
    return { graph: captureFunctions(roots, this.host, options), table, customTypes: indexes };
  }

  async #run(prepared: Prepared, attempt: PlanJobAttempt, options: JobOptions): Promise<PlanJobOutcome> {
    await runSetUp(options.setUp, attempt);
    const folder = mkdtempSync(join(tmpdir(), "millrace-outside-"));
    const { graph, customTypes } = prepared;
    const sinks = await this.#initializeSinks(prepared, options, attempt);
    try {
      const jobId = `job ${this.#numRuns++}`;
      const mover = this.#mover(prepared, attempt, options, folder, jobId);
      this.#options.onMover?.(mover);
      const onAbort = (): void => void mover.cancel(attempt.cancelled());
      attempt.signal.addEventListener("abort", onAbort);
      if (attempt.signal.aborted) onAbort();
      try {
        const ends = await mover.run();
        attempt.commitBegins();
        await commitSinks(
          sinks.map(([sink, context]) => ({ sink, where: {}, commit: async () => sink.commit?.(context) })),
        );
        const collected = graph.vertices.flatMap(({ driver }) => (driver.kind === "collect" ? [driver.index] : []));
        const records = new Map(collected.map((index) => [index, mover.records(index, customTypes)]));
        return {
          accumulators: mergeAccumulatorStates(
            ends.flatMap(({ accumulators }) => accumulators),
            (_name, id) => classOf(prepared.sent?.graph, id),
          ),
          records: (index) => [records.get(index)!].values(),
        };
      } finally {
        attempt.signal.removeEventListener("abort", onAbort);
      }
    } catch (error) {
      for (const [sink, context] of sinks) await sink.abort?.(context).catch(() => undefined);
      throw error;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #mover(
    prepared: Prepared,
    attempt: PlanJobAttempt,
    { environment }: JobOptions,
    folder: string,
    jobId: string,
  ): Mover {
    const { graph, objects, customTypes, sent, dataSetIds } = prepared;
    const checksRecords = environment.checkRecords ?? true;
    const { jobParameters, cachedFiles, attemptNumber } = attempt;
    if (sent !== undefined) {
      const job = {
        jobId,
        graph: jobGraphToJson(graph),
        dataSetIds,
        checksRecords,
        table: sent.table,
        customTypes: sent.customTypes,
      };
      writeFileSync(join(folder, "functions"), encodeCapturedGraph(sent.graph));
      writeFileSync(
        join(folder, "job"),
        serialize({ ...job, hasFunctions: true, jobParameters: jobParameters.toJSON(), cachedFiles: [...cachedFiles] }),
      );
    }
    const here = this.#startHere(prepared, { jobId, checksRecords, jobParameters, cachedFiles });
    const elsewhere = this.#options.startIn?.(folder) ?? here;
    return new Mover({
      ...{ graph, jobId, folder, random: this.#random, numPlaces: 4 },
      coordinate: (iteration) => coordinateSupersteps({ graph, iteration, objects, jobId, customTypes }),
      start: (request, listener) => {
        const isClients = CLIENT_DRIVERS.includes(graph.vertices[request.vertex]!.driver.kind);
        return (isClients ? here : elsewhere)({ ...request, attempt: request.attempt + attemptNumber }, listener);
      },
      ...this.#options.mover,
    });
  }

  /** Runs subtasks in this process. */
  #startHere(
    { graph, objects, customTypes }: Prepared,
    job: Pick<Parameters<typeof runSubtask>[0], "jobId" | "checksRecords" | "jobParameters" | "cachedFiles">,
  ): StartSubtask {
    return ({ vertex, subtaskIndex, attempt }, listener) => {
      const inbox = new FrameInbox((stream) => listener.left(stream));
      const { result, cancel, stop } = runSubtask({
        ...{ ...job, graph, objects, customTypes, vertex, subtaskIndex, attemptNumber: attempt, host: this.host },
        memory: jobMemory(new MemoryManager(NUM_PAGES * PAGE_SIZE_BYTES), "subtask", NUM_PAGES),
        createSpillSpace: () => createSpillSpace(this.host),
        receive: (stream) => inbox.read(keyOf(stream)),
        send: (frame, stream) => listener.sent(stream, frame),
        endSuperstep: (report, iteration) => listener.endSuperstep(report, iteration),
      });
      return {
        deliver: (stream, path) => inbox.deliver(stream, path),
        stop,
        cancel: () => cancel(),
        ended: result.then(({ accumulators, report }) => ({ accumulators: accumulatorStates(accumulators), report })),
      };
    };
  }

  async #initializeSinks({ graph, objects }: Prepared, _options: JobOptions, { signal }: PlanJobAttempt) {
    const sinks: [Sink<unknown>, Parameters<NonNullable<Sink<unknown>["initialize"]>>[0]][] = [];
    for (const { driver, parallelism, operator } of graph.vertices) {
      if (driver.kind !== "sink") continue;
      const sink = objects.get(driver.sink) as Sink<unknown>;
      const context = createIoContext({
        host: this.host,
        signal,
        parameters: new Configuration((operator.parameters ?? {}) as Record<string, ParameterValue>),
      });
      await sink.initialize?.(context, parallelism);
      sinks.push([sink, context]);
    }
    return sinks;
  }
}

/** Finds the class of an accumulator that travelled with the functions. */
function classOf(graph: CapturedGraph | undefined, id: number | undefined) {
  const found = graph === undefined || id === undefined ? undefined : originalOf(graph, id);
  return found as AccumulatorClass<Accumulator<never, unknown>> | undefined;
}

function isUserFunction(object: unknown): object is { readonly target: unknown; readonly method: string } {
  return typeof object === "object" && object !== null && "target" in object && "method" in object;
}
