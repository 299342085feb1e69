import { operatorOf } from "@millrace/common-api";
import {
  bareHost,
  Configuration,
  type IoContext,
  MemoryFileSystem,
  type Sink,
  type Source,
  type SourceSplit,
  type SubtaskIoContext,
  types,
} from "@millrace/core";
import { describe, expect, test } from "vitest";
import type { DataSet } from "../src/index.js";
import { errorOf, recording } from "./recording-engine.js";

const context = { signal: new AbortController().signal } as unknown as IoContext & SubtaskIoContext;

function sourceOf(data: DataSet<unknown>): Source<unknown> {
  return (operatorOf(data) as unknown as { source: Source<unknown> }).source;
}

/** Reads all splits of a source, each as a list of its records. */
async function read(data: DataSet<unknown>, minNumSplits: number): Promise<unknown[][]> {
  const source = sourceOf(data);
  const splits = await source.createSplits(minNumSplits, context);
  const parts: unknown[][] = [];
  for (const split of splits) {
    const part: unknown[] = [];
    for await (const batch of source.read(split as SourceSplit, context)) part.push(...batch);
    parts.push(part);
  }
  return parts;
}

describe("sources", () => {
  test("[D70] a collection is an iterable object; a string is none", async () => {
    const { env } = recording();
    for (const wrong of ["abc", 3, null, undefined, {}]) {
      expect((await errorOf(() => env.fromCollection(wrong as never))).code, String(wrong)).toBe("INVALID_ARGUMENT");
    }
    const stream = () => env.fromCollection((async function* () {})() as never);
    expect((await errorOf(stream)).message).toContain("fromAsyncIterable");
    const typed = env.fromCollection([{ a: 1 }], types.row({ a: types.int32 }));
    expect(operatorOf(typed)).toMatchObject({ kind: "collectionSource", settings: { parallelism: 1 } });
  });

  test("[D71] a sequence has both bounds, in contiguous splits whose sizes differ by one at most", async () => {
    const { env } = recording();
    expect(await read(env.generateSequence(1, 10), 3)).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7],
      [8, 9, 10],
    ]);
    expect(await read(env.generateSequence(5, 5), 4)).toEqual([[5]]);
    expect((await read(env.generateSequence(-5000, 5000), 1))[0]).toHaveLength(10_001);
    expect((await errorOf(() => env.generateSequence(2, 1))).code).toBe("INVALID_ARGUMENT");
    expect((await errorOf(() => env.generateSequence(0.5, 1))).code).toBe("INVALID_ARGUMENT");
  });

  test("[D72] an async iterable is read once, a function opens a new one for each job", async () => {
    const { env } = recording();
    async function* numbers() {
      for (let i = 0; i < 3000; i++) yield i;
    }
    const reopened = env.fromAsyncIterable(numbers);
    expect((await read(reopened, 4))[0]).toHaveLength(3000);
    expect((await read(reopened, 4))[0]).toHaveLength(3000);
    const once = env.fromAsyncIterable(numbers());
    expect((await read(once, 4))[0]).toHaveLength(3000);
    expect((await errorOf(() => read(once, 4))).code).toBe("ITERABLE_CONSUMED");
    const web = new ReadableStream({
      start(controller) {
        controller.enqueue("a");
        controller.close();
      },
    });
    const streamed = env.fromAsyncIterable(web as unknown as AsyncIterable<string>);
    expect(await read(streamed, 1)).toEqual([["a"]]);
    expect((await errorOf(() => read(streamed, 1))).message).toContain("fromAsyncIterable(() =>");
    const collection = env.fromAsyncIterable(new Set([1]));
    expect(await read(collection, 1)).toEqual(await read(collection, 1));
    expect((await errorOf(() => env.fromAsyncIterable(3 as never))).code).toBe("INVALID_ARGUMENT");
  });

  test("[D72] a stream that waits for more does not hold a cancelled job, and is closed", async () => {
    const { env } = recording();
    const controller = new AbortController();
    const cancelled = { signal: controller.signal } as unknown as IoContext & SubtaskIoContext;
    let isDestroyed = false;
    const idle = {
      destroy: () => {
        isDestroyed = true;
      },
      async *[Symbol.asyncIterator]() {
        yield 1;
        controller.abort(new Error("enough"));
        await new Promise(() => undefined);
      },
    };
    const source = sourceOf(env.fromAsyncIterable(idle));
    const reading = async () => {
      for await (const _ of source.read({ index: 0 }, cancelled));
    };
    await expect(reading()).rejects.toThrow("enough");
    expect(isDestroyed).toBe(true);
  });

  test("[D72] an async iterable is closed when its reader leaves early, and not when it failed", async () => {
    const { env } = recording();
    const closed: string[] = [];
    const endless = (name: string, failsAt: number) => ({
      [Symbol.asyncIterator]: () => {
        let n = 0;
        return {
          next: async () => {
            if (n === failsAt) throw new Error("broken");
            return { done: false as const, value: n++ };
          },
          return: async () => {
            closed.push(name);
            return { done: true as const, value: undefined };
          },
        };
      },
    });
    for await (const _ of sourceOf(env.fromAsyncIterable(endless("left", -1))).read({ index: 0 }, context)) break;
    await expect(read(env.fromAsyncIterable(endless("failed", 3)), 1)).rejects.toThrow("broken");
    expect(closed).toEqual(["left"]);
  });

  test("[D72] a parallel collection is asked for each part once", async () => {
    const { env } = recording();
    const parts = env.fromParallelCollection((index, numParts) => [`${index} of ${numParts}`]);
    expect(await read(parts, 3)).toEqual([["0 of 3"], ["1 of 3"], ["2 of 3"]]);
    expect((await errorOf(() => env.fromParallelCollection([1] as never))).code).toBe("INVALID_ARGUMENT");
  });

  test("[D73] files need a path; wrong options name the line of the program", async () => {
    const { env } = recording();
    const url = new URL("file:///orders.txt") as unknown as string;
    expect((await errorOf(() => env.readTextFile(url))).message).toContain("fileURLToPath");
    for (const path of ["", [], [""], null, 3]) {
      expect((await errorOf(() => env.readTextFile(path as string))).code, String(path)).toBe("INVALID_ARGUMENT");
    }
    const error = await errorOf(() => env.readCsvFile("x.csv", { fieldDelimiter: "" }));
    expect(error.code).toBe("INVALID_ARGUMENT");
    expect(error.where.file).toMatch(/sources-and-sinks\.test\.ts$/);
    expect(operatorOf(env.readTextFile("some/words.txt"))?.settings.name).toMatch(
      /words\.txt at sources-and-sinks\.test\.ts:/,
    );
    expect(operatorOf(env.readFile("x", () => sourceOf(env.generateSequence(1, 2))))?.kind).toBe("source");
    expect((await errorOf(() => env.createInput({} as never))).code).toBe("INVALID_ARGUMENT");
    const withParameters = env.readTextFile("x").withParameters({ a: 1 });
    expect(operatorOf(withParameters)).toMatchObject({ parameters: expect.anything() });
  });
});

