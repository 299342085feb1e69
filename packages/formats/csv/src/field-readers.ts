import {
  type AnyType,
  Decimal,
  type FieldParser,
  FieldProblem,
  fieldParser,
  shown,
  typedJsonDecoder,
} from "@millrace/core";
import type { CsvReadOptions, CsvSyntax } from "./csv-options.js";
import { ESCAPED, fieldText, MISSING, PLAIN, unescaped } from "./tokenizer.js";

/** Reads the value of one field from its bytes, as the tokenizer found it; throws a {@link FieldProblem}. @internal */
export type FieldReader = (bytes: Uint8Array, start: number, end: number, kind: number) => unknown;

/** What field readers need to know. @internal */
export type FieldOptions = Pick<CsvReadOptions<unknown>, "trim" | "nullValue" | "emptyNumbers">;

/** Makes the reader of fields of `type`. @internal */
export function fieldReader(type: AnyType, syntax: CsvSyntax, options: FieldOptions): FieldReader {
  switch (type.kind) {
    case "nullable":
      return orElse(null, fieldReader(type.inner, syntax, options), type.inner, syntax, options);
    case "optional":
      return orElse(undefined, fieldReader(type.inner, syntax, options), type.inner, syntax, options);
    case "string":
    case "any":
      return stringReader(syntax, options.trim ?? false);
    case "array":
    case "map":
    case "row":
    case "tuple":
    case "variant":
      return jsonReader(type, syntax);
    default: {
      const parse = unescapingParser(fieldParser(type, syntax.coding)!, syntax);
      const zero = options.emptyNumbers === "zero" ? zeroOf(type) : undefined;
      if (zero === undefined) return parse;
      return (bytes, start, end, kind) => (isBlank(bytes, start, end) ? zero : parse(bytes, start, end, kind));
    }
  }
}

function stringReader(syntax: CsvSyntax, trims: boolean): FieldReader {
  const { coding } = syntax;
  return (bytes, start, end, kind) => {
    if (kind === ESCAPED) return unescaped(coding.decode(bytes, start, end), syntax);
    if (trims && kind === PLAIN) {
      while (start < end && isBlankCode(bytes[start]!)) start++;
      while (end > start && isBlankCode(bytes[end - 1]!)) end--;
    }
    return coding.decode(bytes, start, end);
  };
}

/** Gives a parser of plain bytes what stood in quotes without its escapes. */
function unescapingParser(parse: FieldParser<unknown>, syntax: CsvSyntax): FieldReader {
  const { coding } = syntax;
  return (bytes, start, end, kind) => {
    if (kind !== ESCAPED) return parse(bytes, start, end);
    const plain = coding.encode(unescaped(coding.decode(bytes, start, end), syntax));
    return parse(plain, 0, plain.length);
  };
}

function jsonReader(type: AnyType, syntax: CsvSyntax): FieldReader {
  const decode = typedJsonDecoder(type);
  return (bytes, start, end, kind) => {
    const text = fieldText(syntax, bytes, start, end, kind);
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw new FieldProblem(`${shown(text)} is no JSON`, `a value of type ${String(type)} as JSON`);
    }
    return decode(json);
  };
}

/** Reads what stands for null as `absent`, and everything else with `read`. */
function orElse(
  absent: null | undefined,
  read: FieldReader,
  type: AnyType,
  syntax: CsvSyntax,
  options: FieldOptions,
): FieldReader {
  const mark = syntax.coding.encode(options.nullValue ?? "");
  const mindsBlanks = type.kind === "string" || type.kind === "any" ? !(options.trim ?? false) : false;
  return (bytes, start, end, kind) => {
    if (kind === MISSING) return absent;
    if (kind === PLAIN && equalsMark(mark, bytes, start, end, mindsBlanks)) return absent;
    return read(bytes, start, end, kind);
  };
}

function equalsMark(mark: Uint8Array, bytes: Uint8Array, start: number, end: number, mindsBlanks: boolean): boolean {
  if (!mindsBlanks) {
    while (start < end && isBlankCode(bytes[start]!)) start++;
    while (end > start && isBlankCode(bytes[end - 1]!)) end--;
  }
  if (end - start !== mark.length) return false;
  for (let i = 0; i < mark.length; i++) if (bytes[start + i] !== mark[i]) return false;
  return true;
}

function zeroOf(type: AnyType): unknown {
  switch (type.kind) {
    case "int32":
    case "float64":
      return 0;
    case "int64":
      return 0n;
    case "decimal":
      return new Decimal(0n, type.scale);
    default:
      return undefined;
  }
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  while (start < end && isBlankCode(bytes[start]!)) start++;
  return start === end;
}

function isBlankCode(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
