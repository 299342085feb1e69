/**
 * Puts the tasks of a job together: channels, inputs, outputs, budgets.
 *
 * A task's pages belong to these owners: its driver, each input or broadcast set that is taken in, and each edge of its output. What
 * all of them need at least, and their weights, are known before anything runs; the budgets are then given out in the same order.
 */
import { invariant, type MemorySegment, RowLayout, typeFromJson } from "@millrace/core";
import type { JobGraph, JobInput, JobVertex, ObjectRef, OperatorInfo } from "@millrace/job-graph";
import { UserCode } from "../code/index.js";
import { minDriverPages } from "../drivers/driver-factories.js";
import { RowRecordReader } from "../drivers/record-reader.js";
import { BroadcastChannel, SharedPages } from "../exchange/broadcast-channel.js";
import { EdgeOutput } from "../exchange/edge-output.js";
import type { OutputChannel } from "../exchange/exchange.js";
import { type GateChannel, InputGate } from "../exchange/input-gate.js";
import { DeclaredSerializer, LayoutFinder, UndeclaredSerializer } from "../exchange/output-serializer.js";
import type { OutputSerializer } from "../exchange/page-writer.js";
import { isLargePage } from "../exchange/page-writer.js";
import { MIN_PREFETCH_PAGES, PrefetchedPages } from "../exchange/prefetched-pages.js";
import { RingChannel } from "../exchange/ring-channel.js";
import {
  CustomPartitioner,
  FixedPartitioner,
  HashPartitioner,
  RangePartitioner,
  RoundRobinPartitioner,
  type RowPartitioner,
} from "../exchange/row-partitioner.js";
import { RowScratch } from "../exchange/row-scratch.js";
import { StoredChannel, StoredOutput } from "../exchange/stored-channel.js";
import { TaskOutput } from "../exchange/task-output.js";
import type { IterationRun } from "../iteration/iteration-run.js";
import { hasWorksetBudget, makeIteration } from "../iteration/make-iteration.js";
import type { PageBudget } from "../memory/page-budget.js";
import { EdgeMetrics } from "../metrics/task-metrics.js";
import {
  MAX_QUEUE_PAGES,
  MIN_QUEUE_PAGES,
  MIN_STORE_PAGES,
  makeRowKeeper,
  makeRowQueue,
  minKeeperPages,
} from "../task/local-strategies.js";
import type { BroadcastSet } from "../task/operator-runtime-context.js";
import { Task } from "../task/task.js";
import type { TaskInput } from "../task/task-parts.js";
import { type EdgePlan, edgePlansOf, minEdgePages, numTargetsOf } from "./edge-plan.js";
import { type JobContext, placeOfTask } from "./job-context.js";
import type { MemoryDemand } from "./job-memory.js";

/** How many pages one channel holds at most. Its producer's pages bound all of its channels together. */
const CHANNEL_CAPACITY = 8;
/** The share of an edge's pages of what memory is left, beside drivers and local strategies, whose weights are about 1. */
const EDGE_WEIGHT = 0.1;

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
    const demands: MemoryDemand[] = [];
    const add = (owner: string, minPages: number, maxPages: number, weight: number): void => {
      demands.push({ owner, minPages, maxPages, weight });
    };
    for (const vertex of this.#graph.vertices) {
      for (let index = 0; index < vertex.parallelism; index++) {
        const owner = `${vertex.name} (${index + 1}/${vertex.parallelism})`;
        const forDriver = minDriverPages(vertex.driver);
        add(owner, forDriver, mostPages(forDriver), vertex.memoryWeight);
        for (const _input of vertex.inputs) {
          if (canPrefetch(vertex)) add(`${owner}, prefetched`, MIN_PREFETCH_PAGES, MIN_PREFETCH_PAGES, 0);
        }
        if (hasWorksetBudget(vertex)) add(`${owner}, workset`, MIN_STORE_PAGES, mostPages(1), vertex.memoryWeight);
        for (const { input, weight } of this.#inputsOf(vertex)) {
          const forInput = minKeeperPages(input);
          add(`${owner}, input`, forInput, mostPages(forInput), weight);
        }
        for (const edge of this.#outputsOf(vertex)) {
          const minPages = minEdgePages(edge, this.#graph);
          add(`${owner}, output`, minPages, 2 * minPages, EDGE_WEIGHT);
          add(`${owner}, overdraft`, MIN_QUEUE_PAGES, MAX_QUEUE_PAGES, EDGE_WEIGHT);
        }
      }
    }
    return demands;
  }

  /** Makes all tasks and iterations. */
  wire(job: JobContext, budgets: readonly PageBudget[]): WiredJob {
    const run = new WiringRun(this.#graph, this.#edges, job, budgets);
    return run.wire(
      (vertex) => this.#inputsOf(vertex),
      (vertex) => this.#outputsOf(vertex),
    );
  }

  #inputsOf(vertex: JobVertex): { readonly input: JobInput | undefined; readonly weight: number }[] {
    const numBorders = this.#edges.filter(
      ({ consumer, purpose }) => consumer === vertex.id && purpose.kind === "borders",
    ).length;
    return [
      ...vertex.inputs.map((input) => ({ input, weight: input.memoryWeight })),
      ...vertex.broadcasts.map(({ input }) => ({
        input: { ...input, local: MATERIALIZE },
        weight: input.memoryWeight,
      })),
      ...Array.from({ length: numBorders }, () => ({ input: undefined, weight: 0 })),
    ];
  }

  #outputsOf(vertex: JobVertex): EdgePlan[] {
    return this.#edges.filter(({ source }) => source === vertex.id);
  }
}

