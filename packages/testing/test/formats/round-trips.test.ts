// Random records of random types, written and read back through each format, with one and with several files, in splits.
import { type FileSplit, readSource, type Sink, type Source, type TypeInformation, writeSink } from "@millrace/core";
import { binarySink, binarySource } from "@millrace/format-binary";
import { csvSink, csvSource } from "@millrace/format-csv";
import { jsonLinesSink, jsonLinesSource } from "@millrace/format-json";
import { records, SeededRandom, TestHost } from "@millrace/host-test";
import { expect, test } from "vitest";
import { randomRow } from "./random-types.js";

type Row = Record<string, unknown>;

interface Format {
  readonly sink: (path: string, types: TypeInformation<Row>) => Sink<Row>;
  readonly source: (path: string, types: TypeInformation<Row>, splitSize: number) => Source<Row, FileSplit>;
}

const FORMATS: readonly (readonly [name: string, format: Format])[] = [
  [
    "[CSV25] CSV",
    {
      sink: (path, types) => csvSink(path, { types, header: true, fieldDelimiter: ";" }),
      source: (path, types) => csvSource(path, { types, header: true, fieldDelimiter: ";", multiline: true }),
    },
  ],
  [
    "[CSV25] CSV with a mark for null",
    {
      sink: (path, types) => csvSink(path, { types, nullValue: "NULL", quote: "strings" }),
      source: (path, types) => csvSource(path, { types, nullValue: "NULL", multiline: true }),
    },
  ],
  [
    "[JL6] JSON lines",
    {
      sink: (path, types) => jsonLinesSink(path, { types }),
      source: (path, types, size) => jsonLinesSource(path, { types, minSplitSizeBytes: size, maxSplitSizeBytes: size }),
    },
  ],
  [
    "[BIN1] binary",
    {
      sink: (path, types) => binarySink(path, { types }),
      source: (path, types, size) => binarySource(path, { types, minSplitSizeBytes: size, maxSplitSizeBytes: size }),
    },
  ],
];

test.each(FORMATS)("%s gives back what was written", async (_, format) => {
  const first = Number(process.env.FUZZ_SEED ?? 20_260_501);
  const count = Number(process.env.FUZZ_COUNT ?? 60);
  for (let seed = first; seed < first + count; seed++) {
    const random = new SeededRandom(seed);
    const type = randomRow(random, 2);
    const written = records(random, type, random.between(0, 60));
    const numWriters = random.between(1, 3);
    const splitSize = random.between(50, 5000);
    const place = `FUZZ_SEED=${seed} FUZZ_COUNT=1, ${String(type)}`;
    const host = new TestHost({ seed });
    try {
      await writeSink(format.sink("/out", type), written, host.ioContext(), { numWriters });
      const read = await readSource(format.source("/out", type, splitSize), host.ioContext());
      const expected = Array.from({ length: numWriters }, (_w, w) =>
        written.filter((_r, i) => i % numWriters === w),
      ).flat();
      expect(read).toStrictEqual(expected);
    } catch (error) {
      throw new Error(place, { cause: error });
    }
    host.assertNothingLeft();
  }
});
