/**
 * Plans in which tasks could wait for each other for ever if what comes late were not taken in. In one slot the runtime would notice and
 * take pages off a full channel; between slots nobody could, so the plan must not rely on it.
 */
import { type DataSet, ExecutionEnvironment } from "@millrace/dataset";
import { nodeHost } from "@millrace/host-node";
import { afterAll, describe, expect, test } from "vitest";
import { localEngine } from "../src/index.js";
import { preventDeadlocks } from "../src/translate/deadlock-freedom.js";
import { GraphDraft, type InputDraft } from "../src/translate/graph-draft.js";
import { graphOf } from "./explained.js";

/** More than all channels of a plan hold. */
const NUM_RECORDS = 200_000;

const engine = localEngine(nodeHost(), { memory: "64MiB" });
afterAll(() => engine.close());

const numbers = (env: ExecutionEnvironment) => env.generateSequence(1, NUM_RECORDS).map((id) => ({ id }));

interface Program {
  readonly situation: string;
  readonly build: (env: ExecutionEnvironment) => DataSet<unknown>;
  readonly numResults: number;
  /** The inputs that are taken in, as the text of the graph shows them. */
  readonly takenIn: readonly RegExp[];
}

const programs: readonly Program[] = [
  {
    situation: "both sides of a join come from one data set",
    build: (env) => {
      const shared = numbers(env);
      return shared
        .filter(({ id }) => id % 2 === 0)
        .join(shared.filter(({ id }) => id % 3 === 0))
        .where("id")
        .equalTo("id");
    },
    numResults: Math.floor(NUM_RECORDS / 6),
    takenIn: [/left {2}<- \d+ by hash of id, taken in/],
  },
  {
    situation: "two joins read two data sets in opposite order",
    build: (env) => {
      const [a, b] = [numbers(env), numbers(env)];
      const one = a.join(b).where("id").equalTo("id");
      const two = b.join(a).where("id").equalTo("id");
      return one.union(two);
    },
    numResults: NUM_RECORDS * 2,
    takenIn: [/left {2}<- \d+ by hash of id, taken in/],
  },
  {
    situation: "a broadcast set is made of what its reader reads",
    build: (env) => {
      const shared = numbers(env);
      return shared
        .map((record) => record)
        .withBroadcastSet(
          shared.filter(({ id }) => id === NUM_RECORDS),
          "last",
        );
    },
    numResults: NUM_RECORDS,
    takenIn: [/input <- \d+ forward, taken in/],
  },
  {
    situation: "a cross meets its own input again",
    build: (env) => {
      const shared = numbers(env);
      return shared.cross(shared.reduce((a) => a));
    },
    numResults: NUM_RECORDS,
    takenIn: [/left {2}<- \d+ forward, taken in/],
  },
];

describe.each(programs)("$situation", ({ build, numResults, takenIn }) => {
  test.each([1, 3])("the program ends at parallelism %i", async (parallelism) => {
    const env = ExecutionEnvironment.onEngine(engine, { parallelism });
    expect(await build(env).count()).toBe(numResults);
  });

  test("the input that is read late is taken in, once", async () => {
    const graph = await graphOf(build(ExecutionEnvironment.onEngine(engine, { parallelism: 3 })));
    for (const input of takenIn) expect(graph).toMatch(input);
    const isForItsDriver = (line: string): boolean => /broadcast/.test(line);
    const dams = graph.split("\n").filter((line) => line.includes("taken in") && !isForItsDriver(line));
    expect(dams).toHaveLength(takenIn.length);
  });
});

test("what shares nothing is not taken in", async () => {
  const env = ExecutionEnvironment.onEngine(engine, { parallelism: 3 });
  const graph = await graphOf(numbers(env).join(numbers(env)).where("id").equalTo("id"));
  expect(graph).not.toContain("taken in");
});

test("a sorted side needs no other dam", async () => {
  const env = ExecutionEnvironment.onEngine(engine, { parallelism: 3 });
  const shared = numbers(env);
  const graph = await graphOf(shared.join(shared, "repartition-sort-merge").where("id").equalTo("id"));
  expect(graph).not.toContain("taken in");
});

/** Drafts a chain of joins, each of which reads the one before and a vertex that all of them read. */
function chainOfJoins(numJoins: number): GraphDraft {
  const draft = new GraphDraft();
  const operator = { id: 0, name: "test", location: undefined, parameters: undefined, resultType: undefined };
  const settings = { name: "test", parallelism: 1, operator, iteration: undefined };
  const keys = [{ path: "id" }];
  const join = {
    kind: "join",
    joinType: "inner",
    strategy: "hash-build-second",
    leftKeys: keys,
    rightKeys: keys,
    leftValue: undefined,
    rightValue: undefined,
    result: { kind: "left" },
  } as const;
  const reading = (source: number): InputDraft => ({
    edges: [{ source, output: 0, ship: { kind: "forward" }, mode: "pipelined" }],
    local: { kind: "none" },
    isInOrder: false,
    isConstant: false,
  });
  let last = draft.add({ ...settings, driver: { kind: "collection", records: 0 }, inputs: [] });
  for (let i = 0; i < numJoins; i++) {
    last = draft.add({ ...settings, driver: join, inputs: [reading(last.id), reading(0)] });
  }
  return draft;
}

test("the search goes over a plan once, however many joins are in it", () => {
  const [steps, twice] = [500, 1000].map((numJoins) => {
    const draft = chainOfJoins(numJoins);
    const numSteps = preventDeadlocks(draft.vertices);
    const numTakenIn = draft.vertices.filter(({ inputs }) => inputs.some(({ local }) => local.kind !== "none")).length;
    expect(numTakenIn).toBe(numJoins);
    return numSteps;
  }) as [number, number];
  // Two edges per join, and a few looks at each.
  expect(twice).toBeLessThan(1000 * 30);
  expect(twice / steps).toBeLessThan(2.1);
});

test("in a plan of a thousand joins that read one data set each takes one side in", async () => {
  const env = ExecutionEnvironment.onEngine(engine);
  let data: DataSet<{ id: number }> = env.fromElements({ id: 1 });
  const shared = data;
  for (let i = 0; i < 1000; i++) {
    data = data
      .join(shared)
      .where("id")
      .equalTo("id")
      .with((left) => left);
  }
  expect((await graphOf(data)).split("\n").filter((line) => line.includes("taken in"))).toHaveLength(1000);
});
