/**
 * Writes rows out of parts of other rows and of values, without reading the parts as objects: what projections, selections and
 * attached keys do. Whatever a slot refers to (text, bytes, a nested struct, an array) is position-independent, so that a part is
 * copied as its slot and the bytes behind it.
 */

import { invariant } from "../errors/index.js";
import { DOES_NOT_FIT, type Memory } from "../memory/index.js";
import { compile } from "./code-generation.js";
import { isShortDecimal } from "./decimal-cell.js";
import { generateLocateSteps, nullTest } from "./generate-locate.js";
import { WriterCode } from "./generate-write.js";
import { NULLS_WORD, numNullWords, STRING_IS_UTF16 } from "./row-format.js";
import { canBeNull, NULL_PARENT } from "./row-key.js";
import { type RowLayout, structOfLayout } from "./row-layout.js";
import { type PartPlace, placeOfPart } from "./row-part.js";
import type { SlotContent, StructField, StructLayout } from "./struct-layout.js";

/** Says where a part of a composed row comes from. @internal */
export type RowOrigin =
  /** From a source row, at a path that ends where its layout has a field; from the row itself for no names. */
  | { readonly kind: "part"; readonly source: "first" | "second"; readonly segments: readonly string[] }
  /** From the arguments, by position. */
  | { readonly kind: "value"; readonly index: number }
  /** A row or tuple of its own, field by field in the order of the target's type. */
  | { readonly kind: "fields"; readonly fields: readonly RowOrigin[] }
  /** There is none: null. */
  | { readonly kind: "null" };

/**
 * Writes a row at `slot` of `target`, out of a first and a second row and of values. Returns the slot behind it, or `DOES_NOT_FIT`
 * when it would reach beyond `limit`.
 * @internal
 */
export type RowComposer = (
  first: Memory,
  firstSlot: number,
  second: Memory,
  secondSlot: number,
  target: Memory,
  slot: number,
  limit: number,
  ...values: readonly unknown[]
) => number;

/** Holds the layouts of the rows of which others are composed; undefined for a row that no part comes from. @internal */
export interface ComposedSources {
  /** That of the first row. */
  readonly first: RowLayout | undefined;
  /** That of the second row. */
  readonly second?: RowLayout | undefined;
}

/**
 * Generates the writer of rows of layout `target` out of rows of the layouts `sources`. Slots get what their type says: parts must be of
 * the same type as the slot that they go to, save that it may be nullable. Values that do not fit their slot throw what nobody else does.
 * @internal
 */
export function generateRowComposer(
  sources: ComposedSources,
  target: RowLayout,
  origins: readonly RowOrigin[],
  numValues: number,
): RowComposer {
  const code = new ComposerCode(sources, numValues);
  const main = code.structFunction(structOfLayout(target), origins);
  return compile({ ...code.writer.scope, copyContent }, `${code.text()}\nreturn ${main};`);
}

class ComposerCode {
  readonly writer = new WriterCode(false);
  readonly #sources: ComposedSources;
  readonly #values: string;
  readonly #parts: string[] = [];
  #numNames = 0;

  constructor(sources: ComposedSources, numValues: number) {
    this.#sources = sources;
    this.#values = Array.from({ length: numValues }, (_, i) => `, value${i}`).join("");
  }

  text(): string {
    return [this.writer.text(), ...this.#parts].join("\n");
  }

  structFunction(struct: StructLayout, origins: readonly RowOrigin[]): string {
    invariant(struct.fields.length === origins.length, "a composed row has an origin for each field");
    const numNulls = numNullWords(struct.fields.length);
    const lines = [
      `let end = base + ${struct.fixedSlots};`,
      `if (end > limit) return ${DOES_NOT_FIT};`,
      "const i32 = memory.i32, f64 = memory.f64, i64 = memory.i64, word = base * 2;",
      ...Array.from({ length: numNulls }, (_, i) => `let nulls${i} = 0;`),
      ...struct.fields.map((field, i) => this.#field(struct, field, origins[i]!)),
      "i32[word] = (end - base) * 8;",
    ];
    for (let i = NULLS_WORD; i < struct.headerSlots * 2; i++) {
      lines.push(`i32[word + ${i}] = ${i - NULLS_WORD < numNulls ? `nulls${i - NULLS_WORD}` : "0"};`);
    }
    const name = `compose${this.#numNames++}`;
    this.#parts.push(
      `function ${name}(first, firstBase, second, secondBase, memory, base, limit${this.#values}) {\n${lines.join("\n")}\nreturn end;\n}`,
    );
    return name;
  }

  #field(struct: StructLayout, field: StructField, origin: RowOrigin): string {
    const at = `(base + ${struct.headerSlots + field.index})`;
    const setNull = `nulls${field.index >> 5} |= ${1 << (field.index & 31)}; i32[${at} * 2] = 0; i32[${at} * 2 + 1] = 0;`;
    switch (origin.kind) {
      case "null":
        return setNull;
      case "value":
        return this.writer.slot(field, `value${origin.index}`, at, setNull);
      case "fields": {
        invariant(field.content.kind === "struct", "fields of their own make a row or tuple");
        const write = this.structFunction(field.content.struct, origin.fields);
        return `i32[${at} * 2] = (end - base) * 8; i32[${at} * 2 + 1] = 0;
          end = ${write}(first, firstBase, second, secondBase, memory, end, limit${this.#values}); if (end < 0) return ${DOES_NOT_FIT};`;
      }
      case "part": {
        const { source, segments } = origin;
        const layout = this.#sources[source];
        invariant(layout !== undefined, "the row that a part comes from has a layout");
        const place = placeOfPart(layout, segments);
        if (place === undefined) return setNull;
        return place === "record" ? copyRecord(source, at) : this.#copyPart(source, place, at, setNull);
      }
    }
  }

