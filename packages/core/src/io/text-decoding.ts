import { MillraceError } from "../errors/index.js";
import { canGenerateCode } from "../rows/code-generation.js";

/** Names a character set that text files may have. @public */
export type Charset = "utf-8" | "latin1" | "utf-16le";

/** Turns bytes into a string and back, in one character set. @internal */
export interface TextCoding {
  /** The name of the character set. */
  readonly charset: Charset;
  /** Bytes of a code unit: delimiters can only lie at multiples of it. */
  readonly unitBytes: 1 | 2;
  /** What a file may begin with to say its character set; it is no part of the text. */
  readonly byteOrderMark: Uint8Array;
  /** Decodes bytes [start, end). Bytes that are no text become U+FFFD. */
  decode(bytes: Uint8Array, start: number, end: number): string;
  /** Decodes bytes [start, end); undefined when some of them are no text. */
  decodeStrictly(bytes: Uint8Array, start: number, end: number): string | undefined;
  /** Encodes `text`. Throws INVALID_ARGUMENT for what the character set lacks, such as half a surrogate pair in UTF-8. */
  encode(text: string): Uint8Array;
}

/** Up to this length, making a string of character codes is faster than calling the decoder. */
const MAX_SHORT_TEXT_BYTES = 24;
/** How many codes are given to one call of String.fromCharCode; far below the limit of arguments. */
const CODES_PER_CALL = 4096;

/** Returns the coding of `charset`; throws INVALID_ARGUMENT for an unknown one. @internal */
export function textCoding(charset: Charset = "utf-8"): TextCoding {
  switch (charset) {
    case "utf-8":
      return UTF_8;
    case "latin1":
      return LATIN_1;
    case "utf-16le":
      return UTF_16LE;
    default:
      throw new MillraceError({
        code: "INVALID_ARGUMENT",
        what: `There is no character set ${JSON.stringify(charset)}`,
        expected: '"utf-8", "latin1" or "utf-16le"',
      });
  }
}

const encoder = new TextEncoder();
const replacingUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const strictUtf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const replacingUtf16 = new TextDecoder("utf-16le", { ignoreBOM: true });
const strictUtf16 = new TextDecoder("utf-16le", { ignoreBOM: true, fatal: true });

const UTF_8: TextCoding = {
  charset: "utf-8",
  unitBytes: 1,
  byteOrderMark: Uint8Array.of(0xef, 0xbb, 0xbf),
  decode(bytes, start, end) {
    const length = end - start;
    if (length < SHORT_TEXT_MAKERS.length) {
      const text = SHORT_TEXT_MAKERS[length]!(bytes, start);
      if (text !== undefined) return text;
    }
    return replacingUtf8.decode(bytes.subarray(start, end));
  },
  decodeStrictly: (bytes, start, end) => decodeOrUndefined(strictUtf8, bytes, start, end),
  encode(text) {
    // Node 20 and all current browsers have it; the compiler's library of ES2023 does not know it yet.
    if ((text as string & { isWellFormed(): boolean }).isWellFormed()) return encoder.encode(text);
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: "The text holds half of a surrogate pair, which UTF-8 cannot express",
      fix: "Write JSON lines, which escape it, or make the text well-formed first.",
    });
  },
};

const LATIN_1: TextCoding = {
  charset: "latin1",
  unitBytes: 1,
  byteOrderMark: new Uint8Array(0),
  decode: decodeLatin1,
  decodeStrictly: decodeLatin1,
  encode(text) {
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0xff) throw notLatin1(text, i);
      bytes[i] = code;
    }
    return bytes;
  },
};

const UTF_16LE: TextCoding = {
  charset: "utf-16le",
  unitBytes: 2,
  byteOrderMark: Uint8Array.of(0xff, 0xfe),
  decode: (bytes, start, end) => replacingUtf16.decode(bytes.subarray(start, end)),
  decodeStrictly: (bytes, start, end) => decodeOrUndefined(strictUtf16, bytes, start, end),
  encode(text) {
    const bytes = new Uint8Array(text.length * 2);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      bytes[2 * i] = code;
      bytes[2 * i + 1] = code >>> 8;
    }
    return bytes;
  },
};

/** Returns the text of a fixed number of bytes when all are ASCII, else undefined. */
type ShortTextMaker = (bytes: Uint8Array, start: number) => string | undefined;

/**
 * By length, functions that make short strings with one call of String.fromCharCode: 20 to 60 ns each on Node 24, where the
 * decoder takes 100 to 250. Building a string in pieces is no faster than the decoder and leaves a tree of pieces behind. Where code
 * generation is forbidden there are none.
 */
const SHORT_TEXT_MAKERS: readonly ShortTextMaker[] = canGenerateCode() ? shortTextMakers() : [];

function shortTextMakers(): readonly ShortTextMaker[] {
  return Array.from({ length: MAX_SHORT_TEXT_BYTES + 1 }, (_, length): ShortTextMaker => {
    if (length === 0) return () => "";
    const names = Array.from({ length }, (_name, i) => `c${i}`);
    const reads = names.map((name, i) => `${name} = b[s + ${i}]`).join(", ");
    const body = `const ${reads}; return (${names.join(" | ")}) > 127 ? undefined : String.fromCharCode(${names.join(", ")});`;
    return new Function("b", "s", body) as ShortTextMaker;
  });
}

function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let from = start; from < end; from += CODES_PER_CALL) {
    text += String.fromCharCode(...bytes.subarray(from, Math.min(end, from + CODES_PER_CALL)));
  }
  return text;
}

function decodeOrUndefined(decoder: TextDecoder, bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    // The decoder throws for one reason only: the bytes are no text of its character set.
    return undefined;
  }
}

function notLatin1(text: string, index: number): MillraceError {
  return new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `The character ${JSON.stringify(String.fromCodePoint(text.codePointAt(index)!))} does not exist in latin1`,
    fix: 'Write the file in "utf-8".',
  });
}
