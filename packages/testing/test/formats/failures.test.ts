// Every single failure of the disk, tried in turn, for reading and writing each format: the error is typed and names a file, no handle
// stays open, nothing of a failed output is left, and what was there before is still there.
import { type FileSplit, isMillraceError, readSource, type Sink, type Source, types, writeSink } from "@millrace/core";
import { binarySink, binarySource } from "@millrace/format-binary";
import { csvSink, csvSource } from "@millrace/format-csv";
import { jsonLinesSink, jsonLinesSource } from "@millrace/format-json";
import { primitiveSource, textSink, textSource } from "@millrace/format-text";
import { type DiskFault, type DiskOperation, sweepFailures, TestHost } from "@millrace/host-test";
import { describe, expect, test } from "vitest";

const ROW = types.row({ id: types.int32, name: types.string });
const RECORDS = Array.from({ length: 40 }, (_, i) => ({ id: i, name: `name ${i}` }));

const SOURCES: readonly [
  name: string,
  content: string | Uint8Array,
  make: (path: string) => Source<unknown, FileSplit>,
][] = [
  ["text", "one\ntwo\nthree\nfour\n", (path) => textSource(path, { maxSplitSizeBytes: 5, minSplitSizeBytes: 1 })],
  ["single values", "1\n2\n3\n", (path) => primitiveSource(path, { type: types.int32 })],
  [
    "CSV with a header",
    "id,name\n1,a\n2,b\n3,c\n",
    (path) => csvSource(path, { header: true, types: ROW, maxSplitSizeBytes: 6, minSplitSizeBytes: 1 }),
  ],
  ["CSV of many lines", '1,"a\nb"\n2,b\n', (path) => csvSource(path, { types: ROW, multiline: true })],
  ["JSON lines", '{"id":1,"name":"a"}\n', (path) => jsonLinesSource(path, { types: ROW })],
  ["binary", await binaryFile(), (path) => binarySource(path, { minSplitSizeBytes: 40_000 })],
];

/** A binary file of several blocks. */
async function binaryFile(): Promise<Uint8Array> {
  const host = new TestHost();
  const records = Array.from({ length: 30 }, (_, id) => ({ id, name: "x".repeat(5000) }));
  await writeSink(binarySink<(typeof records)[0]>("/file", { types: ROW }), records, host.ioContext());
  return host.memory.get("/file")!;
}

const READ_FAULTS: readonly [name: string, operations: readonly DiskOperation[], fault: DiskFault][] = [
  ["EIO", ["status", "list", "openRead", "read", "close"], { code: "EIO" }],
  ["EMFILE", ["openRead"], { code: "EMFILE" }],
];

describe("[FS13] reading from a disk that fails", () => {
  for (const [name, content, make] of SOURCES) {
    test.each(READ_FAULTS)(`${name}: %s`, async (_, operations, fault) => {
      let host = new TestHost();
      const whole = await readSource(make("/in"), newHost().ioContext());
      const { numFailures } = await sweepFailures(
        operations,
        fault,
        () => newHost().files,
        async (disk) => {
          const outcome = await readSource(make("/in"), host.ioContext()).catch((error: unknown) => error);
          if (disk.numFaults > 0) expectTyped(outcome);
          else expect(outcome).toEqual(whole);
          disk.assertNothingLeft();
        },
      );
      expect(numFailures).toBeGreaterThan(0);

      function newHost(): TestHost {
        host = new TestHost({ files: { "/in/part 1": content, "/in/part 2": content } });
        return host;
      }
    });

    test(`${name}: reads that return less than asked for`, async () => {
      const whole = await readSource(make("/in"), new TestHost({ files: { "/in": content } }).ioContext());
      const host = new TestHost({ files: { "/in": content } });
      host.files.limitReads(name === "binary" ? 1000 : 1);
      expect(await readSource(make("/in"), host.ioContext())).toEqual(whole);
    });

    test(`${name}: a malformed or abandoned reading closes its files`, async () => {
      const host = new TestHost({ files: { "/in": content } });
      const source = make("/in");
      for (const split of await source.createSplits(1, host.ioContext())) {
        for await (const _batch of source.read(split, host.ioContext())) break;
      }
      host.assertNothingLeft();
    });
  }
});

