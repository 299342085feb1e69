import {
  type CompressionName,
  createIoContext,
  fileName,
  type Host,
  type HostCompression,
  type IoContext,
  readSource,
  writeSink,
} from "@millrace/core";
import { csvSink } from "@millrace/format-csv";
import { textSink, textSource } from "@millrace/format-text";
import { nodeHost } from "@millrace/host-node";
import { SeededRandom, TestHost } from "@millrace/host-test";
import { describe, expect, test } from "vitest";

const LINES = Array.from({ length: 10 }, (_, i) => `line ${i}`);

function filesOf(host: TestHost): Record<string, string> {
  return Object.fromEntries(host.memory.paths().map((path) => [path, host.memory.getText(path)!]));
}

describe("[FS9] where outputs go", () => {
  test("one writer makes a file", async () => {
    const host = new TestHost();
    await writeSink(textSink<string>("/out.txt"), ["a", "b"], host.ioContext());
    expect(filesOf(host)).toEqual({ "/out.txt": "a\nb\n" });
  });

  test("several writers make a directory of numbered files, one for each, empty ones too", async () => {
    const host = new TestHost();
    await writeSink(textSink<string>("/out"), ["a", "b"], host.ioContext(), { numWriters: 3 });
    expect(filesOf(host)).toEqual({ "/out/1": "a\n", "/out/2": "b\n", "/out/3": "" });
    expect(await readSource(textSource("/out"), host.ioContext())).toEqual(["a", "b"]);
  });

  test("one writer makes a directory when asked to, by option or by parameter", async () => {
    const host = new TestHost();
    await writeSink(textSink<string>("/out", { alwaysCreateDirectory: true }), ["a"], host.ioContext());
    const { Configuration } = await import("@millrace/core");
    const parameters = new Configuration({ "fs.output.always-create-directory": true });
    await writeSink(textSink<string>("/out2"), ["b"], host.ioContext({ parameters }));
    expect(filesOf(host)).toEqual({ "/out/1": "a\n", "/out2/1": "b\n" });
  });

  test("every file of a directory has its own header", async () => {
    const host = new TestHost();
    const records = [{ a: 1 }, { a: 2 }, { a: 3 }];
    await writeSink(csvSink<{ a: number }>("/out", { header: true }), records, host.ioContext(), { numWriters: 2 });
    expect(filesOf(host)).toEqual({ "/out/1": "a\n1\n3\n", "/out/2": "a\n2\n" });
  });
});

