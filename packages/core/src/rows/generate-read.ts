/**
 * Generates the readers of a layout, of whole records and of single fields: what `interpret-read.ts` says, with every
 * question about the type answered beforehand. A row is read as one object literal, so that all records of a layout share
 * one hidden class; fields that may be absent are set after it.
 */

import { fieldValue } from "../keys/field-path.js";
import { Decimal } from "../types/decimal.js";
import type { VariantType } from "../types/type-information.js";
import { readAnyCell } from "./any-cell.js";
import { readBytes, viewBytes } from "./bytes-cell.js";
import { compile, literal } from "./code-generation.js";
import { isShortDecimal, readLongDecimal } from "./decimal-cell.js";
import { locateFunction } from "./generate-locate.js";
import type { RecordReader } from "./interpret-read.js";
import { ABSENT_MARK, ARRAY_NULLS_WORD, NULLS_WORD } from "./row-format.js";
import { NULL_PARENT, type RowKey } from "./row-key.js";
import { readString } from "./string-cell.js";
import type { Slot, SlotContent, StructField, StructLayout } from "./struct-layout.js";

/** Returns a generated reader of records of `struct`. */
export function generateReader(struct: StructLayout): RecordReader {
  const code = new ReaderCode();
  const main = code.structFunction(struct);
  return compile(code.scope, `${code.text()}\nreturn ${main};`);
}

/** Returns a generated reader of one field; an absent field reads as `undefined`, one below a null as null. */
export function generateFieldReader(key: RowKey): RecordReader {
  if (key.kind === "record") return generateReader(key.struct);
  const code = new ReaderCode();
  const value = code.field(key.struct, key.field);
  const toParent = `base = locate(memory, base); if (base === ${NULL_PARENT}) return null;`;
  const read = compile<RecordReader>(
    code.scope,
    `${code.text()}\n${locateFunction("locate", key)}
    return function (memory, base) { ${key.parents.length === 0 ? "" : toParent} return ${value}; };`,
  );
  const { rest } = key;
  return rest === undefined ? read : (memory, base) => fieldValue(read(memory, base), rest);
}

/** Collects the functions that read the structs, arrays, maps and variants of a layout. */
export class ReaderCode {
  readonly scope: Record<string, unknown> = {
    Decimal,
    readAnyCell,
    readBytes,
    readLongDecimal,
    readString,
    viewBytes,
  };
  readonly #parts: string[] = [];
  #numNames = 0;

  text(): string {
    return this.#parts.join("\n");
  }

  /** Adds the reader of a struct and returns its name. A variant's case begins with its tag. */
  structFunction(struct: StructLayout, tag?: { readonly name: string; readonly value: string }): string {
    const name = this.#name("read");
    let body: string;
    if (struct.shape === "value") {
      body = `return ${this.field(struct, struct.fields[0]!)};`;
    } else if (struct.shape === "tuple") {
      body = `return [${struct.fields.map((field) => this.field(struct, field)).join(", ")}];`;
    } else {
      body = this.#rowBody(struct, tag);
    }
    this.#parts.push(`function ${name}(memory, base) {\n${body}\n}`);
    return name;
  }

