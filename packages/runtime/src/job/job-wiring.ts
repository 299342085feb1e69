/** Puts all tasks of a job together, for one thread: channels between them, iterations, budgets. */
import { invariant, type MemorySegment } from "@millrace/core";
import type { JobGraph } from "@millrace/job-graph";
import { SharedPages } from "../exchange/broadcast-channel.js";
import type { OutputChannel } from "../exchange/exchange.js";
import type { GateChannel } from "../exchange/input-gate.js";
import { isLargePage } from "../exchange/page-writer.js";
import { RingChannel } from "../exchange/ring-channel.js";
import { StoredChannel, StoredOutput } from "../exchange/stored-channel.js";
import type { IterationRun } from "../iteration/iteration-run.js";
import { makeIteration } from "../iteration/make-iteration.js";
import type { PageBudget } from "../memory/page-budget.js";
import type { Task } from "../task/task.js";
import { type EdgePlan, edgePlansOf } from "./edge-plan.js";
import type { JobContext } from "./job-context.js";
import type { MemoryDemand } from "./job-memory.js";
import { TaskAssembler } from "./task-assembler.js";
import { demandsOfTask, type TaskBudgets, takeTaskBudgets } from "./task-budgets.js";

/** How many pages one channel holds at most. Its producer's pages bound all of its channels together. */
const CHANNEL_CAPACITY = 8;

/** Is a channel with both its ends. */
type EdgeChannel = OutputChannel & GateChannel;

/** Is what a job is put together to. */
export interface WiredJob {
  readonly tasks: readonly Task[];
  readonly iterations: readonly IterationRun[];
}

/** Wires the tasks of one job. */
export class JobWiring {
  readonly #graph: JobGraph;
  readonly #edges: readonly EdgePlan[];

  constructor(graph: JobGraph) {
    this.#graph = graph;
    this.#edges = edgePlansOf(graph);
  }

  /** Returns what all owners of pages ask for, in the order in which {@link JobWiring.wire} takes their budgets. */
  demands(): MemoryDemand[] {
    return this.#graph.vertices.flatMap((vertex) =>
      Array.from({ length: vertex.parallelism }, (_, index) =>
        demandsOfTask(vertex, index, this.#graph, this.#edges),
      ).flat(),
    );
  }

  /** Makes all tasks and iterations. */
  wire(job: JobContext, budgets: readonly PageBudget[]): WiredJob {
    const left = budgets.values();
    const take = (): PageBudget => {
      const { value } = left.next();
      invariant(value !== undefined, "there is a budget for every owner");
      return value;
    };
    const owned = this.#graph.vertices.map((vertex) =>
      Array.from({ length: vertex.parallelism }, () => takeTaskBudgets(vertex, this.#edges, take)),
    );
    return new WiringRun(this.#graph, this.#edges, job, owned).wire();
  }
}

/** Is one run of the wiring: what has been made so far. */
class WiringRun {
  readonly #graph: JobGraph;
  readonly #edges: readonly EdgePlan[];
  readonly #job: JobContext;
  /** By vertex, then task. */
  readonly #budgets: readonly (readonly TaskBudgets[])[];
  readonly #tasks: Task[][];
  /** By edge, then producer, then consumer; one consumer where the edge is forward. */
  readonly #channels = new Map<EdgePlan, EdgeChannel[][]>();

  constructor(
    graph: JobGraph,
    edges: readonly EdgePlan[],
    job: JobContext,
    budgets: readonly (readonly TaskBudgets[])[],
  ) {
    this.#graph = graph;
    this.#edges = edges;
    this.#job = job;
    this.#budgets = budgets;
    this.#tasks = graph.vertices.map(() => []);
  }

  wire(): WiredJob {
    for (const edge of this.#edges) this.#channels.set(edge, this.#makeChannels(edge));
    const iterations = this.#graph.iterations.map((spec) =>
      makeIteration(spec, this.#graph, this.#job, {
        driverOf: (vertex, index) => this.#budgets[vertex.id]![index]!.driver,
        worksetOf: (vertex, index) => this.#budgets[vertex.id]![index]!.workset!,
      }),
    );
    const channels = {
      inputs: (edge: EdgePlan, index: number) => {
        const producers = this.#channels.get(edge)!;
        return edge.ship.kind === "forward" ? producers[index]! : producers.map((ofProducer) => ofProducer[index]!);
      },
      outputs: (edge: EdgePlan, index: number) => this.#channels.get(edge)![index]!,
    };
    const assembler = new TaskAssembler(this.#graph, this.#edges, this.#job, channels, iterations);
    for (const vertex of this.#graph.vertices) {
      this.#budgets[vertex.id]!.forEach((budgets, index) => {
        this.#tasks[vertex.id]!.push(assembler.makeTask(vertex, index, budgets));
      });
    }
    return { tasks: this.#tasks.flat(), iterations };
  }

  #pagesOf(edge: EdgePlan, producer: number): PageBudget {
    return this.#budgets[edge.source]![producer]!.outputs.get(edge)!.pages;
  }

  #makeChannels(edge: EdgePlan): EdgeChannel[][] {
    const { ship, source, consumer } = edge;
    const numProducers = this.#graph.vertices[source]!.parallelism;
    const numConsumers = this.#graph.vertices[consumer]!.parallelism;
    return Array.from({ length: numProducers }, (_, producer) => {
      const targets = ship.kind === "forward" ? [producer] : Array.from({ length: numConsumers }, (_, i) => i);
      return edge.mode === "blocking"
        ? this.#storedChannels(edge, producer, targets)
        : this.#ringChannels(edge, producer, targets);
    });
  }

  /** Returns what gives a page back to a producer, when as many consumers as are sent the same page have released it. */
  #release(edge: EdgePlan, producer: number, numReaders: number): (page: MemorySegment) => void {
    const budget = this.#pagesOf(edge, producer);
    const give = (page: MemorySegment): void => {
      if (!isLargePage(page)) budget.give(page);
      this.#tasks[edge.source]![producer]?.onRoom();
    };
    if (edge.ship.kind !== "broadcast") return give;
    const shared = new SharedPages(numReaders, give);
    return (page) => shared.release(page);
  }

  #ringChannels(edge: EdgePlan, producer: number, targets: readonly number[]): EdgeChannel[] {
    const { source, consumer } = edge;
    const onReleased = this.#release(edge, producer, targets.length);
    return targets.map(
      (target) =>
        new RingChannel(CHANNEL_CAPACITY, {
          onReadable: () => this.#tasks[consumer]![target]?.onReadable(),
          onRoom: () => this.#tasks[source]![producer]?.onRoom(),
          onReleased,
          onUnwanted: () => this.#tasks[source]![producer]?.onUnwanted(),
        }),
    );
  }

  #storedChannels(edge: EdgePlan, producer: number, targets: readonly number[]): EdgeChannel[] {
    const { layouts, spill } = this.#job;
    const budget = this.#pagesOf(edge, producer);
    const output = new StoredOutput(spill, budget.owner, targets.length);
    const onSent = this.#release(edge, producer, targets.length);
    const tell = (target: number): void => this.#tasks[edge.consumer]![target]?.onReadable();
    const onReturned = (): void => {
      for (const target of targets) tell(target);
    };
    const onUnwanted = (): void => this.#tasks[edge.source]![producer]?.onUnwanted();
    return targets.map(
      (target) =>
        new StoredChannel({
          output,
          layouts,
          budget,
          onSent,
          onReadable: () => tell(target),
          onReturned,
          onUnwanted,
        }),
    );
  }
}
