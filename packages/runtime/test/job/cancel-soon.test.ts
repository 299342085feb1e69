/** A function that is slow is not called for a page of records, or more, before the job hears that it was cancelled. */
import type { Host } from "@millrace/core";
import { nodeHost } from "@millrace/host-node";
import { type DriverSpec, JobGraphBuilder, type LocalStrategy, type PairResultSpec } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import type { LocalJob } from "../../src/index.js";
import { code, startGraph } from "../support/run-graph.js";
import { watchedMemory } from "../support/watched-memory.js";

const NUM_RECORDS = 4000;
/** How long a call takes. */
const CALL_MS = 10;
const CANCEL_AT = 40;

const keys = [{ path: "key" }];
const group = { keys, value: undefined };
const sort: LocalStrategy = { kind: "sort", keys };
const materialize: LocalStrategy = { kind: "materialize" };

const join = (result: PairResultSpec): DriverSpec => ({
  kind: "join",
  joinType: "inner",
  strategy: "hash-build-second",
  leftKeys: keys,
  rightKeys: keys,
  leftValue: undefined,
  rightValue: undefined,
  result,
});

interface Subject {
  readonly name: string;
  readonly driver: DriverSpec;
  readonly locals: readonly LocalStrategy[];
  readonly method: string;
  /** Makes what a call returns of its first argument. */
  readonly give?: (first: unknown) => unknown;
}

const none: LocalStrategy = { kind: "none" };
const many = (): unknown => [];

const subjects: readonly Subject[] = [
  {
    name: "reduce of everything",
    driver: { kind: "reduce", function: 1, group: { keys: undefined, value: undefined }, strategy: "all" },
    locals: [none],
    method: "reduce",
  },
  {
    name: "reduce of sorted groups",
    driver: { kind: "reduce", function: 1, group, strategy: "sorted" },
    locals: [sort],
    method: "reduce",
  },
  {
    name: "reduceGroup",
    driver: { kind: "groupReduce", function: 1, group, strategy: "sorted" },
    locals: [sort],
    method: "reduce",
    give: many,
  },
  {
    name: "join by a function",
    driver: join({ kind: "function", function: 1 }),
    locals: [none, none],
    method: "join",
  },
  {
    name: "join by a function that gives many",
    driver: join({ kind: "flatFunction", function: 1 }),
    locals: [none, none],
    method: "join",
    give: many,
  },
  {
    name: "cross",
    driver: { kind: "cross", inner: "second", result: { kind: "function", function: 1 } },
    locals: [none, materialize],
    method: "cross",
  },
  {
    name: "coGroup",
    driver: {
      kind: "coGroup",
      function: 1,
      leftKeys: keys,
      rightKeys: keys,
      leftValue: undefined,
      rightValue: undefined,
      solution: undefined,
    },
    locals: [sort, sort],
    method: "coGroup",
    give: many,
  },
];

/** A host on which time goes on only while the function is called. */
function slowHost(now: () => number): Host {
  return { ...nodeHost(), clock: { now, monotonic: now } };
}

describe.each(subjects)("[RT46] $name", ({ driver, locals, method, give = (first) => first }) => {
  it("hears of a cancellation after few calls", async () => {
    const memory = watchedMemory(256);
    const graph = new JobGraphBuilder();
    const inputs = locals.map((local) => graph.input(graph.add({ kind: "collection", records: 0 }), { local }));
    graph.add({ kind: "collect", index: 0 }, [graph.add(driver, inputs)]);
    const numKeys = method === "reduce" ? NUM_RECORDS / 2 : NUM_RECORDS;
    const records = Array.from({ length: NUM_RECORDS }, (_, id) => ({ id, key: id % numKeys }));
    let numCalls = 0;
    let job: LocalJob | undefined;
    const call = (first: unknown): unknown => {
      if (++numCalls === CANCEL_AT) void job?.cancel();
      return give(first);
    };
    job = startGraph(graph.build(), [records, code(method, call)], {
      host: slowHost(() => numCalls * CALL_MS),
      memory,
    });
    await expect(job.result).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(numCalls).toBeGreaterThanOrEqual(CANCEL_AT);
    expect(numCalls).toBeLessThan(CANCEL_AT + 10);
    memory.assertNothingLeft();
  });
});
