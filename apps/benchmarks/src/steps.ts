/**
 * The longest step of every operator, with inputs that provoke it: what a timer, a cancellation or an async source waits for at most, beside functions of the user.
 * The scheduler's code is loaded with two calls around each step; nothing is measured in what is published. Steps in which the garbage collector was at work for long are
 * measured again by the next round, so the least of the rounds is taken.
 *
 *     node src/steps.ts [records, 4000000 by default] [part of a name] [rounds, 2 by default]      (after a build)
 */
import nodeModule from "node:module";
import type { Collector, DataSet, ExecutionEnvironment } from "millrace";

const NUM_RECORDS = Number(process.argv[2] ?? 4_000_000);
const ONLY = process.argv[3] ?? "";
const NUM_ROUNDS = Number(process.argv[4] ?? 2);
/** From how many milliseconds on a step is printed beside the longest. */
const SHOWN_MS = 50;

/** The line of the scheduler that is measured. */
const STEP = "const state = task.step();";
const RUNTIME = /\/packages\/runtime\/dist\/index\.js$/;

interface Step {
  readonly ms: number;
  readonly task: string;
}
const steps: Step[] = [];
const measured = globalThis as { recordStep?: (task: { readonly name: string }, since: number) => void };
measured.recordStep = (task, since) => {
  const ms = performance.now() - since;
  if (ms > 5) steps.push({ ms, task: task.name });
};

interface Loaded {
  readonly source?: unknown;
}

interface ModuleHooks {
  registerHooks(hooks: {
    load(url: string, context: object, next: (url: string, context: object) => Loaded): Loaded;
  }): void;
}

// The types of the oldest Node.js that packages support don't know it; this program runs on newer ones only.
(nodeModule as unknown as ModuleHooks).registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!RUNTIME.test(url)) return loaded;
    const source = String(loaded.source);
    if (!source.includes(STEP)) throw new Error("The scheduler has no such line any more");
    const text = `const since = performance.now(); ${STEP} globalThis.recordStep(task, since);`;
    return { ...loaded, source: source.replace(STEP, text) };
  },
});

const millrace = await import("millrace");

type Pair = readonly [id: number, key: number];
type Job = (env: ExecutionEnvironment) => DataSet<unknown>;

const N = NUM_RECORDS;
const SPREAD = 7919;

/** Tuples of a number that is spread, and `key`. */
function pairs(env: ExecutionEnvironment, key: (i: number) => number, count = N): DataSet<Pair> {
  const spread = SPREAD;
  return env.generateSequence(0, count - 1).map((i): Pair => [(i * spread) % count, key(i)]);
}

const texts = (env: ExecutionEnvironment, count = N): DataSet<Text> =>
  env.generateSequence(0, count - 1).map((i): Text => [`the key of a record, ${(i * 7919) % 4_000_037}`, i]);

const same = (): number => 1;
const id = (i: number): number => i;

type Text = readonly [text: string, number: number];

const sumOfText = ([a, b]: Text, [, c]: Text): Text => [a, b + c];
const sum = ([a, b]: Pair, [, c]: Pair): Pair => [a, b + c];