const MATERIALIZE = { kind: "materialize" } as const;

/** Tells whether tasks of a vertex may have to take in an input while they wait for another. */
function canPrefetch({ inputs, broadcasts }: JobVertex): boolean {
  return inputs.length + broadcasts.length > 1;
}

/** Returns the most pages that are of use to an owner that needs some, or none. */
function mostPages(minPages: number): number {
  return minPages === 0 ? 0 : Number.POSITIVE_INFINITY;
}

/** Is a channel with both its ends. */
type EdgeChannel = OutputChannel & GateChannel;

/** Is what a job is put together to. */
export interface WiredJob {
  readonly tasks: readonly Task[];
  readonly iterations: readonly IterationRun[];
}

/** Is the memory of one task. */
interface TaskBudgets {
  readonly driver: PageBudget;
  /** By input: for what is taken off channels early; undefined when that cannot be. */
  readonly prefetched: readonly (PageBudget | undefined)[];
  /** The second one of the head of a delta iteration. */
  readonly workset: PageBudget | undefined;
  readonly inputs: readonly PageBudget[];
}

interface OutputBudgets {
  readonly pages: PageBudget;
  readonly overdraft: PageBudget;
}

/** Is one run of the wiring: what has been made so far. */
class WiringRun {
  readonly #graph: JobGraph;
  readonly #edges: readonly EdgePlan[];
  readonly #job: JobContext;
  readonly #budgets: readonly PageBudget[];
  readonly #tasks: Task[][];
  #iterations: readonly IterationRun[] = [];
  /** By edge: the budgets of its producers' tasks. */
  readonly #edgeBudgets = new Map<EdgePlan, OutputBudgets[]>();
  /** By edge, then producer, then consumer. */
  readonly #channels = new Map<EdgePlan, EdgeChannel[][]>();
  readonly #roundRobins = new Map<JobInput, RoundRobinPartitioner>();
  readonly #finders = new Map<number, LayoutFinder>();
  readonly #scratch = new RowScratch();
  #nextBudget = 0;

  constructor(graph: JobGraph, edges: readonly EdgePlan[], job: JobContext, budgets: readonly PageBudget[]) {
    this.#graph = graph;
    this.#edges = edges;
    this.#job = job;
    this.#budgets = budgets;
    this.#tasks = graph.vertices.map(() => []);
  }

  wire(
    inputsOf: (vertex: JobVertex) => readonly unknown[],
    outputsOf: (vertex: JobVertex) => readonly EdgePlan[],
  ): WiredJob {
    const owned = this.#graph.vertices.map((vertex) =>
      Array.from({ length: vertex.parallelism }, (): TaskBudgets => {
        const driver = this.#takeBudget();
        const prefetched = vertex.inputs.map(() => (canPrefetch(vertex) ? this.#takeBudget() : undefined));
        const workset = hasWorksetBudget(vertex) ? this.#takeBudget() : undefined;
        const inputs = inputsOf(vertex).map(() => this.#takeBudget());
        for (const edge of outputsOf(vertex)) {
          const ofEdge = this.#edgeBudgets.get(edge) ?? [];
          ofEdge.push({ pages: this.#takeBudget(), overdraft: this.#takeBudget() });
          this.#edgeBudgets.set(edge, ofEdge);
        }
        return { driver, prefetched, workset, inputs };
      }),
    );
    for (const edge of this.#edges) this.#channels.set(edge, this.#makeChannels(edge));
    this.#iterations = this.#graph.iterations.map((spec) =>
      makeIteration(spec, this.#graph, this.#job, {
        driverOf: (vertex, index) => owned[vertex.id]![index]!.driver,
        worksetOf: (vertex, index) => owned[vertex.id]![index]!.workset!,
      }),
    );
    for (const vertex of this.#graph.vertices) {
      for (let index = 0; index < vertex.parallelism; index++) {
        this.#tasks[vertex.id]!.push(this.#makeTask(vertex, index, owned[vertex.id]![index]!));
      }
    }
    return { tasks: this.#tasks.flat(), iterations: this.#iterations };
  }

  #takeBudget(): PageBudget {
    const budget = this.#budgets[this.#nextBudget++];
    invariant(budget !== undefined, "there is a budget for every owner");
    return budget;
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
    const budget = this.#edgeBudgets.get(edge)![producer]!.pages;
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
        }),
    );
  }

