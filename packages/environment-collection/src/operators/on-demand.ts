/**
 * Evaluates what a `first(n)` without groups and order reads no further than it needs: rule [O44]. A source need not end then.
 *
 * 1. Sources, operators over one record and unions that nobody else reads are *held back*: they are evaluated when the `first` is.
 * 2. All functions are opened, records are pulled one by one, some of each partition in turn, until there are n; then all functions are closed.
 */
import {
  dependenciesOf,
  type FirstOperator,
  type LogicalOperator,
  logical,
  type Operator,
  type Plan,
} from "@millrace/common-api";
import type { OperatorRun } from "../execution/operator-run.js";
import { cutEvenly, emptyPartitions, type Partitions } from "../execution/partitions.js";
import { takenIn } from "../execution/records.js";
import { Subtask } from "../subtask/subtask.js";
import type { UserCode } from "../subtask/user-code.js";
import { type RecordOperator, recordStep } from "./record-operators.js";
import { inPieces, sourceReading } from "./source.js";

type HeldBack = RecordOperator | Extract<LogicalOperator, { kind: "source" | "collectionSource" | "union" }>;

/** Returns, for each `first` that reads on demand, the operators that are held back for it. */
export function heldBackIn(plan: Plan): ReadonlyMap<Operator, readonly Operator[]> {
  const readers = new Map<Operator, number>();
  for (const operator of plan.operators) {
    for (const read of dependenciesOf(operator)) readers.set(read, (readers.get(read) ?? 0) + 1);
  }
  const inside = new Set([...plan.iterations.values()].flatMap(({ operators }) => operators));
  const isHeldBack = (operator: Operator): boolean =>
    readers.get(operator) === 1 && !inside.has(operator) && canBeHeldBack(logical(operator));
  const result = new Map<Operator, readonly Operator[]>();
  for (const operator of plan.operators) {
    if (!readsOnDemand(logical(operator)) || inside.has(operator)) continue;
    const found: Operator[] = [];
    const waiting = [...operator.inputs];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (!isHeldBack(next)) continue;
      found.push(next);
      waiting.push(...next.inputs);
    }
    result.set(operator, found);
  }
  return result;
}

function readsOnDemand(operator: LogicalOperator): boolean {
  return operator.kind === "first" && operator.grouping.keys === undefined && operator.grouping.order.length === 0;
}

function canBeHeldBack({ kind }: LogicalOperator): boolean {
  const kinds: readonly LogicalOperator["kind"][] = [
    "source",
    "collectionSource",
    "union",
    "map",
    "flatMap",
    "filter",
    "project",
    "select",
  ];
  return kinds.includes(kind);
}

/** Keeps the first records of its input; what was held back is evaluated as far as that takes. */
export async function firstOnDemand(
  run: OperatorRun<FirstOperator>,
  heldBack: readonly Operator[],
  runOf: (operator: LogicalOperator) => OperatorRun,
): Promise<Partitions> {
  const { input, count } = run.operator;
  const pulled = new PulledRecords(run, new Set(heldBack), runOf);
  const kept: unknown[] = [];
  await pulled.during(input, async (batches) => {
    for await (const { records } of batches) {
      for (const record of records) {
        if (kept.push(record) === count) return;
      }
    }
  });
  const result = emptyPartitions<unknown>(run.parallelism);
  result[0] = kept;
  return result;
}

/** Is some records of one partition, which are evaluated when they are asked for: all of them, before the next batch is. */
interface Batch {
  readonly partition: number;
  readonly records: Iterable<unknown>;
}

/** Gives records of all partitions; those of one partition are in order. */
type Batches = AsyncGenerator<Batch>;

/** Gives the records of operators that are held back, as far as they are asked for. */
class PulledRecords {
  readonly #run: OperatorRun;
  readonly #heldBack: ReadonlySet<Operator>;
  readonly #runOf: (operator: LogicalOperator) => OperatorRun;
  /** In the order in which their functions are opened and closed. */
  readonly #subtasks: { readonly subtask: Subtask; readonly code: UserCode | undefined }[] = [];

  constructor(run: OperatorRun, heldBack: ReadonlySet<Operator>, runOf: (operator: LogicalOperator) => OperatorRun) {
    this.#run = run;
    this.#heldBack = heldBack;
    this.#runOf = runOf;
  }

