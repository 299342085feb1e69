/**
 * A task's pages belong to these owners: its driver, each input or broadcast set that is taken in, what is taken off channels early, and each
 * edge of its output. What all of them need at least, and their weights, are known before anything runs; the budgets are then given out
 * in the same order.
 */
import type { JobGraph, JobInput, JobVertex } from "@millrace/job-graph";
import { minDriverPages } from "../drivers/driver-factories.js";
import { MIN_PREFETCH_PAGES } from "../exchange/prefetched-pages.js";
import { MIN_SOLUTION_SET_PAGES } from "../hash/solution-set.js";
import { hasWorksetBudget } from "../iteration/make-iteration.js";
import type { PageBudget } from "../memory/page-budget.js";
import { MAX_QUEUE_PAGES, MIN_QUEUE_PAGES, MIN_STORE_PAGES, minKeeperPages } from "../task/local-strategies.js";
import { type EdgePlan, type EdgePurpose, minEdgePages } from "./edge-plan.js";
import type { MemoryDemand } from "./job-memory.js";

/** The share of an edge's pages of what memory is left, beside drivers and local strategies, whose weights are about 1. */
const EDGE_WEIGHT = 0.1;
/**
 * How many pages an edge may have at most, unless its least number needs more. With few pages tasks take turns at every page or two, and rows for which there is no page in the middle of a call go
 * through the overdraft one by one. More than this would not stay in a second-level cache.
 */
const AMPLE_EDGE_PAGES = 16;

/** Is the memory of one edge of a task's output. */
export interface OutputBudgets {
  readonly pages: PageBudget;
  readonly overdraft: PageBudget;
  /** For rows of a round that is not whole; undefined where rows are not dealt in rounds. */
  readonly round: PageBudget | undefined;
}

/** Is the memory of one task. */
export interface TaskBudgets {
  readonly driver: PageBudget;
  /** By input: for what is taken off channels early; undefined when that cannot be. */
  readonly prefetched: readonly (PageBudget | undefined)[];
  /** The second one of the head of a delta iteration. */
  readonly workset: PageBudget | undefined;
  /** For inputs, then broadcast sets, then borders of range partitionings, then what comes from heads and tails elsewhere. */
  readonly inputs: readonly PageBudget[];
  readonly outputs: ReadonlyMap<EdgePlan, OutputBudgets>;
}

/** Returns what the owners of one task ask for, in the order in which {@link takeTaskBudgets} takes their budgets. */
export function demandsOfTask(
  vertex: JobVertex,
  index: number,
  graph: JobGraph,
  edges: readonly EdgePlan[],
): MemoryDemand[] {
  const demands: MemoryDemand[] = [];
  const task = `${vertex.name} (${index + 1}/${vertex.parallelism})`;
  const add = (owner: string, minPages: number, maxPages: number, weight: number): void => {
    demands.push({ owner, minPages, maxPages, weight });
  };
  const forDriver = minDriverPages(vertex.driver);
  add(task, forDriver, mostPages(forDriver), vertex.memoryWeight);
  if (canPrefetch(vertex)) {
    for (const _input of vertex.inputs) add(`${task}, prefetched`, MIN_PREFETCH_PAGES, MIN_PREFETCH_PAGES, 0);
  }
  if (hasWorksetBudget(vertex)) {
    add(`${task}, workset`, MIN_STORE_PAGES, Number.POSITIVE_INFINITY, vertex.memoryWeight);
  }
  for (const { minPages, weight } of keptInputsOf(vertex, edges)) {
    add(`${task}, input`, minPages, mostPages(minPages), weight);
  }
  for (const edge of outputsOf(vertex, edges)) {
    const minPages = minEdgePages(edge, graph);
    add(`${task}, output`, minPages, Math.max(2 * minPages, AMPLE_EDGE_PAGES), EDGE_WEIGHT);
    add(`${task}, overdraft`, MIN_QUEUE_PAGES, MAX_QUEUE_PAGES, EDGE_WEIGHT);
    if (isDealtInRounds(edge)) add(`${task}, round`, MIN_QUEUE_PAGES, MIN_QUEUE_PAGES, 0);
  }
  return demands;
}

/** Takes the budgets of one task, one after the other. */
export function takeTaskBudgets(vertex: JobVertex, edges: readonly EdgePlan[], take: () => PageBudget): TaskBudgets {
  const driver = take();
  const prefetched = vertex.inputs.map(() => (canPrefetch(vertex) ? take() : undefined));
  const workset = hasWorksetBudget(vertex) ? take() : undefined;
  const inputs = keptInputsOf(vertex, edges).map(take);
  const outputs = new Map(
    outputsOf(vertex, edges).map((edge) => [
      edge,
      { pages: take(), overdraft: take(), round: isDealtInRounds(edge) ? take() : undefined },
    ]),
  );
  return { driver, prefetched, workset, inputs, outputs };
}

/** Tells whether the producers of an edge deal whole rounds, and have another vertex deal the rest. */
export function isDealtInRounds({ ship }: EdgePlan): boolean {
  return ship.kind === "rebalance" && ship.dealer !== undefined;
}

/** Tells whether tasks of a vertex may have to take in an input while they wait for another. */
function canPrefetch({ inputs, broadcasts }: JobVertex): boolean {
  return inputs.length + broadcasts.length > 1;
}

function keptInputsOf(
  vertex: JobVertex,
  edges: readonly EdgePlan[],
): { readonly minPages: number; readonly weight: number }[] {
  const demandOf = (input: JobInput) => ({ minPages: minKeeperPages(input), weight: input.memoryWeight });
  const others = (kind: EdgePurpose["kind"], minPages: number, weight: number) =>
    edges
      .filter(({ consumer, purpose }) => consumer === vertex.id && purpose.kind === kind)
      .map(() => ({ minPages, weight }));
  return [
    ...vertex.inputs.map(demandOf),
    ...vertex.broadcasts.map(({ input }) => demandOf({ ...input, local: MATERIALIZE })),
    ...others("borders", MIN_STORE_PAGES, 0),
    ...others("feedback", MIN_STORE_PAGES, vertex.memoryWeight),
    ...others("solution", MIN_SOLUTION_SET_PAGES, vertex.memoryWeight),
  ];
}

function outputsOf(vertex: JobVertex, edges: readonly EdgePlan[]): EdgePlan[] {
  return edges.filter(({ source }) => source === vertex.id);
}

/** Returns the most pages that are of use to an owner that needs some, or none. */
function mostPages(minPages: number): number {
  return minPages === 0 ? 0 : Number.POSITIVE_INFINITY;
}

/** What is done to a broadcast set, whatever the plan says. */
export const MATERIALIZE = { kind: "materialize" } as const;