  #storedChannels(edge: EdgePlan, producer: number, targets: readonly number[]): EdgeChannel[] {
    const { layouts, spill } = this.#job;
    const budget = this.#edgeBudgets.get(edge)![producer]!.pages;
    const output = new StoredOutput(spill, budget.owner, targets.length);
    const onSent = this.#release(edge, producer, targets.length);
    const tell = (target: number): void => this.#tasks[edge.consumer]![target]?.onReadable();
    const onReturned = (): void => {
      for (const target of targets) tell(target);
    };
    return targets.map(
      (target) => new StoredChannel({ output, layouts, budget, onSent, onReadable: () => tell(target), onReturned }),
    );
  }

  #makeTask(vertex: JobVertex, index: number, budgets: TaskBudgets): Task {
    const job = this.#job;
    const next = budgets.inputs.values();
    const take = (): PageBudget => next.next().value as PageBudget;
    const inputs = vertex.inputs.map((input, i) =>
      this.#makeInput(vertex, index, { kind: "input", index: i }, input, take(), budgets.prefetched[i]),
    );
    const broadcasts = vertex.broadcasts.map(({ input }, i) =>
      this.#makeInput(vertex, index, { kind: "broadcast", index: i }, { ...input, local: MATERIALIZE }, take()),
    );
    const borders = budgets.inputs
      .slice(inputs.length + broadcasts.length)
      .map((_, i) => this.#makeInput(vertex, index, { kind: "borders", index: i }, BORDERS_INPUT, take()));
    const spec = vertex.driver.kind;
    const isHead = spec === "bulkHead" || spec === "deltaHead";
    const iteration = vertex.iteration === undefined ? undefined : this.#iterations[vertex.iteration];
    const numOutputs = isHead ? 2 : 1;
    return new Task({
      vertex,
      subtaskIndex: index,
      job,
      budget: budgets.driver,
      inputs,
      broadcasts,
      borders,
      broadcastSets: broadcasts.map((input, i) => this.#broadcastSet(vertex, i, input)),
      outputs: Array.from({ length: numOutputs }, (_, output) => this.#makeOutput(vertex, index, output, borders)),
      iteration,
      isDynamic: iteration !== undefined && !isHead,
      endsItsOutputs: isHead,
      release: () => {},
    });
  }

  #makeInput(
    vertex: JobVertex,
    index: number,
    purpose: EdgePlan["purpose"],
    input: JobInput,
    budget: PageBudget,
    forPrefetched?: PageBudget,
  ): TaskInput {
    const channels: GateChannel[] = [];
    for (const edge of this.#edges) {
      const isFor = edge.purpose.kind === purpose.kind && edge.purpose.index === purpose.index;
      if (edge.consumer !== vertex.id || !isFor) continue;
      const producers = this.#channels.get(edge)!;
      if (edge.ship.kind === "forward") channels.push(producers[index]![0]!);
      else for (const ofProducer of producers) channels.push(ofProducer[index]!);
    }
    const { layouts, spill } = this.#job;
    const prefetched = forPrefetched && new PrefetchedPages({ budget: forPrefetched, spill, layouts });
    const gate = new InputGate(channels, layouts, input.isInOrder, new EdgeMetrics(), prefetched);
    const keeper = makeRowKeeper(input, budget, this.#job);
    return { gate, keeper, isConstant: input.isConstant || vertex.iteration === undefined };
  }

  #broadcastSet(vertex: JobVertex, position: number, { keeper, isConstant }: TaskInput): BroadcastSet {
    const { operatorId, name, dataSetId } = vertex.broadcasts[position]!;
    const reader = new RowRecordReader(undefined);
    const read = (): unknown[] => {
      const records: unknown[] = [];
      for (const rows = keeper!.rows(); rows.next(); ) records.push(reader.read(rows.memory, rows.slot, rows.layout));
      return records;
    };
    const iteration = vertex.iteration === undefined || isConstant ? undefined : this.#iterations[vertex.iteration];
    return {
      operatorId,
      name,
      dataSetId,
      read,
      initialized: (initialize) => {
        const superstep = iteration === undefined ? 0 : iteration.state.superstep;
        const key = `broadcast ${vertex.id} ${position}`;
        const shared = this.#job.shared<{ superstep: number; result: unknown }>(key, () => ({
          superstep: -1,
          result: undefined,
        }));
        if (shared.superstep !== superstep) {
          shared.result = initialize(read());
          shared.superstep = superstep;
        }
        return shared.result;
      },
    };
  }

  #makeOutput(vertex: JobVertex, index: number, output: number, borders: readonly TaskInput[]): TaskOutput {
    const edges = this.#edges
      .filter((edge) => edge.source === vertex.id && edge.output === output)
      .map((edge) => {
        const channels = this.#channels.get(edge)![index]!;
        const { pages, overdraft } = this.#edgeBudgets.get(edge)![index]!;
        return new EdgeOutput({
          targets: edge.ship.kind === "broadcast" ? [new BroadcastChannel(channels)] : channels,
          partitioner: this.#partitioner(vertex, index, edge, borders),
          budget: pages,
          overdraft: makeRowQueue(overdraft, this.#job),
          scratch: this.#scratch,
          metrics: new EdgeMetrics(),
          isPipelined: edge.mode === "pipelined",
        });
      });
    return new TaskOutput(edges, this.#serializer(vertex, index), this.#scratch);
  }

  #serializer(vertex: JobVertex, index: number): OutputSerializer {
    const { layouts, customTypes } = this.#job;
    const last: OperatorInfo = vertex.chain.at(-1)?.operator ?? vertex.operator;
    const place = placeOfTask(last, index);
    if (last.resultType !== undefined) {
      return new DeclaredSerializer(layouts.add(RowLayout.of(typeFromJson(last.resultType, customTypes))), place);
    }
    const finder = this.#finders.get(vertex.id) ?? new LayoutFinder(layouts);
    this.#finders.set(vertex.id, finder);
    return new UndeclaredSerializer(finder, place);
  }

  #partitioner(vertex: JobVertex, index: number, edge: EdgePlan, borders: readonly TaskInput[]): RowPartitioner {
    const numTargets = numTargetsOf(edge, this.#graph);
    const { ship } = edge;
    // A user's partitioner is asked even where there is one target: what it answers is checked.
    if ((numTargets === 1 && ship.kind !== "custom") || ship.kind === "forward" || ship.kind === "broadcast")
      return new FixedPartitioner(0);
    switch (ship.kind) {
      case "rebalance":
        return this.#roundRobin(edge.input!, numTargets);
      case "hash":
        return new HashPartitioner(ship.keys, numTargets);
      case "custom": {
        const code = this.#userCode(vertex, index, ship.partitioner, "partition");
        return new CustomPartitioner(ship.key, (key) => code.partition(key, numTargets));
      }
      case "range": {
        const read =
          ship.borders.kind === "sampled"
            ? () => sampledBorders(borders[edge.borders!]!)
            : this.#distribution(vertex, index, ship.borders.distribution, numTargets);
        let found: readonly (readonly unknown[])[] | undefined;
        return new RangePartitioner(ship.keys, () => (found ??= read()), numTargets);
      }
    }
  }

  #distribution(
    vertex: JobVertex,
    index: number,
    ref: ObjectRef,
    numTargets: number,
  ): () => readonly (readonly unknown[])[] {
    const code = this.#userCode(vertex, index, ref, "boundary");
    return () => Array.from({ length: numTargets - 1 }, (_, i) => code.boundary(i, numTargets));
  }

  #roundRobin(input: JobInput, numTargets: number): RoundRobinPartitioner {
    const partitioner = this.#roundRobins.get(input) ?? new RoundRobinPartitioner(numTargets);
    this.#roundRobins.set(input, partitioner);
    return partitioner;
  }

  /** Makes user code of an exchange, which has no life and no context of its own. */
  #userCode(vertex: JobVertex, index: number, ref: ObjectRef, method: string): UserCode {
    const { objects, copies, customTypes, checksRecords } = this.#job;
    const { target } = objects.instantiate(ref);
    const context = { subtaskIndex: index, copies, customTypes, checksRecords };
    return new UserCode({ target, method }, vertex.operator, NO_RUNTIME_CONTEXT, context);
  }
}

/** Partitioners and distributions are not given a context. */
const NO_RUNTIME_CONTEXT = {} as UserCode["runtimeContext"];

const BORDERS_INPUT: JobInput = {
  edges: [],
  local: MATERIALIZE,
  memoryWeight: 0,
  isInOrder: false,
  isConstant: true,
};

function sampledBorders({ keeper }: TaskInput): readonly (readonly unknown[])[] {
  const rows = keeper!.rows();
  const reader = new RowRecordReader(undefined);
  invariant(rows.next(), "a sampler gives one record, the borders");
  return reader.read(rows.memory, rows.slot, rows.layout) as readonly (readonly unknown[])[];
}