/** By memory, since that says which way an operator goes. */
const jobs: Readonly<Record<string, Readonly<Record<string, Job>>>> = {
  "1GiB": {
    "sort, spread": (env) => pairs(env, id).sortPartition(0, "ascending"),
    "sort, equal": (env) => pairs(env, same).sortPartition(1, "ascending"),
    "sort by two fields": (env) => pairs(env, same).sortPartition(1, "ascending").sortPartition(0, "descending"),
    "sort texts": (env) => texts(env).sortPartition(0, "ascending"),
    "sort, a second type at the end": (env) =>
      env
        .generateSequence(0, N - 1)
        .map((i) => ({ key: i < N - 10 ? i % 1000 : `${i}`, other: i }) as { key: number; other: number })
        .sortPartition("key", "ascending"),
    "order by": (env) => pairs(env, id).orderBy(0),
    "merge join, no matches": (env) =>
      pairs(env, (i) => i * 2)
        .join(
          pairs(env, (i) => i * 2 + 1),
          "repartition-sort-merge",
        )
        .where(1)
        .equalTo(1)
        .with(([a]) => a),
    "merge join, one against all": (env) =>
      pairs(env, same, 1)
        .join(pairs(env, same), "repartition-sort-merge")
        .where(1)
        .equalTo(1)
        .with(([a]) => a),
    "merge join, all against one": (env) =>
      pairs(env, same)
        .join(pairs(env, same, 1), "repartition-sort-merge")
        .where(1)
        .equalTo(1)
        .projectFirst(0),
    "merge join, all against all": (env) =>
      pairs(env, same, 3000)
        .join(pairs(env, same, 3000), "repartition-sort-merge")
        .where(1)
        .equalTo(1)
        .with(([a]) => a),
    "merge semi join, equal": (env) =>
      pairs(env, same).semiJoin(pairs(env, same), "repartition-sort-merge").where(1).equalTo(1),
    "merge full outer join": (env) =>
      pairs(env, (i) => i * 2)
        .fullOuterJoin(
          pairs(env, (i) => i * 2 + 1),
          "repartition-sort-merge",
        )
        .where(1)
        .equalTo(1)
        .with((a) => a?.[0] ?? 0),
    "hash join": (env) => pairs(env, id).join(pairs(env, id)).where(0).equalTo(0).projectFirst(0).projectSecond(1),
    "hash join with a function": (env) =>
      pairs(env, id)
        .join(pairs(env, id))
        .where(0)
        .equalTo(0)
        .with(([a]) => a),
    "hash join, no matches": (env) =>
      pairs(env, (i) => i * 2)
        .join(pairs(env, (i) => i * 2 + 1))
        .where(1)
        .equalTo(1)
        .with(([a]) => a),
    "hash join, one against all": (env) =>
      pairs(env, same, 1)
        .join(pairs(env, same))
        .where(1)
        .equalTo(1)
        .with(([a]) => a),
    "hash join, all against one": (env) =>
      pairs(env, same)
        .join(pairs(env, same, 1))
        .where(1)
        .equalTo(1)
        .with(([a]) => a),
    "hash join, all against all": (env) =>
      pairs(env, same, 3000)
        .join(pairs(env, same, 3000))
        .where(1)
        .equalTo(1)
        .projectFirst(0),
    "hash join of texts": (env) =>
      texts(env, N / 2)
        .join(texts(env, N / 2))
        .where(0)
        .equalTo(0)
        .projectFirst(0)
        .projectSecond(1),
    "hash full outer join": (env) =>
      pairs(env, (i) => i * 2)
        .fullOuterJoin(pairs(env, (i) => i * 2 + 1))
        .where(1)
        .equalTo(1)
        .with((a) => a?.[0] ?? 0),
    "hash left outer join": (env) =>
      pairs(env, (i) => i * 2)
        .leftOuterJoin(
          pairs(env, (i) => i * 2 + 1),
          "repartition-hash-first",
        )
        .where(1)
        .equalTo(1)
        .with((a) => a[0]),
    "hash semi join, equal": (env) => pairs(env, same).semiJoin(pairs(env, same)).where(1).equalTo(1),
    "hash anti join": (env) =>
      pairs(env, (i) => i * 2)
        .antiJoin(pairs(env, (i) => i * 2 + 1))
        .where(1)
        .equalTo(1),
    "flat join, equal": (env) =>
      pairs(env, same, 3000)
        .join(pairs(env, same, 3000))
        .where(1)
        .equalTo(1)
        .flatWith(() => []),
    "reduce, one group": (env) =>
      pairs(env, same)
        .groupBy(1)
        .reduce(([a, b], [c]): Pair => [a + c, b]),
    "reduce, as many groups": (env) => pairs(env, id).groupBy(0).reduce(sum),
    "reduce by text": (env) => texts(env).groupBy(0).reduce(sumOfText),
    "reduce all": (env) => pairs(env, id).reduce(sum),
    "sum, as many groups": (env) => pairs(env, id).groupBy(0).sum(1),
    "sum, one group": (env) => pairs(env, same).groupBy(1).sum(0),
    "sum by text": (env) => texts(env).groupBy(0).sum(1),
    "least text by group": (env) => texts(env).groupBy(1).min(0),
    "min by": (env) => pairs(env, same).groupBy(1).minBy(0),
    "min by of all": (env) => pairs(env, id).minBy(0),
    distinct: (env) => pairs(env, id).distinct(0),
    "distinct, equal": (env) => pairs(env, same).distinct(1),
    "distinct texts": (env) => texts(env).distinct(0),
    "first of groups": (env) => pairs(env, same).groupBy(1).first(1),
    "sorted groups": (env) => pairs(env, same).groupBy(1).sortGroup(0).first(2),
    "reduce groups, unread": (env) =>
      pairs(env, same)
        .groupBy(1)
        .reduceGroup(() => [1]),
    "co-group, unread": (env) =>
      pairs(env, same)
        .coGroup(pairs(env, same))
        .where(1)
        .equalTo(1)
        .with(() => [1]),
    "combine groups": (env) =>
      pairs(env, id)
        .groupBy(0)
        .combineGroup(() => []),
    "combine one group": (env) =>
      pairs(env, same)
        .groupBy(1)
        .combineGroup(() => [1]),
    cross: (env) =>
      pairs(env, id, 3000)
        .cross(pairs(env, id, 3000))
        .projectFirst(0),
    "cross with a function": (env) =>
      pairs(env, id, 3000)
        .cross(pairs(env, id, 3000))
        .with(([a]) => a),
    "flat map, one call": (env) =>
      env.fromCollection([0]).flatMap((_, out: Collector<Pair>) => {
        for (let i = 0; i < 4_000_000; i++) out.collect([i, i]);
      }),
    "map partition, one call": (env) =>
      env.fromCollection([0]).mapPartition((_, out: Collector<Pair>) => {
        for (let i = 0; i < 4_000_000; i++) out.collect([i, i]);
      }),
    "first of all": (env) => pairs(env, id).first(1),
    "partition by range": (env) => pairs(env, id).partitionByRange(0),
    rebalance: (env) => pairs(env, id).rebalance(),
    "bulk iteration": (env) => {
      const loop = pairs(env, id, N / 4).iterate(2);
      return loop.closeWith(loop.map(([a, b]) => [a, b + 1]));
    },
    "delta iteration": (env) => delta(env, N / 2),
  },
  "16MiB": {
    "sort, spread": (env) => pairs(env, id).sortPartition(0, "ascending"),
    "sort texts": (env) => texts(env).sortPartition(0, "ascending"),
    "merge join, all against all": (env) =>
      texts(env, N / 4)
        .map(([text, i]): readonly [number, string] => [i % 2, text])
        .join(pairs(env, same, 3), "repartition-sort-merge")
        .where(0)
        .equalTo(1)
        .projectFirst(0),
    "merge join, groups on disk": (env) =>
      pairs(env, same, 3).join(pairs(env, same), "repartition-sort-merge").where(1).equalTo(1).projectFirst(0),
    "hash join": (env) => pairs(env, id).join(pairs(env, id)).where(0).equalTo(0).projectFirst(0).projectSecond(1),
    "hash join of texts": (env) =>
      texts(env, N / 2)
        .join(texts(env, N / 2))
        .where(0)
        .equalTo(0)
        .projectFirst(0)
        .projectSecond(1),
    "hash join, in chunks": (env) =>
      pairs(env, same, 3).join(pairs(env, same), "repartition-hash-second").where(1).equalTo(1).projectFirst(0),
    "hash full outer join": (env) =>
      pairs(env, (i) => i * 2)
        .fullOuterJoin(pairs(env, (i) => i * 2 + 1))
        .where(1)
        .equalTo(1)
        .with((a) => a?.[0] ?? 0),
    "reduce, as many groups": (env) => pairs(env, id).groupBy(0).reduce(sum),
    "reduce by text": (env) => texts(env).groupBy(0).reduce(sumOfText),
    "sum, as many groups": (env) => pairs(env, id).groupBy(0).sum(1),
    "sum by text": (env) => texts(env).groupBy(0).sum(1),
    distinct: (env) => pairs(env, id).distinct(0),
    "distinct texts": (env) => texts(env).distinct(0),
    "reduce groups, unread": (env) =>
      pairs(env, same)
        .groupBy(1)
        .reduceGroup(() => [1]),
    "co-group, unread": (env) =>
      pairs(env, same)
        .coGroup(pairs(env, same))
        .where(1)
        .equalTo(1)
        .with(() => [1]),
    "flat map, one call": (env) =>
      env.fromCollection([0]).flatMap((_, out: Collector<Pair>) => {
        for (let i = 0; i < 4_000_000; i++) out.collect([i, i]);
      }),
    "delta iteration": (env) => delta(env, N / 4),
  },
};

