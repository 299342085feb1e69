import {
  type Configuration,
  IntCounter,
  type Sink,
  type Source,
  type SourceSplit,
  type SubtaskIoContext,
  types,
} from "@millrace/core";
import { bag, failure, law, ordered } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

interface RangeSplit extends SourceSplit {
  readonly from: number;
  readonly to: number;
}

/** Reads the integers of a range, in as many splits as asked for, two records a batch. */
function rangeSource(to: number, numSplits: number): Source<number, RangeSplit> {
  return {
    name: `integers to ${to}`,
    type: types.int32,
    createSplits: async () =>
      Array.from({ length: numSplits }, (_, index) => ({
        index,
        from: Math.floor((index * to) / numSplits) + 1,
        to: Math.floor(((index + 1) * to) / numSplits),
      })),
    async *read(split: RangeSplit, context: SubtaskIoContext) {
      context.count("splits", 1);
      let batch: number[] = [];
      for (let n = split.from; n <= split.to; n++) {
        batch.push(n);
        if (batch.length < 2) continue;
        yield batch;
        batch = [];
      }
      yield batch;
    },
  };
}

/** Counts what it is given in accumulators, which every engine brings back; calls out of order throw. */
function countingSink(): Sink<number> {
  return {
    name: "counts",
    async openWriter(context) {
      let isOpen = true;
      context.count("opened", 1);
      return {
        write(record) {
          if (!isOpen) throw new Error("written after it was closed");
          context.count("written", 1);
          context.count("sum", record);
        },
        async close() {
          if (!isOpen) throw new Error("closed twice");
          isOpen = false;
          context.count("closed", 1);
        },
        async abort() {
          isOpen = false;
          context.count("aborted", 1);
        },
      };
    },
  };
}

/** Multiplies by a factor that it finds in the parameters of the source. */
function scaledSource(): Source<number> {
  return {
    name: "scaled",
    createSplits: async () => [{ index: 0 }],
    async *read(_split: SourceSplit, { parameters }: { readonly parameters: Configuration }) {
      yield [1, 2, 3].map((n) => n * parameters.getNumber("factor", 1));
    },
  };
}

