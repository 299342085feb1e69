/** Puts single tasks together: inputs, outputs and what functions see, over channels that somebody else makes. */
import { invariant, RowLayout, typeFromJson } from "@millrace/core";
import type { JobGraph, JobInput, JobVertex, ObjectRef, OperatorInfo } from "@millrace/job-graph";
import { UserCode } from "../code/index.js";
import { BroadcastChannel } from "../exchange/broadcast-channel.js";
import { DealtOutput } from "../exchange/dealt-output.js";
import { EdgeOutput } from "../exchange/edge-output.js";
import type { OutputChannel } from "../exchange/exchange.js";
import { type GateChannel, InputGate } from "../exchange/input-gate.js";
import { DeclaredSerializer, LayoutFinder, UndeclaredSerializer } from "../exchange/output-serializer.js";
import type { OutputSerializer } from "../exchange/page-writer.js";
import { PrefetchedPages } from "../exchange/prefetched-pages.js";
import {
  CustomPartitioner,
  FixedPartitioner,
  HashPartitioner,
  RangePartitioner,
  RoundRobinPartitioner,
  type RowPartitioner,
} from "../exchange/row-partitioner.js";
import { RowScratch } from "../exchange/row-scratch.js";
import type { SentEdge } from "../exchange/sent-edge.js";
import { TaskOutput } from "../exchange/task-output.js";
import type { IterationRun } from "../iteration/iteration-run.js";
import { isHead } from "../iteration/make-iteration.js";
import { SolutionCopy } from "../iteration/solution-copy.js";
import type { PageBudget } from "../memory/page-budget.js";
import { TaskMetrics } from "../metrics/task-metrics.js";
import { RowRecordReader } from "../rows/record-reader.js";
import { makeRowKeeper, makeRowQueue } from "../task/local-strategies.js";
import type { BroadcastSet } from "../task/operator-runtime-context.js";
import { Task } from "../task/task.js";
import type { TaskInput } from "../task/task-parts.js";
import { type EdgePlan, type EdgePurpose, numTargetsOf } from "./edge-plan.js";
import { type JobContext, placeOfTask } from "./job-context.js";
import { MATERIALIZE, type TaskBudgets } from "./task-budgets.js";

/** Makes the channels that tasks are joined by. */
export interface TaskChannels {
  /** Returns the channels of an edge that a consumer's task reads, in the order of the producer's tasks. */
  inputs(edge: EdgePlan, consumerIndex: number): readonly GateChannel[];
  /** Returns the channels of an edge that a producer's task writes to, in the order of the consumer's tasks. */
  outputs(edge: EdgePlan, producerIndex: number): readonly OutputChannel[];
}

/** Makes the tasks of a job that are in this slot: all of them, or one. */
export class TaskAssembler {
  readonly #graph: JobGraph;
  readonly #edges: readonly EdgePlan[];
  readonly #job: JobContext;
  readonly #channels: TaskChannels;
  readonly #iterations: readonly IterationRun[];
  /** What all producers of an input in this slot share. */
  readonly #roundRobins = new Map<JobInput, RoundRobinPartitioner>();
  readonly #finders = new Map<number, LayoutFinder>();
  readonly #scratch = new RowScratch();

  constructor(
    graph: JobGraph,
    edges: readonly EdgePlan[],
    job: JobContext,
    channels: TaskChannels,
    iterations: readonly IterationRun[],
  ) {
    this.#graph = graph;
    this.#edges = edges;
    this.#job = job;
    this.#channels = channels;
    this.#iterations = iterations;
  }