  #copyPart(source: "first" | "second", { parents, struct, field }: PartPlace, at: string, setNull: string): string {
    const id = this.#numNames++;
    const from = `from${id}`;
    let locate = `const ${from} = ${source}Base;`;
    const tests: string[] = [];
    if (parents.length > 0) {
      this.#parts.push(`function locate${id}(memory, base) { ${generateLocateSteps(parents)} return base; }`);
      locate = `const ${from} = locate${id}(${source}, ${source}Base);`;
      if (parents.some((parent) => canBeNull(parent.field))) tests.push(`${from} === ${NULL_PARENT}`);
    }
    if (canBeNull(field)) tests.push(nullTest(source, from, field));
    const copy = copyText(source, field.content, `(${from} + ${struct.headerSlots + field.index})`, from, at);
    const guarded = tests.length === 0 ? copy : `if (${tests.join(" || ")}) { ${setNull} } else { ${copy} }`;
    return `${locate}\n${guarded}`;
  }
}

/** Returns the statements that copy a whole record into slot `at`. */
function copyRecord(source: "first" | "second", at: string): string {
  return `i32[${at} * 2] = (end - base) * 8; i32[${at} * 2 + 1] = 0;
    end = copyContent(${source}, ${source}Base, ${source}.i32[${source}Base * 2], memory, end, limit); if (end < 0) return ${DOES_NOT_FIT};`;
}

/** Returns the statements that copy the content of slot `from` in the struct at `fromBase` into slot `at`. */
function copyText(source: string, content: SlotContent, from: string, fromBase: string, at: string): string {
  const second = `i32[${at} * 2 + 1] = ${source}.i32[${from} * 2 + 1];`;
  const numBytes = numBytesBehind(source, content, from, fromBase);
  if (numBytes === undefined) return `i32[${at} * 2] = ${source}.i32[${from} * 2]; ${second}`;
  return `i32[${at} * 2] = (end - base) * 8; ${second}
    end = copyContent(${source}, ${fromBase} + (${source}.i32[${from} * 2] >> 3), ${numBytes}, memory, end, limit); if (end < 0) return ${DOES_NOT_FIT};`;
}

/** Returns the expression of how many bytes a slot refers to; undefined when everything is in the slot. */
function numBytesBehind(source: string, content: SlotContent, from: string, fromBase: string): string | undefined {
  const second = `${source}.i32[${from} * 2 + 1]`;
  switch (content.kind) {
    case "boolean":
    case "int32":
    case "enum":
    case "float64":
    case "timestamp":
    case "int64":
      return undefined;
    case "decimal":
      return isShortDecimal(content.type) ? undefined : "16";
    case "string":
      return `((${second} & ${STRING_IS_UTF16}) === 0 ? ${second} >> 1 : (${second} >> 2) * 2)`;
    case "bytes":
    case "custom":
    case "any":
      return second;
    case "struct":
    case "array":
    case "map":
    case "variant":
      return `${source}.i32[(${fromBase} + (${source}.i32[${from} * 2] >> 3)) * 2]`;
  }
}

/** From this many slots on, one call that copies a block beats a loop. */
const MIN_BLOCK_SLOTS = 24;

/** Copies `numBytes` bytes, with the zeros behind them up to a slot, to slot `end`; returns the slot behind, or `DOES_NOT_FIT`. */
function copyContent(
  source: Memory,
  fromSlot: number,
  numBytes: number,
  target: Memory,
  end: number,
  limit: number,
): number {
  const numSlots = (numBytes + 7) >> 3;
  if (end + numSlots > limit) return DOES_NOT_FIT;
  if (numSlots >= MIN_BLOCK_SLOTS) {
    target.f64.set(source.f64.subarray(fromSlot, fromSlot + numSlots), end);
    return end + numSlots;
  }
  // Words, because numbers of 64 bits that happen to be NaNs need not keep all their bits.
  const from = source.i32;
  const to = target.i32;
  let at = fromSlot * 2;
  for (let i = end * 2, last = (end + numSlots) * 2; i < last; i++) to[i] = from[at++]!;
  return end + numSlots;
}