describe("options that plain JavaScript misspelled", () => {
  const wrong = { delimter: ";" } as object;

  test.each<[call: string, (data: ReturnType<typeof recording>["env"]) => unknown]>([
    ["readTextFile", (env) => env.readTextFile("x", wrong)],
    ["readFileOfPrimitives", (env) => env.readFileOfPrimitives("x", { type: types.int32, ...wrong })],
    ["readCsvFile", (env) => env.readCsvFile("x", wrong)],
    ["readJsonLines", (env) => env.readJsonLines("x", wrong)],
    ["readBinaryFile", (env) => env.readBinaryFile("x", wrong)],
    ["writeAsText", (env) => env.generateSequence(1, 2).writeAsText("x", wrong)],
    ["writeAsFormattedText", (env) => env.generateSequence(1, 2).writeAsFormattedText("x", String, wrong)],
    ["writeAsCsv", (env) => env.generateSequence(1, 2).writeAsCsv("x", wrong)],
    ["writeAsJsonLines", (env) => env.generateSequence(1, 2).writeAsJsonLines("x", wrong)],
    ["writeAsBinary", (env) => env.generateSequence(1, 2).writeAsBinary("x", wrong)],
  ])("[D73] %s names those that there are, and the line of the program", async (_call, run) => {
    const error = await errorOf(() => run(recording().env));
    expect(error.code).toBe("INVALID_ARGUMENT");
    expect(error.message).toContain('no option "delimter". Expected one of ');
    expect(error.where.file).toMatch(/sources-and-sinks\.test\.ts$/);
  });
});