describe("[FS10] what is visible when", () => {
  test.each([1, 2])("nothing before the commit, with %d writers; the old output until then", async (numWriters) => {
    const host = new TestHost({ files: { "/out": "old" } });
    const context = host.ioContext();
    const sink = textSink<string>("/out", { writeMode: "overwrite" });
    await sink.initialize!(context, numWriters);
    const writers = [];
    for (let i = 0; i < numWriters; i++) writers.push(await sink.openWriter(host.ioContext({ subtaskIndex: i })));
    for (const writer of writers) await writer.write("new");
    for (const writer of writers) await writer.close();
    expect(host.memory.getText("/out")).toBe("old");
    expect(await readSource(textSource("/"), context)).toEqual(["old"]);
    await sink.commit!(context);
    const path = numWriters === 1 ? "/out" : "/out/1";
    expect(host.memory.getText(path)).toBe("new\n");
    expect(host.memory.paths()).toHaveLength(numWriters);
    host.assertNothingLeft();
  });

  test.each([1, 2])(
    "a failed job leaves nothing, with %d writers, and the parents that it made are gone",
    async (numWriters) => {
      const host = new TestHost({ files: { "/kept/file": "x" } });
      const sink = textSink<number>("/kept/a/b/out", {
        format: (n) => {
          if (n === 3) throw new Error("no");
          return String(n);
        },
      });
      await expect(writeSink(sink, [1, 2, 3], host.ioContext(), { numWriters })).rejects.toThrow("no");
      expect((await host.memory.list("/kept")).map((entry) => entry.path)).toEqual(["/kept/file"]);
      host.assertNothingLeft();
    },
  );

  test("parents that another job began to use stay", async () => {
    const host = new TestHost();
    const sink = textSink<string>("/a/b/out");
    await sink.initialize!(host.ioContext(), 1);
    host.memory.put("/a/other", "x");
    await sink.abort!(host.ioContext());
    expect(host.memory.paths()).toEqual(["/a/other"]);
    expect(await host.memory.status("/a/b")).toBeUndefined();
  });

  test("[FS7] a cancelled job stops writing", async () => {
    const host = new TestHost();
    const controller = new AbortController();
    const sink = textSink<string>("/out");
    const context = host.ioContext({ signal: controller.signal });
    await sink.initialize!(context, 1);
    const writer = await sink.openWriter(context);
    controller.abort();
    await writer.write("x");
    await expect(writer.close()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    await sink.abort!(context);
    expect(host.memory.paths()).toEqual([]);
    host.assertNothingLeft();
  });
});

describe("[FS11] outputs that exist", () => {
  test.each(["/out", "/dir", "/dir/below"])(
    "%s is not overwritten, and the error comes before the job runs",
    async (path) => {
      const host = new TestHost({ files: { "/out": "old", "/dir/below": "old" } });
      const before = filesOf(host);
      for (const numWriters of [1, 2]) {
        await expect(textSink(path).initialize!(host.ioContext(), numWriters)).rejects.toMatchObject({
          code: "FILE_EXISTS",
          where: { file: path },
        });
      }
      expect(filesOf(host)).toEqual(before);
    },
  );

  test("overwriting replaces files and directories, whole", async () => {
    const host = new TestHost({ files: { "/dir/1": "old", "/dir/9": "old", "/file": "old" } });
    const overwrite = { writeMode: "overwrite" } as const;
    await writeSink(textSink<string>("/dir", overwrite), ["a", "b"], host.ioContext(), { numWriters: 2 });
    await writeSink(textSink<string>("/file", overwrite), ["c"], host.ioContext());
    expect(filesOf(host)).toEqual({ "/dir/1": "a\n", "/dir/2": "b\n", "/file": "c\n" });
    await writeSink(textSink<string>("/dir", overwrite), ["d"], host.ioContext());
    await writeSink(textSink<string>("/file", overwrite), ["e"], host.ioContext(), { numWriters: 2 });
    expect(filesOf(host)).toEqual({ "/dir": "d\n", "/file/1": "e\n", "/file/2": "" });
  });

  test("the parameter fs.overwrite-files is the default of outputs that do not say", async () => {
    const { Configuration } = await import("@millrace/core");
    const host = new TestHost({ files: { "/out": "old" } });
    const parameters = new Configuration({ "fs.overwrite-files": true });
    const strict = textSink<string>("/out", { writeMode: "no-overwrite" });
    await expect(writeSink(strict, ["a"], host.ioContext({ parameters }))).rejects.toMatchObject({
      code: "FILE_EXISTS",
    });
    await writeSink(textSink<string>("/out"), ["a"], host.ioContext({ parameters }));
    expect(filesOf(host)).toEqual({ "/out": "a\n" });
  });

  test.each([1, 2])(
    "two jobs that race for one path, %d writers: one wins, the other leaves nothing",
    async (numWriters) => {
      const seed = Number(process.env.FUZZ_SEED ?? 1);
      const count = Number(process.env.FUZZ_COUNT ?? 50);
      for (let round = 0; round < count; round++) {
        const host = new TestHost({ seed: seed + round });
        const slow = slowedDown(host, new SeededRandom(seed + round));
        const outcomes = await Promise.allSettled(
          ["first", "second"].map((text) => writeSink(textSink<string>("/out"), [text, text], slow, { numWriters })),
        );
        const place = `FUZZ_SEED=${seed + round}`;
        expect(outcomes.map((outcome) => outcome.status).sort(), place).toEqual(["fulfilled", "rejected"]);
        const lost = outcomes.find((outcome) => outcome.status === "rejected") as PromiseRejectedResult;
        expect(lost.reason, place).toMatchObject({ code: "FILE_EXISTS" });
        const winner = outcomes[0]!.status === "fulfilled" ? "first" : "second";
        expect(new Set(Object.values(filesOf(host)).join("").trim().split("\n")), place).toEqual(new Set([winner]));
        expect(host.memory.paths(), place).toHaveLength(numWriters);
        host.assertNothingLeft();
      }
    },
  );
});

/** Makes every call of the file system wait for a random number of turns, so that jobs interleave. */
function slowedDown(host: TestHost, random: SeededRandom): IoContext {
  const files = new Proxy(host.files, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name === "resolve") return value.bind(target);
      return async (...parameters: unknown[]) => {
        for (let turns = random.below(20); turns > 0; turns--) await undefined;
        return value.apply(target, parameters);
      };
    },
  });
  const slowHost: Host = { ...hostParts(host), files };
  return createIoContext({ host: slowHost });
}

function hostParts(host: Host): Host {
  const { name, clock, timers, random, files, compression, terminal, process: parts, sockets, workers } = host;
  const { inspector, scripts, scratch, asyncContext } = host;
  return {
    name,
    clock,
    timers,
    random,
    files,
    compression,
    terminal,
    process: parts,
    sockets,
    workers,
    inspector,
    scripts,
    scratch,
    asyncContext,
  };
}

