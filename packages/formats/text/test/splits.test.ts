import { MemoryFileSystem, memoryContext, readSource, type SubtaskIoContext, textCoding } from "@millrace/core";
import { expect, test } from "vitest";
import { type TextReadOptions, textSource } from "../src/index.js";

/** The lines of a file by the plainest code there is. */
function linesOf(text: string, delimiter: string): string[] {
  const lines = text.split(delimiter);
  if (lines.at(-1) === "") lines.pop();
  return delimiter === "\n" ? lines.map((line) => line.replace(/\r$/, "")) : lines;
}

async function expectSameLinesAtEverySplitSize(
  bytes: Uint8Array,
  expected: readonly string[],
  options: TextReadOptions,
): Promise<void> {
  const { context } = memoryContext({ "/in.txt": bytes });
  for (let size = 1; size <= bytes.length + 1; size++) {
    for (const bufferSizeBytes of [1, 7, 1024]) {
      const source = textSource("/in.txt", {
        ...options,
        bufferSizeBytes,
        minSplitSizeBytes: size,
        maxSplitSizeBytes: size,
      });
      const lines = await readSource(source, context);
      if (lines.join("\0") !== expected.join("\0"))
        expect({ size, bufferSizeBytes, lines }).toEqual({ lines: expected });
    }
  }
}

const CORPUS: readonly [situation: string, text: string, delimiter: string][] = [
  [
    "lines of all lengths, some empty, some ended by CR LF",
    "a\n\nbc\r\n\n\ndéf 😀\r\n\rx\nlonger line than all of the buffers\n\r\nend",
    "\n",
  ],
  ["a last line feed", "one\ntwo\n", "\n"],
  ["nothing but line feeds", "\n\n\n\n", "\n"],
  ["no line feed at all", "only one line", "\n"],
  ["a delimiter of two bytes", "a\r\nb\rc\nd\r\n\r\n\r\r\ne", "\r\n"],
  ["a delimiter whose prefix repeats, as in the reference case", "my key|my val$$$my key2\n$$ctd.$$|my value2", "$$$"],
  ["a delimiter that overlaps itself in runs", "a$$$$b$$$$$c$$$$$$$d$$e$$$", "$$$"],
  ["runs of a delimiter that overlaps itself only partly", "xabababyababaabaabababab", "aba"],
  ["empty lines between paragraphs", "p1\np1\n\np2\n\n\np3\n\n\n\n\np4", "\n\n"],
  ["a delimiter that begins like its own prefix twice", "aaab aab aaaab aaaaaab aab", "aab"],
];

test.each(CORPUS)("[TX4] every split size gives the same records: %s", async (_, text, delimiter) => {
  const coding = textCoding("utf-8");
  await expectSameLinesAtEverySplitSize(coding.encode(text), linesOf(text, delimiter), { delimiter });
});

test("[TX4] [TX7] every split size gives the same records of UTF-16, whose delimiter may seem to stand at odd offsets", async () => {
  const text = "a\n\u0a00\u000ab\u010a\r\n😀\n\n\u0a0a\u0a0aend";
  const bytes = textCoding("utf-16le").encode(`\ufeff${text}`);
  await expectSameLinesAtEverySplitSize(bytes, linesOf(text, "\n"), { charset: "utf-16le" });
});

test("[TX4] every split size gives the same records behind a byte order mark", async () => {
  const bytes = textCoding("utf-8").encode("\ufeffa\nb\n\ufeffc");
  await expectSameLinesAtEverySplitSize(bytes, ["a", "b", "\ufeffc"], {});
});

test("[TX4] random texts over the delimiter's own letters, at every split size", async () => {
  const seed = Number(process.env.FUZZ_SEED ?? 20260501);
  const count = Number(process.env.FUZZ_COUNT ?? 60);
  const random = generator(seed);
  const below = (n: number): number => Math.floor(random() * n);
  for (let round = 0; round < count; round++) {
    const letters = "ab\n";
    const draw = (length: number): string => Array.from({ length }, () => letters[below(3)]).join("");
    const text = draw(below(40));
    const delimiter = draw(1 + below(4));
    const expected = linesOf(text, delimiter);
    await expectSameLinesAtEverySplitSize(textCoding("utf-8").encode(text), expected, { delimiter }).catch((error) => {
      throw new Error(`FUZZ_SEED=${seed}, round ${round}: ${JSON.stringify({ text, delimiter })}`, { cause: error });
    });
  }
});

test("[TX4] a delimiter run that is longer than the first look back is still matched in phase", async () => {
  const text = `${"x".repeat(5)}${"aa".repeat(5000)}a|b`;
  const { context } = memoryContext({ "/in.txt": text });
  const expected = linesOf(text, "aa");
  for (const size of [1001, 4099, 9000, 9999]) {
    const source = textSource("/in.txt", { delimiter: "aa", minSplitSizeBytes: size, maxSplitSizeBytes: size });
    expect(await readSource(source, context)).toEqual(expected);
  }
});

test("[TX4] a record that covers many splits is read once, and the splits inside it stop reading early", async () => {
  const files = new MemoryFileSystem({ "/in.txt": `start\n${"y".repeat(100_000)}\nend` });
  let numRead = 0;
  const { context } = memoryContext({});
  const counting: SubtaskIoContext = {
    ...context,
    fileSystemOf: () => ({
      ...boundMethods(files),
      async openRead(path) {
        const file = await files.openRead(path);
        return {
          sizeBytes: file.sizeBytes,
          close: () => file.close(),
          async read(target, position) {
            const length = await file.read(target, position);
            numRead += length;
            return length;
          },
        };
      },
    }),
  };
  const source = textSource("/in.txt", { minSplitSizeBytes: 1000, maxSplitSizeBytes: 1000, bufferSizeBytes: 500 });
  expect((await readSource(source, counting)).map((line) => line.length)).toEqual([5, 100_000, 3]);
  expect(numRead).toBeLessThan(3 * 100_000);
});

function boundMethods(files: MemoryFileSystem): Pick<MemoryFileSystem, keyof MemoryFileSystem> {
  return new Proxy(files, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
    ownKeys: () => [
      "resolve",
      "status",
      "list",
      "openWrite",
      "makeDirectory",
      "rename",
      "remove",
      "makeTemporaryDirectory",
    ],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  });
}

/** The generator mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