  #rowBody(struct: StructLayout, tag: { readonly name: string; readonly value: string } | undefined): string {
    const firstOptional = struct.fields.findIndex((field) => field.isOptional);
    const numLiteral = firstOptional < 0 ? struct.fields.length : firstOptional;
    const entries = struct.fields
      .slice(0, numLiteral)
      .map((field) => `${entryName(field.name)}: ${this.field(struct, field)}`);
    if (tag !== undefined) entries.unshift(`${entryName(tag.name)}: ${literal(tag.value)}`);
    const rest = struct.fields.slice(numLiteral).map((field) => {
      const set = setStatement(field.name, "value");
      return `value = ${this.field(struct, field)}; ${field.isOptional ? `if (value !== undefined) ${set}` : set}`;
    });
    return `const row = { ${entries.join(", ")} };\nlet value;\n${rest.join("\n")}\nreturn row;`;
  }

  /** Returns the expression of a field of the struct at slot `base`. */
  field(struct: StructLayout, field: StructField): string {
    const at = `(base + ${struct.headerSlots + field.index})`;
    const nullWord = `memory.i32[base * 2 + ${NULLS_WORD + (field.index >> 5)}]`;
    return this.#slot(field, at, `(${nullWord} & ${1 << (field.index & 31)}) !== 0`);
  }

  #slot(slot: Slot, at: string, isNull: string): string {
    const value = this.content(slot.content, at);
    if (!slot.isNullable && !slot.isOptional) return value;
    const absent = slot.isOptional ? "undefined" : "null";
    const none =
      slot.isNullable && slot.isOptional ? `(memory.i32[${at} * 2] === ${ABSENT_MARK} ? undefined : null)` : absent;
    return `(${isNull} ? ${none} : ${value})`;
  }

  /** Returns the expression of the value in slot `at`, which is not null, of the struct at slot `base`. */
  content(content: SlotContent, at: string): string {
    const word = `${at} * 2`;
    const below = `base + (memory.i32[${word}] >> 3)`;
    switch (content.kind) {
      case "boolean":
        return `memory.i32[${word}] === 1`;
      case "int32":
        return `memory.i32[${word}]`;
      case "float64":
        return `memory.f64[${at}]`;
      case "int64":
        return `memory.i64[${at}]`;
      case "timestamp":
        return `new Date(memory.f64[${at}])`;
      case "enum":
        return `${this.#constant("values", content.type.values)}[memory.i32[${word}]]`;
      case "decimal":
        return isShortDecimal(content.type)
          ? `new Decimal(memory.i64[${at}], ${content.type.scale})`
          : `readLongDecimal(memory, ${word}, base, ${content.type.scale})`;
      case "string":
        return `readString(memory, ${word}, base)`;
      case "bytes":
        return `readBytes(memory, ${word}, base)`;
      case "custom":
        return `${this.#constant("serializer", content.type.serializer)}.deserialize(viewBytes(memory, ${word}, base))`;
      case "any":
        return `readAnyCell(memory, ${word}, base)`;
      case "struct":
        return `${this.structFunction(content.struct)}(memory, ${below})`;
      case "variant":
        return `${this.#variantFunction(content.type, content.cases)}(memory, ${below}, memory.i32[${word} + 1])`;
      case "array":
        return `${this.#arrayFunction(content.element)}(memory, ${below})`;
      case "map":
        return `${this.#mapFunction(content.keys, content.values)}(memory, ${below})`;
    }
  }

  #arrayFunction(element: Slot): string {
    const name = this.#name("readArray");
    const hasNulls = element.isNullable || element.isOptional;
    const first = hasNulls ? `base + ((${ARRAY_NULLS_WORD + 1} + ((length + 31) >> 5)) >> 1)` : "base + 1";
    const isNull = `(memory.i32[base * 2 + ${ARRAY_NULLS_WORD} + (i >> 5)] & (1 << (i & 31))) !== 0`;
    this.#parts.push(`function ${name}(memory, base) {
      const length = memory.i32[base * 2 + 1], first = ${first};
      const values = new Array(length);
      for (let i = 0; i < length; i++) values[i] = ${this.#slot(element, "(first + i)", isNull)};
      return values;
    }`);
    return name;
  }

  #mapFunction(keySlot: Slot, valueSlot: Slot): string {
    const name = this.#name("readMap");
    const readKeys = this.#arrayFunction(keySlot);
    const readValues = this.#arrayFunction(valueSlot);
    this.#parts.push(`function ${name}(memory, base) {
      const keys = ${readKeys}(memory, base + (memory.i32[base * 2 + 2] >> 3));
      const values = ${readValues}(memory, base + (memory.i32[base * 2 + 4] >> 3));
      const map = new Map();
      for (let i = 0; i < keys.length; i++) map.set(keys[i], values[i]);
      return map;
    }`);
    return name;
  }

  #variantFunction(type: VariantType, cases: readonly StructLayout[]): string {
    const name = this.#name("readVariant");
    const branches = cases.map((struct, i) => {
      const read = this.structFunction(struct, { name: type.tag, value: type.cases[i]!.name });
      return `case ${i}: return ${read}(memory, base);`;
    });
    this.#parts.push(`function ${name}(memory, base, position) { switch (position) { ${branches.join(" ")} } }`);
    return name;
  }

  #constant(kind: string, value: unknown): string {
    const name = this.#name(kind);
    this.scope[name] = value;
    return name;
  }

  #name(kind: string): string {
    return `${kind}${this.#numNames++}`;
  }
}

/** Returns the name of an entry of an object literal. A plain `__proto__` there would set the prototype. */
export function entryName(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : literal(name);
}

export function setStatement(name: string, value: string): string {
  return name === "__proto__"
    ? `Object.defineProperty(row, "__proto__", { value: ${value}, writable: true, enumerable: true, configurable: true });`
    : `row[${literal(name)}] = ${value};`;
}