test("[FS9, FS10, FS11, FS15] the same on a real disk", async () => {
  const host = nodeHost();
  const files = host.files!;
  const directory = await files.makeTemporaryDirectory("formats-");
  try {
    const context = createIoContext({ host });
    const path = `${directory}/new/out.gz`;
    await writeSink(textSink<string>(path), LINES, context);
    await expect(writeSink(textSink<string>(path), LINES, context)).rejects.toMatchObject({ code: "FILE_EXISTS" });
    await writeSink(textSink<string>(path, { writeMode: "overwrite" }), [...LINES, "more"], context, { numWriters: 3 });
    expect((await files.list(path)).map((entry) => fileName(entry.path))).toEqual(["1.gz", "2.gz", "3.gz"]);
    expect((await readSource(textSource(path), context)).sort()).toEqual([...LINES, "more"].sort());
    await writeSink(textSink<string>(path, { writeMode: "overwrite" }), LINES, context);
    expect(await readSource(textSource(path), context)).toEqual(LINES);
    expect((await files.list(`${directory}/new`)).map((entry) => fileName(entry.path))).toEqual(["out.gz"]);
    const races = ["a", "b", "c"].map((text) =>
      writeSink(textSink<string>(`${directory}/race`), [text], context, { numWriters: 2 }),
    );
    const outcomes = await Promise.allSettled(races);
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect((await files.list(directory)).map((entry) => fileName(entry.path))).toEqual(["new", "race"]);
  } finally {
    await files.remove(directory);
  }
});

describe("compressed outputs", () => {
  const { compression } = nodeHost();
  const names: readonly (readonly [ending: string, name: CompressionName])[] = [
    [".deflate", "deflate"],
    [".gz", "gzip"],
    [".GZIP", "gzip"],
    [".br", "brotli"],
    [".zst", "zstd"],
  ];
  const here = names.filter(([, name]) => compression.compress(name, nothing()) !== undefined);

  test.each(here)("[FS15] %s reads back as it was written, as a file and as a directory", async (ending) => {
    for (const numWriters of [1, 2]) {
      const host = new TestHost({ compression });
      const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i * 7919}`);
      await writeSink(textSink<string>(`/out${ending}`), lines, host.ioContext(), { numWriters });
      const read = await readSource(textSource(`/out${ending}`), host.ioContext());
      expect(read.sort()).toEqual(lines.toSorted());
      expect(host.memory.paths()).toEqual(
        numWriters === 1 ? [`/out${ending}`] : [`/out${ending}/1${ending}`, `/out${ending}/2${ending}`],
      );
      host.assertNothingLeft();
    }
  });

  test.each(here.filter(([, name]) => name !== "brotli"))("[FS15] a damaged %s is an error", async (ending) => {
    const host = new TestHost({ compression });
    await writeSink(textSink<string>(`/out${ending}`), LINES, host.ioContext());
    const whole = host.memory.get(`/out${ending}`)!;
    for (let cut = 1; cut < whole.length; cut += 3) {
      host.memory.put(`/cut${ending}`, whole.subarray(0, cut));
      await expect(readSource(textSource(`/cut${ending}`), host.ioContext()), `cut at ${cut}`).rejects.toMatchObject({
        code: "CORRUPT_FILE",
        where: { file: `/cut${ending}` },
      });
    }
    host.assertNothingLeft();
  });

  test("[FS6] a compression that the host lacks is refused before the job runs, and on reading", async () => {
    const none: HostCompression = { compress: () => undefined, decompress: () => undefined };
    const host = new TestHost({ compression: none, files: { "/in.xz": "x" } });
    await expect(textSink("/out.gz").initialize!(host.ioContext(), 1)).rejects.toMatchObject({
      code: "UNSUPPORTED_COMPRESSION",
    });
    await expect(readSource(textSource("/in.xz"), host.ioContext())).rejects.toMatchObject({
      code: "UNSUPPORTED_COMPRESSION",
      where: { file: "/in.xz" },
    });
    expect(host.memory.paths()).toEqual(["/in.xz"]);
    host.assertNothingLeft();
  });

  test("[FS14] a disk that fails under a compressor", async () => {
    for (let n = 1; n < 30; n++) {
      const host = new TestHost({ compression });
      host.files.failAt(n, ["write", "sync", "close", "rename", "openWrite"]);
      const outcome = await writeSink(textSink<string>("/out.gz"), LINES, host.ioContext()).catch((e: unknown) => e);
      if (host.files.numFaults > 0) {
        expect(outcome).toMatchObject({ code: "FILE_SYSTEM_FAILED" });
        expect(host.memory.paths()).toEqual([]);
      }
      host.assertNothingLeft();
    }
  });
});

async function* nothing(): AsyncGenerator<Uint8Array> {}