  /** Lets `read` pull records of an operator, with all functions open. */
  async during(operator: Operator, read: (batches: Batches) => Promise<void>): Promise<void> {
    try {
      const batches = this.#of(operator);
      for (const { code } of this.#subtasks) code?.open();
      await read(batches);
    } catch (error) {
      for (const { code } of this.#subtasks) code?.closeQuietly();
      throw error;
    }
    this.#close();
  }

  #close(): void {
    const failures: unknown[] = [];
    for (const { code, subtask } of this.#subtasks) {
      try {
        code?.close();
        subtask.end();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  #of(operator: Operator): Batches {
    if (!this.#heldBack.has(operator)) return stored(this.#run.resultOf(operator));
    const node = logical(operator) as HeldBack;
    const run = this.#runOf(node);
    const { resultType } = operator.settings;
    const batches = this.#evaluated(node, run);
    if (resultType === undefined) return batches;
    return mapped(batches, (record, partition) => [takenIn(record, resultType, () => run.place(partition))]);
  }

  #evaluated(node: HeldBack, run: OperatorRun): Batches {
    switch (node.kind) {
      case "source": {
        const reading = sourceReading(run as OperatorRun<typeof node>);
        const subtasks = this.#subtasksOf(run);
        for (const subtask of subtasks) this.#subtasks.push({ subtask, code: undefined });
        return inTurn(subtasks.map((subtask) => batchesOf(subtask.index, reading(subtask))));
      }
      case "collectionSource": {
        const records = node.takeRecords();
        if (run.parallelism !== 1) return stored(cutEvenly([...records], run.parallelism));
        return batchesOf(0, inPieces(records, run.job));
      }
      case "union":
        return inTurn(node.inputs.map((input) => this.#inPartitions(input, run.parallelism)));
      default: {
        const input = this.#inPartitions(node.input, run.parallelism);
        const steps = this.#subtasksOf(run).map((subtask) => {
          const step = recordStep(subtask, node);
          this.#subtasks.push({ subtask, code: step.code });
          return step;
        });
        return mapped(input, (record, partition) => steps[partition]!.apply(record));
      }
    }
  }

  #subtasksOf(run: OperatorRun): readonly Subtask[] {
    const initialized = new Map();
    return Array.from({ length: run.parallelism }, (_, index) => new Subtask(run, index, initialized));
  }

  /** Deals the records of an operator to `count` partitions where there are not as many ([O11]). */
  #inPartitions(operator: Operator, count: number): Batches {
    const batches = this.#of(operator);
    return this.#numPartitionsOf(operator) === count ? batches : dealt(batches, count);
  }

  #numPartitionsOf(operator: Operator): number {
    if (!this.#heldBack.has(operator)) return this.#run.resultOf(operator).length;
    return this.#runOf(logical(operator)).parallelism;
  }
}

async function* stored(partitions: Partitions): Batches {
  for (const [partition, records] of partitions.entries()) yield { partition, records };
}

async function* batchesOf(partition: number, pieces: AsyncGenerator<Iterable<unknown>>): Batches {
  for await (const records of pieces) yield { partition, records };
}

/** Takes a batch of each in turn, so that one that never ends keeps none of the others back. */
async function* inTurn(streams: readonly Batches[]): Batches {
  let open = streams;
  try {
    while (open.length > 0) {
      const left: Batches[] = [];
      for (const stream of open) {
        const { done, value } = await stream.next();
        if (done === true) continue;
        left.push(stream);
        yield value;
      }
      open = left;
    }
  } finally {
    for (const stream of streams) await stream.return(undefined);
  }
}

async function* dealt(batches: Batches, count: number): Batches {
  let numDealt = 0;
  for await (const { records } of batches) {
    for (const record of records) yield { partition: numDealt++ % count, records: [record] };
  }
}

async function* mapped(batches: Batches, apply: (record: unknown, partition: number) => Iterable<unknown>): Batches {
  function* results({ partition, records }: Batch): Generator<unknown> {
    for (const record of records) yield* apply(record, partition);
  }
  for await (const batch of batches) yield { partition: batch.partition, records: results(batch) };
}