describe("sinks", () => {
  test("[D75] an object with write is a sink; anything else that is none is refused", async () => {
    const { env, engine } = recording();
    const data = env.fromElements({ a: 1, b: "x" });
    const seen: unknown[] = [];
    let isClosed = false;
    data.output({
      write: (record) => void seen.push(record),
      close: () => {
        isClosed = true;
      },
    });
    await env.execute();
    const [sink] = engine.plan.sinks;
    const writer = await (sink as unknown as { sink: { openWriter(c: unknown): Promise<never> } }).sink.openWriter(
      context,
    );
    const { write, close, abort } = writer as {
      write(r: unknown): void;
      close(): Promise<void>;
      abort(): Promise<void>;
    };
    write({ a: 1 });
    await close();
    await abort();
    expect(seen).toEqual([{ a: 1 }]);
    expect(isClosed).toBe(true);
    for (const wrong of [null, {}, () => undefined, "out.csv"]) {
      expect((await errorOf(() => data.output(wrong as never))).code).toBe("INVALID_ARGUMENT");
    }
    for (const path of ["", null])
      expect((await errorOf(() => data.writeAsCsv(path as string))).code).toBe("INVALID_ARGUMENT");
  });

  test("[D74] what a file sink's options leave open is as the environment's say", async () => {
    const files = new MemoryFileSystem({ "/out.txt": "old" });
    const io = {
      ...context,
      parameters: new Configuration(),
      host: bareHost({ files }),
      fileSystemOf: () => files,
    } as unknown as IoContext;
    async function initialize(options: object, writeMode?: "overwrite" | "no-overwrite"): Promise<void> {
      const { env } = recording(options);
      env.fromElements("a").writeAsText("/out.txt", writeMode === undefined ? {} : { writeMode });
      const [operator] = env.createProgramPlan().sinks as unknown as { sink: Sink<unknown> }[];
      await operator?.sink.initialize?.(io, 1);
    }
    expect((await errorOf(() => initialize({}))).code).toBe("FILE_EXISTS");
    await initialize({ overwriteFiles: true });
    await initialize({}, "overwrite");
    expect((await errorOf(() => initialize({ overwriteFiles: true }, "no-overwrite"))).code).toBe("FILE_EXISTS");
  });

  test("[D76] a sink has a name, a parallelism, parameters and an order of its own", async () => {
    const { env, engine } = recording();
    const data = env.fromElements({ a: 1, b: "x" });
    data
      .writeAsText("out.txt")
      .name("mine")
      .setParallelism(2)
      .withParameters({ p: 1 })
      .sortLocalOutput("b", "descending")
      .sortLocalOutput((row) => row.a);
    await env.execute();
    expect(engine.plan.sinks[0]).toMatchObject({
      settings: { name: "mine", parallelism: 2 },
      localOrder: [
        { key: { kind: "field", path: "b" }, order: "descending" },
        { key: { kind: "selector" }, order: "ascending" },
      ],
    });
    data.writeAsJsonLines("a.json");
    data.writeAsBinary("a.bin");
    data.writeAsFormattedText("a.txt", (row) => row.b);
    expect(env.createProgramPlan().sinks.map((sink) => sink.settings.name.replace(/ at .*/, ""))).toEqual([
      "JSON to a.json",
      "binary to a.bin",
      "text to a.txt",
    ]);
  });
});
