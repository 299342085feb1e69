import { memoryContext, readSource } from "@millrace/core";
// Random texts over the characters that matter to CSV, read by the source in splits and small buffers, and by the plainest reader that
// can be written: one that works on strings, a character at a time.
import { expect, test } from "vitest";
import { type CsvReadOptions, csvSource } from "../src/index.js";

type Options = Pick<
  CsvReadOptions<never>,
  "fieldDelimiter" | "comment" | "multiline" | "escapeCharacter" | "skipEmptyLines"
>;

/** Reads CSV as arrays of strings; a malformed line is left out. */
function plainly(text: string, options: Options): string[][] {
  const { fieldDelimiter = ",", comment = "", multiline = false, escapeCharacter, skipEmptyLines = true } = options;
  const records: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const isComment = comment !== "" && text.startsWith(comment, at);
    const end =
      isComment || !multiline ? indexOf(text, "\n", at) : endOfRecord(text, at, fieldDelimiter, escapeCharacter);
    const line = text.slice(at, end).replace(/\r$/, "");
    at = end + 1;
    if (isComment || (skipEmptyLines && line === "")) continue;
    const fields = fieldsOf(line, fieldDelimiter, escapeCharacter);
    if (fields !== undefined) records.push(fields);
  }
  return records;
}

function indexOf(text: string, part: string, from: number): number {
  const found = text.indexOf(part, from);
  return found < 0 ? text.length : found;
}

function endOfRecord(text: string, start: number, delimiter: string, escapeCharacter: string | undefined): number {
  let at = start;
  while (at < text.length) {
    const blanks = /^[ \t]*/.exec(text.slice(at))![0].length;
    if (text[at + blanks] === '"') {
      at = closingQuote(text, at + blanks, escapeCharacter) + 1;
    }
    while (at < text.length && text[at] !== "\n" && !text.startsWith(delimiter, at)) at++;
    if (at >= text.length || text[at] === "\n") return Math.min(at, text.length);
    at += delimiter.length;
  }
  return text.length;
}

function closingQuote(text: string, opening: number, escapeCharacter: string | undefined): number {
  for (let at = opening + 1; at < text.length; at++) {
    if (text[at] === escapeCharacter) at++;
    else if (text[at] === '"') {
      if (escapeCharacter !== undefined || text[at + 1] !== '"') return at;
      at++;
    }
  }
  return text.length;
}

function fieldsOf(line: string, delimiter: string, escapeCharacter: string | undefined): string[] | undefined {
  const fields: string[] = [];
  for (let rest = line; ; ) {
    const quoted = /^[ \t]*"/.exec(rest);
    if (quoted === null) {
      const end = indexOf(rest, delimiter, 0);
      fields.push(rest.slice(0, end));
      rest = rest.slice(end);
    } else {
      const opening = quoted[0].length - 1;
      const closing = closingQuote(rest, opening, escapeCharacter);
      if (closing >= rest.length) return undefined;
      const inside = rest.slice(opening + 1, closing);
      fields.push(escapeCharacter === undefined ? inside.replaceAll('""', '"') : inside.replace(/!([\s\S])/g, "$1"));
      rest = rest.slice(closing + 1).replace(/^[ \t]*/, "");
    }
    if (rest === "") return fields;
    if (!rest.startsWith(delimiter)) return undefined;
    rest = rest.slice(delimiter.length);
  }
}

const OPTIONS: readonly Options[] = [
  {},
  { comment: "#" },
  { fieldDelimiter: "::", comment: "##" },
  { escapeCharacter: "!" },
  { multiline: true },
  { multiline: true, comment: "#", fieldDelimiter: "::" },
  { multiline: true, escapeCharacter: "!", skipEmptyLines: false },
];

test.each(OPTIONS)(
  "[CSV8, CSV9, CSV10, CSV18] random texts are read as the plain reader reads them: %j",
  async (options) => {
    const seed = Number(process.env.FUZZ_SEED ?? 20_260_501);
    const count = Number(process.env.FUZZ_COUNT ?? 1500);
    let state = seed;
    const below = (limit: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 0x1_0000_0000) * limit);
    };
    const alphabet = ["a", "é", '"', '"', ",", ":", "::", "\n", "\n", "\r\n", " ", "\t", "#", "!"];
    for (let round = 0; round < count; round++) {
      const text = Array.from({ length: below(30) }, () => alphabet[below(alphabet.length)]!).join("");
      const splitSize = 1 + below(12);
      const { context } = memoryContext({ "/in": text });
      const source = csvSource("/in", {
        ...options,
        ignoreInvalidLines: true,
        minSplitSizeBytes: splitSize,
        maxSplitSizeBytes: splitSize,
        bufferSizeBytes: 1 + below(20),
      });
      const place = `FUZZ_SEED=${seed}, round ${round}: ${JSON.stringify({ text, splitSize })}`;
      expect(await readSource(source, context), place).toEqual(plainly(text, options));
    }
  },
);
