import type { Sink, Source, SourceSplit } from "@millrace/core";
import { JobGraphBuilder } from "@millrace/job-graph";
import { code } from "./run-graph.js";

/** Is a record of the sample job: long, so that few of them make many pages. */
export interface SampleRecord {
  readonly id: number;
  readonly text: string;
}

/** Is what a test sink was told. */
export interface SinkLog {
  readonly written: unknown[];
  numOpen: number;
  isCommitted: boolean;
  isAborted: boolean;
}

/** Makes a record with about 2 kB. */
export function sampleRecord(id: number): SampleRecord {
  return { id, text: `record ${id} ${"x".repeat(2000)}` };
}

function sampleSource(numRecords: number): Source<unknown> {
  return {
    name: "sample",
    createSplits: async () => [{ index: 0 }, { index: 1 }],
    async *read({ index }: SourceSplit) {
      for (let id = index; id < numRecords; id += 2) {
        await undefined;
        yield [sampleRecord(id)];
      }
    },
  };
}

function sampleSink(log: SinkLog): Sink<unknown> {
  return {
    name: "sample sink",
    initialize: async () => {},
    openWriter: async () => {
      log.numOpen++;
      return {
        write: (record) => {
          log.written.push(record);
          return log.written.length % 7 === 0 ? Promise.resolve() : undefined;
        },
        close: async () => void log.numOpen--,
        abort: async () => void log.numOpen--,
      };
    },
    commit: async () => {
      log.isCommitted = true;
    },
    abort: async () => {
      log.isAborted = true;
    },
  };
}

/**
 * Makes a small job with something of everything that a task does: asynchronous source and sink, chain, hash partitioning, sort, a diamond
 * that is materialized, a broadcast set, a blocking edge, a bulk iteration. Its only collecting sink gets the ids, each twice, and the number of all.
 */
export function sampleJob(numRecords: number, parallelism: number) {
  const log: SinkLog = { written: [], numOpen: 0, isCommitted: false, isAborted: false };
  const graph = new JobGraphBuilder();
  const byId = { kind: "hash", keys: [{ path: "id" }] } as const;
  const source = graph.add({ kind: "source", source: 0, parameters: undefined }, [], { parallelism });
  const twice = { kind: "flatMap", function: 1, operator: graph.operator("twice", 50) } as const;
  const doubled = graph.add({ kind: "forward" }, [graph.input(source, {}, byId)], { parallelism, chain: [twice] });
  const sorted = graph.add(
    { kind: "mapPartition", function: 2 },
    [graph.input(doubled, { local: { kind: "sort", keys: [{ path: "id" }] } })],
    { parallelism },
  );
  const union = graph.add(
    { kind: "mapPartition", function: 3 },
    [
      graph.input(
        [
          { source: sorted, ship: { kind: "rebalance" } },
          { source: sorted, ship: { kind: "rebalance" }, mode: "blocking" },
        ],
        { local: { kind: "materialize" } },
      ),
    ],
    { parallelism, broadcasts: [graph.broadcast(source, { operatorId: 3, name: "all" })] },
  );
  const iteration = graph.addIteration("bulk", { parallelism, maxIterations: 3 });
  const head = graph.add({ kind: "bulkHead" }, [union], { parallelism, iteration });
  const step = graph.add({ kind: "forward" }, [graph.input(head, {}, byId)], { parallelism, iteration });
  graph.add({ kind: "bulkTail" }, [step], { parallelism, iteration });
  const result = graph.add({ kind: "forward" }, [graph.input([{ source: head, output: 1 }])], { parallelism });
  graph.add({ kind: "sink", sink: 4, parameters: undefined }, [result], { parallelism });
  graph.add({ kind: "collect", index: 0 }, [result], { parallelism });
  const objects = [
    sampleSource(numRecords),
    code("flatMap", (record: SampleRecord) => [record, record]),
    code("mapPartition", function* (records: Iterable<SampleRecord>) {
      for (const { id, text } of records) yield { id, size: text.length };
    }),
    {
      method: "mapPartition",
      make: () => ({
        all: 0,
        open(context: { getBroadcastVariable(name: string): readonly unknown[] }) {
          this.all = context.getBroadcastVariable("all").length;
        },
        *mapPartition(records: Iterable<{ id: number }>) {
          for (const { id } of records) yield { id, all: this.all };
        },
      }),
    },
    sampleSink(log),
  ];
  const expected = Array.from({ length: numRecords * 4 }, (_, i) => ({ id: Math.floor(i / 4), all: numRecords }));
  return { graph: graph.build(), objects, log, expected };
}