export const ioPrograms: readonly ConformanceProgram[] = [
  ...[1, 3, 20].map((numSplits) =>
    program(`sources/every one of ${numSplits} splits is read once`, {
      covers: ["B135", "B142", "T022"],
      operators: ["createInput"],
      build: async (env) => {
        const records = await env.createInput(rangeSource(100, numSplits)).collect();
        return [...records, { splits: env.getLastJobExecutionResult()!.getAccumulatorResult("splits") }];
      },
      expected: bag([...integers(1, 100), { splits: numSplits }], {
        render: (record: number | { splits: unknown }) =>
          typeof record === "number" ? record : { splits: Number(record.splits) },
      }),
    }),
  ),
  program("sources/without splits there are no records", {
    covers: ["B135"],
    operators: ["createInput"],
    build: (env) => env.createInput(rangeSource(100, 0)),
    expected: bag([]),
  }),
  program("sources/parameters reach the source", {
    covers: ["B112", "T022"],
    operators: ["createInput", "withParameters"],
    build: (env) => env.createInput(scaledSource()).withParameters({ factor: 5 }),
    expected: bag([5, 10, 15]),
  }),
  program("sources/one that must not be parallel is read by one subtask", {
    covers: ["B145"],
    operators: ["createInput", "mapPartition"],
    build: (env) =>
      env
        .createInput({ ...rangeSource(10, 4), isNonParallel: true })
        .mapPartition((values, _out: unknown, context) => [[context.numParallelSubtasks, [...values].join()]])
        .setParallelism(1),
    expected: bag([[1, integers(1, 10).join()]]),
  }),
  program("sources/that fail fail the job", {
    covers: ["B135"],
    operators: ["createInput"],
    build: (env) =>
      env.createInput({
        ...rangeSource(10, 2),
        async *read(): AsyncGenerator<number[]> {
          yield [1];
          throw new Error("the disk is gone");
        },
      }),
    expected: failure("FUNCTION_FAILED", "the disk is gone"),
  }),
  program("sources/a record that contradicts the declared type", {
    covers: ["B061"],
    operators: ["fromCollection"],
    build: (env) => env.fromCollection<{ n: number }>([{ n: 1 }, { n: "2" as never }], types.row({ n: types.int32 })),
    expected: failure("RECORD_TYPE_MISMATCH", "n", "int32"),
  }),
  program("sequence/both bounds are included", {
    covers: ["B137"],
    operators: ["generateSequence"],
    build: (env) => env.generateSequence(-3, 40),
    expected: bag(integers(-3, 40)),
  }),
  program("sequence/parts are contiguous, their sizes differ by at most one", {
    covers: ["B137"],
    operators: ["generateSequence", "mapPartition"],
    build: (env) => env.generateSequence(1, 100).mapPartition((values) => [[...values]]),
    expected: law("parts are contiguous and even", (parts: readonly number[][], parallelism) => {
      const sizes = parts.map((part) => part.length);
      if (parts.length !== parallelism) return `there are ${parts.length} parts`;
      if (Math.max(...sizes) - Math.min(...sizes) > 1) return `sizes are ${sizes.join()}`;
      const broken = parts.find((part) => part.some((n, i) => i > 0 && n !== part[i - 1]! + 1));
      return broken === undefined ? undefined : `a part is ${broken.join()}`;
    }),
  }),
  program("sequence/of one", {
    covers: ["B137"],
    operators: ["generateSequence"],
    build: (env) => env.generateSequence(5, 5),
    expected: bag([5]),
  }),
  program("sequence/bounds the wrong way round", {
    covers: ["B137"],
    operators: ["generateSequence"],
    build: (env) => env.generateSequence(2, 1),
    expected: failure("INVALID_ARGUMENT"),
  }),
  program("collections/a set, a map and a generator", {
    covers: ["B136"],
    operators: ["fromCollection", "union"],
    build: (env) =>
      env
        .fromCollection(new Set(["a", "b"]))
        .union(env.fromCollection(new Map([["c", 1]])).map(([key, value]) => `${key}${value}`))
        .union(
          env.fromCollection(
            (function* () {
              yield "d";
              yield "e";
            })(),
          ),
        ),
    expected: bag(["a", "b", "c1", "d", "e"]),
  }),
  program("collections/an async iterable", {
    covers: ["B136"],
    operators: ["fromAsyncIterable"],
    build: (env) =>
      env.fromAsyncIterable(async function* () {
        for (const n of integers(1, 20)) yield n;
      }),
    expected: bag(integers(1, 20)),
  }),
  program("sinks/every record is written once, and every writer is closed", {
    covers: ["B154", "B159"],
    operators: ["rebalance", "output", "execute"],
    build: async (env, { parallelism }) => {
      env
        .fromCollection(integers(1, 100))
        .rebalance()
        .map((n) => n)
        .output(countingSink());
      const result = await env.execute("write");
      const count = (name: string) => Number(result.getAccumulatorResult(name) ?? 0);
      return [
        count("written"),
        count("sum"),
        count("opened") - parallelism,
        count("closed") - parallelism,
        count("aborted"),
      ];
    },
    expected: ordered([100, 5050, 0, 0, 0]),
  }),
  program("sinks/two of them in one job, each once", {
    covers: ["B006", "T021"],
    operators: ["output", "union", "execute"],
    build: async (env) => {
      const numbers = env.fromCollection(integers(1, 10)).map((n, context) => {
        context.getAccumulator("computed", IntCounter).add(1);
        return n;
      });
      numbers.output(countingSink());
      numbers.union(numbers).output(countingSink());
      const result = await env.execute("two sinks");
      return [Number(result.getAccumulatorResult("written")), Number(result.getAccumulatorResult("sum"))];
    },
    expected: ordered([30, 165]),
  }),
  program("sinks/are taken by execute", {
    covers: ["B006"],
    operators: ["output", "execute"],
    build: async (env) => {
      env.fromElements(1).output(countingSink());
      await env.execute("first");
      return env.execute("second").then(
        () => ["it ran again"],
        (error: { code?: string }) => [error.code],
      );
    },
    expected: bag(["NO_SINKS"]),
  }),
  program("sinks/execute without one", {
    covers: ["B001"],
    operators: ["execute"],
    build: async (env) => {
      env.fromElements(1).map((n) => n);
      await env.execute("nothing");
      return [];
    },
    expected: failure("NO_SINKS", "collect()"),
  }),
  program("files/text at parallelism 1 is a file", {
    covers: ["B150", "B156"],
    operators: ["writeAsText", "readTextFile", "execute"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.path("lines.txt");
      env.fromElements("a", "b\u00e9", "").writeAsText(path).setParallelism(1);
      await env.execute("write");
      return [await run.readFile(path), ...(await env.readTextFile(path).collect())];
    },
    expected: bag(["a\nb\u00e9\n\n", "a", "b\u00e9", ""]),
  }),
  program("files/text at parallelism 3 is a directory of files 1, 2 and 3", {
    covers: ["B140", "B156"],
    operators: ["writeAsText", "readTextFile", "execute"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.path("parts");
      env
        .fromCollection(integers(1, 30))
        .rebalance()
        .map((n) => `line ${n}`)
        .setParallelism(3)
        .writeAsText(path)
        .setParallelism(3);
      await env.execute("write");
      const names = (await run.files.list(path)).map((entry) => entry.path.slice(entry.path.lastIndexOf("/") + 1));
      return [names.sort().join(), ...(await env.readTextFile(path).collect())];
    },
    expected: bag(["1,2,3", ...integers(1, 30).map((n) => `line ${n}`)]),
  }),
  program("files/an existing file is not overwritten unless asked", {
    covers: ["B155"],
    operators: ["writeAsText", "execute"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.writeFile("there.txt", "old\n");
      env.fromElements("new").writeAsText(path).setParallelism(1);
      const refused = await env.execute("write").then(
        () => "it was overwritten",
        (error: { code?: string }) => error.code,
      );
      const before = await run.readFile(path);
      env.fromElements("new").writeAsText(path, { writeMode: "overwrite" }).setParallelism(1);
      await env.execute("overwrite");
      return [refused, before, await run.readFile(path)];
    },
    expected: ordered(["FILE_EXISTS", "old\n", "new\n"]),
  }),
  program("files/a failed job leaves nothing", {
    covers: ["B157"],
    operators: ["writeAsText", "execute"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.path("partial.txt");
      env
        .fromCollection(integers(1, 1000))
        .map((n) => {
          if (n === 900) throw new Error("too much");
          return `line ${n}`;
        })
        .writeAsText(path);
      const failed = await env.execute("fail").then(
        () => "it ended well",
        (error: { code?: string }) => error.code,
      );
      const left = await run.files.list(await run.path("."));
      return [failed, left.length];
    },
    expected: ordered(["FUNCTION_FAILED", 0]),
  }),
  program("files/CSV is written and read back", {
    covers: ["B133", "B152"],
    operators: ["writeAsCsv", "readCsvFile", "execute"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.path("rows.csv");
      env
        .fromElements<[number, string, boolean]>([1, "plain", true], [2, 'a "quoted", one', false], [3, "", true])
        .writeAsCsv(path);
      await env.execute("write");
      return env.readCsvFile(path, { types: types.tuple(types.int32, types.string, types.boolean) });
    },
    expected: bag([
      [1, "plain", true],
      [2, 'a "quoted", one', false],
      [3, "", true],
    ]),
  }),
  program("files/JSON lines are written and read back", {
    covers: ["B150"],
    operators: ["writeAsJsonLines", "readJsonLines", "execute"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.path("rows.jsonl");
      env
        .fromElements<{ id: number; tags: string[]; more: { deep: string | null } }>(
          { id: 1, tags: ["a", "b"], more: { deep: null } },
          { id: 2, tags: [], more: { deep: 'x"\n\u2028' } },
        )
        .writeAsJsonLines(path);
      await env.execute("write");
      return env.readJsonLines(path);
    },
    expected: bag([
      { id: 1, tags: ["a", "b"], more: { deep: null } },
      { id: 2, tags: [], more: { deep: 'x"\n\u2028' } },
    ]),
  }),
  program("files/each subtask writes in local order", {
    covers: ["B160", "T022"],
    operators: ["sortLocalOutput", "writeAsText", "execute"],
    keyKinds: ["field"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.path("sorted");
      env
        .fromCollection(integers(1, 60).map((n) => ({ n: (n * 17) % 61 })))
        .rebalance()
        .writeAsFormattedText(path, ({ n }) => String(n))
        .sortLocalOutput("n", "descending")
        .setParallelism(2);
      await env.execute("write");
      const parts = await Promise.all(["1", "2"].map((name) => run.readFile(`${path}/${name}`)));
      return parts.map((part) => part.trimEnd().split("\n").map(Number));
    },
    expected: [
      law("each file is sorted", (parts: readonly number[][]) => {
        const wrong = parts.findIndex((part) => part.some((n, i) => i > 0 && n >= part[i - 1]!));
        return wrong < 0 ? undefined : `file ${wrong + 1} is ${parts[wrong]!.join()}`;
      }),
      law("together they hold every record", (parts: readonly number[][]) => {
        const all = parts.flat().sort((a, b) => a - b);
        return all.join() === integers(1, 60).join() ? undefined : `they hold ${all.join()}`;
      }),
    ],
  }),
  program("files/one that does not exist", {
    covers: ["B130"],
    operators: ["readTextFile"],
    needs: ["files"],
    build: async (env, run) => env.readTextFile(await run.path("missing.txt")),
    expected: failure("FILE_NOT_FOUND", "missing.txt"),
  }),
  program("files/a directory: hidden files are left out", {
    covers: ["B140"],
    operators: ["readTextFile"],
    needs: ["files"],
    build: async (env, run) => {
      await run.files.makeDirectory(await run.path("dir"));
      for (const name of ["one", "two", "_meta", ".hidden"]) await run.writeFile(`dir/${name}`, `${name}\n`);
      return env.readTextFile(await run.path("dir"));
    },
    expected: bag(["one", "two"]),
  }),
];
