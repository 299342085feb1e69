import type { CustomType } from "@millrace/core";
import { MillraceError } from "@millrace/core";
import type { JobGraph } from "@millrace/job-graph";
import { SuperstepCoordinator } from "../iteration/superstep-coordinator.js";
import type { JobObjects } from "../job/job-objects.js";
import { jobHashOf } from "./frame.js";
import { readReport, type SuperstepPlace, writeDecision } from "./superstep-frames.js";

/** Says which iteration is coordinated. @beta */
export interface CoordinatorOptions {
  /** The plan. */
  readonly graph: JobGraph;
  /** Which of its iterations. */
  readonly iteration: number;
  /** What the plan names: the factories of aggregators, and the convergence criteria. */
  readonly objects: Pick<JobObjects, "get">;
  /** The id of the job. */
  readonly jobId: string;
  /** The custom types that aggregates may have; none when left out. */
  readonly customTypes?: readonly CustomType[] | undefined;
}

/** Is the superstep barrier of an iteration whose subtasks run by themselves. It may be in any process. @beta */
export interface IterationCoordinator {
  /**
   * Takes the report of a subtask, as its `endSuperstep` was given it. Resolves when all subtasks of the iteration have reported, to what that
   * `endSuperstep` resolves to. A report may come again; it gets the same answer. Rejects with what a convergence criterion throws,
   * and with FRAME_SUPERSEDED when a subtask was run again: then all of the iteration are, with another coordinator.
   */
  endSuperstep(report: Uint8Array): Promise<Uint8Array>;
}

/** Makes the coordinator of an iteration, for one attempt to run it. @beta */
export function coordinateSupersteps(options: CoordinatorOptions): IterationCoordinator {
  return new OutsideCoordinator(options);
}

interface Waiting {
  resolve(decision: Uint8Array): void;
  reject(error: unknown): void;
}

class OutsideCoordinator implements IterationCoordinator {
  readonly #coordinator: SuperstepCoordinator;
  readonly #place: SuperstepPlace;
  readonly #customTypes: readonly CustomType[];
  /** By vertex: the number of the first of its subtasks among all that report. */
  readonly #firstReporters = new Map<number, number>();
  /** By reporter: the attempt that reported first. */
  readonly #attempts: (number | undefined)[] = [];
  #waiting: Waiting[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor({ graph, iteration, objects, jobId, customTypes }: CoordinatorOptions) {
    this.#place = { job: jobHashOf(jobId), attempt: 0, iteration };
    this.#customTypes = customTypes ?? [];
    let numReporters = 0;
    for (const vertex of graph.vertices) {
      if (vertex.iteration !== iteration) continue;
      this.#firstReporters.set(vertex.id, numReporters);
      numReporters += vertex.parallelism;
    }
    this.#coordinator = new SuperstepCoordinator(iteration, graph, objects, numReporters);
  }

  async endSuperstep(bytes: Uint8Array): Promise<Uint8Array> {
    if (this.#failure !== undefined) throw this.#failure.error;
    const { vertex, subtaskIndex, attempt, report } = readReport(bytes, this.#place, this.#customTypes);
    const reporter = (this.#firstReporters.get(vertex) ?? Number.NaN) + subtaskIndex;
    this.#attempts[reporter] ??= attempt;
    if (this.#attempts[reporter] !== attempt) return this.#fail(superseded(attempt));
    try {
      const decision = this.#coordinator.report(reporter, report);
      if (decision === undefined)
        return await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
      const frame = writeDecision(this.#place, decision);
      for (const { resolve } of this.#waiting.splice(0)) resolve(frame);
      return frame;
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Ends the iteration for all that wait and will ask. */
  #fail(error: unknown): never {
    this.#failure ??= { error };
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    throw error;
  }
}

function superseded(attempt: number): MillraceError {
  return new MillraceError({
    code: "FRAME_SUPERSEDED",
    what: `Attempt ${attempt} of a subtask reported a superstep that another attempt takes part in`,
    expected: "one attempt of each subtask of an iteration",
    fix: "Run all subtasks of the iteration again, with a coordinator of their own.",
  });
}