  /** Makes one task. */
  makeTask(vertex: JobVertex, index: number, budgets: TaskBudgets): Task {
    const job = this.#job;
    const metrics = new TaskMetrics(job.host.clock, job.spill);
    const next = budgets.inputs.values();
    const take = (): PageBudget => next.next().value as PageBudget;
    const inputs = vertex.inputs.map((input, i) =>
      this.#makeInput(vertex, index, { kind: "input", index: i }, input, take(), metrics, budgets.prefetched[i]),
    );
    const broadcasts = vertex.broadcasts.map(({ input }, i) =>
      this.#makeInput(
        vertex,
        index,
        { kind: "broadcast", index: i },
        { ...input, local: MATERIALIZE },
        take(),
        metrics,
      ),
    );
    const borders = this.#edgesTo(vertex, "borders").map((_, i) =>
      this.#makeInput(vertex, index, { kind: "borders", index: i }, BORDERS_INPUT, take(), metrics),
    );
    const isAHead = isHead(vertex);
    const iteration = vertex.iteration === undefined ? undefined : this.#iterations[vertex.iteration];
    return new Task({
      vertex,
      subtaskIndex: index,
      job,
      budget: budgets.driver,
      metrics,
      inputs,
      broadcasts: [...broadcasts, ...this.#solutionCopies(vertex, index, iteration, metrics)],
      borders,
      feedback: this.#edgesTo(vertex, "feedback").map(({ purpose }) => this.#makeGate(vertex, index, purpose, metrics)),
      broadcastSets: broadcasts.map((input, i) => this.#broadcastSet(vertex, i, input)),
      outputs: Array.from({ length: this.#numOutputsOf(vertex) }, (_, output) =>
        this.#makeOutput(vertex, index, output, borders, budgets, metrics),
      ),
      iteration,
      isDynamic: iteration !== undefined && !isAHead,
      endsItsOutputs: isAHead,
    });
  }

  #edgesTo(vertex: JobVertex, kind: EdgePurpose["kind"]): readonly EdgePlan[] {
    return this.#edges.filter(({ consumer, purpose }) => consumer === vertex.id && purpose.kind === kind);
  }

  /** Heads have an output for the state and one for the result, and those whose copies of the solution set are elsewhere one for them. */
  #numOutputsOf(vertex: JobVertex): number {
    const numUsed = this.#edges.reduce(
      (most, { source, output }) => (source === vertex.id ? Math.max(most, output + 1) : most),
      1,
    );
    return isHead(vertex) ? Math.max(2, numUsed) : numUsed;
  }

  #solutionCopies(
    vertex: JobVertex,
    index: number,
    iteration: IterationRun | undefined,
    metrics: TaskMetrics,
  ): TaskInput[] {
    return this.#edgesTo(vertex, "solution").map(({ purpose }) => ({
      gate: this.#makeGate(vertex, index, purpose, metrics),
      keeper: new SolutionCopy(iteration!.partOf(index)!.solutionSet!),
      isConstant: false,
    }));
  }

  #makeGate(
    vertex: JobVertex,
    index: number,
    purpose: EdgePurpose,
    metrics: TaskMetrics,
    isInOrder = false,
    prefetched?: PrefetchedPages,
  ): InputGate {
    const channels = this.#edgesTo(vertex, purpose.kind)
      .filter((edge) => edge.purpose.index === purpose.index)
      .flatMap((edge) => this.#channels.inputs(edge, index));
    return new InputGate(channels, this.#job.layouts, isInOrder, metrics.read, prefetched);
  }

  #makeInput(
    vertex: JobVertex,
    index: number,
    purpose: EdgePurpose,
    input: JobInput,
    budget: PageBudget,
    metrics: TaskMetrics,
    forPrefetched?: PageBudget,
  ): TaskInput {
    const { layouts, spill } = this.#job;
    const prefetched = forPrefetched && new PrefetchedPages({ budget: forPrefetched, spill, layouts });
    const gate = this.#makeGate(vertex, index, purpose, metrics, input.isInOrder, prefetched);
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

  #makeOutput(
    vertex: JobVertex,
    index: number,
    output: number,
    borders: readonly TaskInput[],
    budgets: TaskBudgets,
    metrics: TaskMetrics,
  ): TaskOutput {
    const own = this.#edges.filter((edge) => edge.source === vertex.id && edge.output === output);
    const outputs = new Map(
      own.map((edge) => [edge, this.#edgeOutput(vertex, index, edge, borders, budgets, metrics)]),
    );
    // A union may read an output twice: each of its edges has a rest of its own.
    const restOf = (edge: EdgePlan): EdgePlan | undefined => {
      const alike = own.filter((each) => dealerOf(each) !== undefined && dealerOf(each) === dealerOf(edge));
      return own.filter(({ consumer }) => consumer === dealerOf(edge))[alike.indexOf(edge)];
    };
    const rests = new Set(own.map(restOf));
    const edges = own.flatMap((edge): SentEdge[] => {
      const rest = restOf(edge);
      const sent = outputs.get(edge)!;
      if (rest === undefined) return rests.has(edge) ? [] : [sent];
      const round = makeRowQueue(budgets.outputs.get(edge)!.round!, this.#job);
      const numTargets = numTargetsOf(edge, this.#graph);
      return [new DealtOutput({ rounds: sent, rest: outputs.get(rest)!, numTargets, round, scratch: this.#scratch })];
    });
    return new TaskOutput(edges, this.#serializer(vertex, index), this.#scratch);
  }

  #edgeOutput(
    vertex: JobVertex,
    index: number,
    edge: EdgePlan,
    borders: readonly TaskInput[],
    budgets: TaskBudgets,
    metrics: TaskMetrics,
  ): EdgeOutput {
    const channels = this.#channels.outputs(edge, index);
    const { pages, overdraft } = budgets.outputs.get(edge)!;
    return new EdgeOutput({
      targets: edge.ship.kind === "broadcast" ? [new BroadcastChannel(channels)] : channels,
      partitioner: this.#partitioner(vertex, index, edge, borders),
      budget: pages,
      overdraft: makeRowQueue(overdraft, this.#job),
      scratch: this.#scratch,
      metrics: metrics.sent,
      isPipelined: edge.mode === "pipelined",
    });
  }

  #serializer(vertex: JobVertex, index: number): OutputSerializer {
    const { layouts, customTypes } = this.#job;
    const last: OperatorInfo = vertex.chain.at(-1)?.operator ?? vertex.operator;
    const place = placeOfTask(last, index);
    if (last.resultType !== undefined) {
      return new DeclaredSerializer(layouts.add(RowLayout.of(typeFromJson(last.resultType, customTypes))), place);
    }
    const finder = this.#finders.get(vertex.id) ?? new LayoutFinder(layouts, handsOn(vertex) ? customTypes : []);
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
        return this.#roundRobin(edge.input!, numTargets, index);
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

  #roundRobin(input: JobInput, numTargets: number, index: number): RoundRobinPartitioner {
    const partitioner = this.#roundRobins.get(input) ?? new RoundRobinPartitioner(numTargets, index);
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

function dealerOf({ ship }: EdgePlan): number | undefined {
  return ship.kind === "rebalance" ? ship.dealer : undefined;
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

/** Drivers that give what they read, or what they made of it, in the same record or another. */
const HANDS_ON: ReadonlySet<string> = new Set(["reduce", "reduceCombine", "aggregate", "summarize"]);
/** Operators that give fields of what they get. */
const KEEPS_VALUES: ReadonlySet<string> = new Set(["filter", "filterExpression", "project", "attachKey"]);

/** Tells whether values of custom types that a vertex reads are what they were when it gives them, declared or not. */
function handsOn({ driver, chain }: JobVertex): boolean {
  return HANDS_ON.has(driver.kind) && chain.every(({ kind }) => KEEPS_VALUES.has(kind));
}