test("[FS13] a failure to close does not hide what was wrong with the file", async () => {
  const malformed: readonly (readonly [string, Source<unknown, FileSplit>, string])[] = [
    ["1\nx\n", primitiveSource("/in", { type: types.int32 }), "MALFORMED_INPUT"],
    ["id,name\nx,y\n", csvSource("/in", { header: true, types: ROW }), "MALFORMED_INPUT"],
    ["id\nx,y\n", csvSource("/in", { header: true, types: ROW }), "MALFORMED_INPUT"],
    ["{\n", jsonLinesSource("/in"), "MALFORMED_INPUT"],
    ["no binary file of ours", binarySource("/in"), "CORRUPT_FILE"],
  ];
  for (const [content, source, code] of malformed) {
    for (let n = 1; n <= 3; n++) {
      const host = new TestHost({ files: { "/in": content } });
      const splits = await source.createSplits(1, host.ioContext());
      // The header is closed before the lines are read, so its own failure comes first there.
      if (source.name.startsWith("CSV") && content.startsWith("id") && n === 1) continue;
      host.files.failAt(n, ["close"]);
      const reading = async (): Promise<void> => {
        for (const split of splits) for await (const _batch of source.read(split, host.ioContext()));
      };
      await expect(reading(), content).rejects.toMatchObject({ code });
      host.assertNothingLeft();
    }
  }
});

test("[FS14] a failure to close does not hide why a writer failed", async () => {
  const host = new TestHost();
  const sink = textSink<string>("/out", { charset: "latin1" });
  const context = host.ioContext();
  await sink.initialize!(context, 1);
  const writer = await sink.openWriter(context);
  await writer.write("中");
  host.files.failAt(1, ["close"]);
  await expect(writer.close()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await writer.abort();
  await sink.abort!(context);
  expect(host.memory.paths()).toEqual([]);
  host.assertNothingLeft();
});

const SINKS: readonly [
  name: string,
  make: (path: string, writeMode: "overwrite" | "no-overwrite") => Sink<(typeof RECORDS)[0]>,
][] = [
  ["text", (path, writeMode) => textSink(path, { writeMode })],
  ["CSV", (path, writeMode) => csvSink(path, { writeMode, header: true, types: ROW })],
  ["JSON lines", (path, writeMode) => jsonLinesSink(path, { writeMode, types: ROW })],
  ["binary", (path, writeMode) => binarySink(path, { writeMode, types: ROW })],
];

const WRITE_FAULTS: readonly [name: string, operations: readonly DiskOperation[] | undefined, fault: DiskFault][] = [
  ["every operation with EIO", undefined, { code: "EIO" }],
  ["a full disk", ["openWrite", "write", "sync", "makeDirectory"], { code: "ENOSPC" }],
  ["short writes", ["write"], { code: "ENOSPC", isPartial: true }],
  ["removals that are done but fail", ["remove"], { isPartial: true }],
  ["too many open files", ["openWrite", "openRead"], { code: "EMFILE" }],
];

const OLD = { "/out": "old output" };
const OLD_DIRECTORY = { "/out/1": "old output", "/out/2": "more" };

describe("[FS14] writing to a disk that fails", () => {
  for (const [name, make] of SINKS) {
    for (const numWriters of [1, 3]) {
      for (const [situation, writeMode, before] of [
        ["nothing there", "no-overwrite", {}],
        ["nothing there, nor the parent", "no-overwrite", {}],
        ["an old file", "overwrite", OLD],
        ["an old directory", "overwrite", OLD_DIRECTORY],
      ] as const) {
        test.each(WRITE_FAULTS)(`${name}, ${numWriters} writers, ${situation}: %s`, async (_, operations, fault) => {
          const path = situation.endsWith("parent") ? "/a/b/out" : "/out";
          const clean = new TestHost({ files: before });
          await writeSink(make(path, writeMode), RECORDS, clean.ioContext(), { numWriters });
          const after = await snapshot(clean);
          expect(after).not.toEqual(await snapshot(new TestHost({ files: before })));
          let host = clean;
          const { numFailures } = await sweepFailures(
            operations,
            fault,
            () => {
              host = new TestHost({ files: before });
              return host.files;
            },
            async (disk) => {
              const outcome = await writeSink(make(path, writeMode), RECORDS, host.ioContext(), { numWriters }).catch(
                (error: unknown) => error ?? new Error("nothing"),
              );
              if (outcome === undefined) {
                expect(await snapshot(host)).toEqual(after);
              } else {
                expectTyped(outcome);
                expect(await snapshot(host)).toEqual(await snapshot(new TestHost({ files: before })));
              }
              disk.assertNothingLeft();
            },
          );
          if (operations?.includes("remove") !== true) expect(numFailures).toBeGreaterThan(0);
        });
      }
    }
  }
});

function expectTyped(outcome: unknown): void {
  expect(isMillraceError(outcome, "FILE_SYSTEM_FAILED"), String(outcome)).toBe(true);
  expect(outcome).toMatchObject({ where: { file: expect.any(String) } });
}

/** What is on the disk: the text of every file by path, and every directory. */
async function snapshot(host: TestHost, path = "/"): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await host.memory.list(path)) {
    found[entry.path] = entry.isDirectory ? "a directory" : host.memory.getText(entry.path)!;
    if (entry.isDirectory) Object.assign(found, await snapshot(host, entry.path));
  }
  return found;
}
