import { types } from "@millrace/core";
import { bag, failure, ordered } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

/** `one\ntwo\n` as gzip packs it. */
const GZIPPED = Uint8Array.of(
  ...[0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0xcf, 0x4b, 0xe5, 0x2a, 0x29, 0xcf, 0xe7],
  ...[0x02, 0x00, 0xe6, 0x0b, 0xba, 0x12, 0x08, 0x00, 0x00, 0x00],
);

/** Lines of many lengths, so that splits begin everywhere in them; some hold characters of two to four bytes. */
const lines = integers(1, 400).map((n) => `${n}:${"\u00e4\u20ac\u{1f600}x".repeat(n % 13)}`);

export const filePrograms: readonly ConformanceProgram[] = [
  ...[1, 7, 64, 100_000].map((splitSize) =>
    program(`files/text in splits of ${splitSize} bytes: every line once`, {
      covers: ["B130", "B138", "B139"],
      operators: ["readTextFile"],
      needs: ["files"],
      build: async (env, run) => {
        const path = await run.writeFile(
          "lines.txt",
          `${(splitSize === 1 ? lines.slice(0, 40) : lines).join("\r\n")}\r\n`,
        );
        return env.readTextFile(path, {
          minSplitSizeBytes: splitSize,
          maxSplitSizeBytes: splitSize,
          bufferSizeBytes: 16,
        });
      },
      expected: bag(splitSize === 1 ? lines.slice(0, 40) : lines),
    }),
  ),
  program("files/a delimiter whose beginning repeats, cut by splits", {
    covers: ["B138", "B139"],
    operators: ["readTextFile"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.writeFile("delimited.txt", ["a", "bb-", "-c-", "", "d"].join("--|"));
      return env.readTextFile(path, {
        delimiter: "--|",
        minSplitSizeBytes: 2,
        maxSplitSizeBytes: 2,
        bufferSizeBytes: 3,
      });
    },
    expected: bag(["a", "bb-", "-c-", "", "d"]),
  }),
  program("files/a last line without a line end, and an empty file", {
    covers: ["B130"],
    operators: ["readTextFile", "union"],
    needs: ["files"],
    build: async (env, run) => {
      const open = await run.writeFile("open.txt", "a\n\nb");
      return env.readTextFile(open).union(env.readTextFile(await run.writeFile("empty.txt", "")));
    },
    expected: bag(["a", "", "b"]),
  }),
  program("files/gzip is decompressed on the fly", {
    covers: ["B141"],
    operators: ["readTextFile"],
    needs: ["files"],
    build: async (env, run) => env.readTextFile(await run.writeFile("lines.txt.gz", GZIPPED)),
    expected: bag(["one", "two"]),
  }),
  program("files/a broken gzip file", {
    covers: ["B141"],
    operators: ["readTextFile"],
    needs: ["files"],
    build: async (env, run) => env.readTextFile(await run.writeFile("broken.txt.gz", GZIPPED.slice(0, 20))),
    expected: failure("CORRUPT_FILE", "broken.txt.gz"),
  }),
  program("files/text in UTF-16 and Latin-1", {
    covers: ["B130", "B131"],
    operators: ["readTextFile", "union"],
    needs: ["files"],
    build: async (env, run) => {
      const text = "gr\u00fcn\nrot\n";
      const utf16 = Uint8Array.from([...text].flatMap((c) => [c.charCodeAt(0) & 0xff, c.charCodeAt(0) >> 8]));
      const latin1 = Uint8Array.from([...text].map((c) => c.charCodeAt(0)));
      return env
        .readTextFile(await run.writeFile("utf16.txt", utf16), { charset: "utf-16le" })
        .union(env.readTextFile(await run.writeFile("latin1.txt", latin1), { charset: "latin1" }));
    },
    expected: bag(["gr\u00fcn", "rot", "gr\u00fcn", "rot"]),
  }),
  program("files/bytes that are no text are replaced, refused or left out", {
    covers: ["B131"],
    operators: ["readTextFile"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.writeFile("bytes.txt", Uint8Array.of(0x61, 0x0a, 0xff, 0x0a, 0x62, 0x0a));
      const replaced = await env.readTextFile(path, { invalidCharacters: "replace" }).collect();
      const kept = await env.readTextFile(path, { invalidCharacters: "skip" }).collect();
      const skipped = Number(env.getLastJobExecutionResult()?.getAccumulatorResult("skipped lines"));
      const refused = await env
        .readTextFile(path, { invalidCharacters: "fail" })
        .collect()
        .then(
          () => "it was read",
          (error: { code?: string }) => error.code,
        );
      return [replaced.sort().join(), kept.sort().join(), skipped, refused];
    },
    expected: ordered(["a,b,\ufffd", "a,b", 1, "MALFORMED_INPUT"]),
  }),
  program("files/single values, one a line", {
    covers: ["B132"],
    operators: ["readFileOfPrimitives"],
    needs: ["files"],
    build: async (env, run) =>
      env.readFileOfPrimitives(await run.writeFile("numbers.txt", "1\n-2\n2147483647\n"), { type: types.int32 }),
    expected: bag([1, -2, 2147483647]),
  }),
  program("files/single values that are none", {
    covers: ["B132"],
    operators: ["readFileOfPrimitives"],
    needs: ["files"],
    build: async (env, run) =>
      env.readFileOfPrimitives(await run.writeFile("numbers.txt", "1\ntwo\n"), { type: types.int32 }),
    expected: failure("MALFORMED_INPUT", "numbers.txt", "two"),
  }),
  program("files/formatted text", {
    covers: ["B151"],
    operators: ["writeAsFormattedText", "execute"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.path("formatted.txt");
      env
        .fromElements({ a: 1 }, { a: 2 })
        .writeAsFormattedText(path, ({ a }) => `<${a}>`)
        .setParallelism(1);
      await env.execute("write");
      return [await run.readFile(path)];
    },
    expected: bag(["<1>\n<2>\n"]),
  }),
  program("files/binary records of every size are read back", {
    covers: ["B144"],
    operators: ["writeAsBinary", "readBinaryFile", "execute"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.path("records.bin");
      env.fromCollection(binaryRecords()).rebalance().writeAsBinary(path);
      await env.execute("write");
      return env.readBinaryFile(path);
    },
    expected: bag(binaryRecords()),
  }),
  program("files/several paths are one data set", {
    covers: ["B130"],
    operators: ["readTextFile"],
    needs: ["files"],
    build: async (env, run) =>
      env.readTextFile([await run.writeFile("a.txt", "a\n"), await run.writeFile("b.txt", "b\nc\n")]),
    expected: bag(["a", "b", "c"]),
  }),
  program("files/nested directories are read when asked", {
    covers: ["B140"],
    operators: ["readTextFile"],
    needs: ["files"],
    build: async (env, run) => {
      await run.files.makeDirectory(await run.path("outer/inner"));
      await run.writeFile("outer/one.txt", "one\n");
      await run.writeFile("outer/inner/two.txt", "two\n");
      const path = await run.path("outer");
      const flat = await env.readTextFile(path).collect();
      const deep = await env.readTextFile(path, { recursive: true }).collect();
      return [flat.join(), deep.sort().join()];
    },
    expected: ordered(["one", "one,two"]),
  }),
  program("files/CSV with a header finds its columns by name", {
    covers: ["B133", "T027"],
    operators: ["readCsvFile"],
    needs: ["files"],
    build: async (env, run) =>
      env.readCsvFile(await run.writeFile("people.csv", "name,age,town\nAda,36,London\nBob,41,\n"), {
        header: true,
        types: types.row({ town: types.string, age: types.int32 }),
      }),
    expected: bag([
      { town: "London", age: 36 },
      { town: "", age: 41 },
    ]),
  }),
  program("files/lines of CSV that were left out are counted", {
    covers: ["B133", "B134"],
    operators: ["readCsvFile"],
    needs: ["files"],
    build: async (env, run) => {
      const path = await run.writeFile("numbers.csv", "1,2\nx,y\n3,4\n5\n");
      const options = { types: types.tuple(types.int32, types.int32), ignoreInvalidLines: true };
      const rows = await env.readCsvFile(path, options).collect();
      return [...rows, Number(env.getLastJobExecutionResult()?.getAccumulatorResult("skipped lines"))];
    },
    expected: bag([[1, 2], [3, 4], 2]),
  }),
];

function binaryRecords(): { id: number; text: string; big: bigint; more: (number | null)[] }[] {
  return integers(0, 60).map((id) => ({
    id,
    text: "x".repeat(id === 30 ? 100_000 : id * 10),
    big: 2n ** BigInt(id),
    more: [id, null],
  }));
}