function delta(env: ExecutionEnvironment, count: number): DataSet<unknown> {
  const records = pairs(env, id, count).map(([a, b]) => ({ id: a, value: b, text: `${b}` }));
  const loop = records.iterateDelta(records, 3, "id");
  const changes = loop.workset
    .join(loop.solutionSet)
    .where("id")
    .equalTo("id")
    .with((a, b) => ({ ...b, value: a.value + b.value, text: `${b.text}.` }));
  return loop.closeWith(
    changes,
    changes.filter((item) => item.id % 2 === 0),
  );
}

async function longestOf(job: Job, memory: string): Promise<Step[]> {
  const env = millrace.ExecutionEnvironment.createEnvironment("local", { memory, parallelism: 1, checkRecords: false });
  steps.length = 0;
  await job(env).count();
  return steps.sort((a, b) => b.ms - a.ms).slice(0, 6);
}

for (const [memory, ofMemory] of Object.entries(jobs)) {
  for (const [name, job] of Object.entries(ofMemory)) {
    if (!`${memory} ${name}`.includes(ONLY)) continue;
    let best: Step[] | undefined;
    const begin = performance.now();
    for (let round = 0; round < NUM_ROUNDS; round++) {
      const found = await longestOf(job, memory).catch((error: unknown) => [{ ms: 0, task: String(error) }]);
      if (best === undefined || (found[0]?.ms ?? 0) < (best[0]?.ms ?? 0)) best = found;
    }
    const seconds = (performance.now() - begin) / 1000 / NUM_ROUNDS;
    const shown = best!
      .filter(({ ms }, i) => i === 0 || ms > SHOWN_MS)
      .map(({ ms, task }) => `${ms.toFixed(0)} ms ${task}`);
    console.log(
      `${memory.padStart(6)}  ${name.padEnd(32)} ${seconds.toFixed(1).padStart(5)} s  ${shown.join(", ") || "5 ms"}`,
    );
  }
}
