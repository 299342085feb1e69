import { type AnyType, encodeBase64, type JsonEncoder, typedJsonEncoder } from "@millrace/core";
import { invalid } from "./csv-options.js";

/** Says how fields are written, with its defaults filled in. @internal */
export interface FieldWriterOptions {
  readonly fieldDelimiter: string;
  readonly lineDelimiter: string;
  readonly quoteCharacter: string;
  readonly nullValue: string;
  /** Whether all strings stand in quotes. */
  readonly quotesStrings: boolean;
}

/** Longer texts are searched by the pattern, shorter ones by a loop over a table, which is faster for them. */
const MAX_LOOP_LENGTH = 64;
const NUM_TABLE_CODES = 128;
/** The characters that numbers and booleans can begin with or hold. */
const PLAIN_CHARACTERS = /[-+.0-9A-Za-z]/;

/** Writes values as fields of CSV: text, in quotes where it must. @internal */
export class FieldWriter {
  readonly #nullValue: string;
  readonly #quote: string;
  readonly #quotesStrings: boolean;
  /** Finds what must stand in quotes. */
  readonly #special: RegExp;
  /** By code: 1 if something special may begin with it. */
  readonly #mayBeSpecial = new Uint8Array(NUM_TABLE_CODES);
  /** Whether something special may begin with a character outside of the table. */
  readonly #hasWideSpecial: boolean;
  /** Whether numbers and booleans could have to stand in quotes. */
  readonly #mindsPlain: boolean;

  /** Throws INVALID_ARGUMENT for options that contradict each other. */
  constructor(options: FieldWriterOptions) {
    const { fieldDelimiter, lineDelimiter, quoteCharacter, nullValue, quotesStrings } = options;
    if (fieldDelimiter === "" || lineDelimiter === "")
      throw invalid("A delimiter of CSV is empty", "at least one character");
    if (quoteCharacter.length !== 1) {
      throw invalid(`The quote character is ${JSON.stringify(quoteCharacter)}`, "one character");
    }
    if (fieldDelimiter.includes(quoteCharacter) || lineDelimiter.includes(quoteCharacter)) {
      throw invalid(
        `The quote character ${JSON.stringify(quoteCharacter)} is part of a delimiter`,
        "different characters",
      );
    }
    const specials = [fieldDelimiter, lineDelimiter, quoteCharacter, "\n", "\r"];
    this.#special = new RegExp(`${specials.map(escapedForPattern).join("|")}|^[ \\t]|[ \\t]$`);
    if (this.#special.test(nullValue)) {
      throw invalid(`The null value ${JSON.stringify(nullValue)} would have to be quoted`, "a text without delimiters");
    }
    this.#nullValue = nullValue;
    this.#quote = quoteCharacter;
    this.#quotesStrings = quotesStrings;
    const codes = [...specials.map((special) => special.charCodeAt(0)), 0x20, 0x09];
    for (const code of codes) if (code < NUM_TABLE_CODES) this.#mayBeSpecial[code] = 1;
    this.#hasWideSpecial = codes.some((code) => code >= NUM_TABLE_CODES);
    this.#mindsPlain = nullValue !== "" || specials.some((special) => PLAIN_CHARACTERS.test(special));
  }

  /** Makes the function that writes fields of a type, or, without one, of any kind. */
  writerOf(type: AnyType | undefined): (value: unknown) => string {
    const toJson = typedJsonEncoder(type);
    return (value) => {
      switch (typeof value) {
        case "string":
          return this.string(value);
        case "number":
          return this.#plain(value === 0 && 1 / value < 0 ? "-0" : `${value}`);
        case "bigint":
        case "boolean":
          return this.#plain(`${value}`);
        default:
          return value === null || value === undefined ? this.#nullValue : this.#nested(value, toJson);
      }
    };
  }

  /** Writes a string. */
  string(text: string): string {
    return this.#quotesStrings || text === this.#nullValue || this.#needsQuotes(text) ? this.quoted(text) : text;
  }

  /** Writes a text in quotes. */
  quoted(text: string): string {
    const quote = this.#quote;
    return quote + text.replaceAll(quote, quote + quote) + quote;
  }

  #plain(text: string): string {
    if (!this.#mindsPlain) return text;
    return text === this.#nullValue || this.#special.test(text) ? this.quoted(text) : text;
  }

  #nested(value: object | symbol | (() => unknown), toJson: JsonEncoder): string {
    if (value instanceof Uint8Array) return this.#literal(encodeBase64(value));
    const json = toJson(value);
    return typeof json === "string" ? this.#literal(json) : this.string(JSON.stringify(json));
  }

  /** Writes a text that is no string to the reader: a date, a decimal, base64. */
  #literal(text: string): string {
    return text === this.#nullValue || this.#special.test(text) ? this.quoted(text) : text;
  }

  #needsQuotes(text: string): boolean {
    if (text.length > MAX_LOOP_LENGTH) return this.#special.test(text);
    const table = this.#mayBeSpecial;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < NUM_TABLE_CODES ? table[code] === 1 : this.#hasWideSpecial) return this.#special.test(text);
    }
    return false;
  }
}

function escapedForPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
