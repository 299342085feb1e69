/**
 * Generates the writer of a layout: one function per struct, array, map and variant in it, which do what
 * `interpret-write.ts` says, with every question about the type answered beforehand. Names and values of the user's types
 * get into the text as JSON string literals only; serializers and lists of names come in through the scope.
 *
 * The function for {id: int32, name: string?} reads
 *
 *     function write0(value, memory, base, limit) {
 *       let end = base + 3;
 *       if (end > limit) return -1;
 *       … is it an object whose prototype has no `id` and no `name`? else take its own fields …
 *       const i32 = memory.i32, f64 = memory.f64, i64 = memory.i64, word = base * 2;
 *       let nulls0 = 0;
 *       const v0 = value["id"];
 *       if (typeof v0 !== "number" || (v0 | 0) !== v0) mismatch();
 *       i32[word + 2] = v0; i32[word + 3] = 0;
 *       const v1 = value["name"];
 *       if (v1 == null) { nulls0 |= 2; i32[word + 4] = 0; i32[word + 5] = 0; }
 *       else { if (typeof v1 !== "string") mismatch(); end = writeString(memory, word + 4, base, v1, end, limit); if (end < 0) return -1; }
 *       i32[word] = (end - base) * 8; i32[word + 1] = nulls0;
 *       return end;
 *     }
 */
import { isBytes, isDate, isMap } from "../keys/value-kind.js";
import type { RecordWriter } from "../memory/index.js";
import { fitDecimal, ownValue } from "../records/conform-record.js";
import { Decimal } from "../types/decimal.js";
import type { VariantType } from "../types/type-information.js";
import { writeAny } from "./any-cell.js";
import { writeBytes } from "./bytes-cell.js";
import { compile, literal } from "./code-generation.js";
import { isShortDecimal, writeLongDecimal } from "./decimal-cell.js";
import { MAP_SLOTS } from "./interpret-write.js";
import { isSafePrototype, mismatch, ownFields } from "./plain-row.js";
import { ABSENT_MARK, ARRAY_NULLS_WORD, NULLS_WORD, numNullWords } from "./row-format.js";
import { writeString } from "./string-cell.js";
import type { Slot, SlotContent, StructLayout } from "./struct-layout.js";

/**
 * Returns a generated writer of records of `struct`, which throws what `errorOf` makes of the error for other records. One
 * that `isExact` also refuses what the type would lose: fields that it does not name, prototypes, and a -0 as int32.
 */
export function generateWriter(
  struct: StructLayout,
  errorOf: (error: unknown, record: unknown) => unknown,
  isExact = false,
): RecordWriter {
  const code = new WriterCode(isExact);
  const main = code.structFunction(struct);
  return compile(
    { ...code.scope, errorOf },
    `${code.text()}
    return function (record, memory, slot, limit) {
      try { return ${main}(record, memory, slot, limit); } catch (error) { throw errorOf(error, record); }
    };`,
  );
}

/** Collects the functions that write the structs, arrays, maps and variants of a layout. */
export class WriterCode {
  readonly scope: Record<string, unknown> = {
    Decimal,
    fitDecimal,
    isBytes,
    isDate,
    isMap,
    isSafePrototype,
    mismatch,
    ownFields,
    ownValue,
    writeAny,
    writeBytes,
    writeLongDecimal,
    writeString,
  };
  readonly #parts: string[] = [];
  readonly #isExact: boolean;
  #numNames = 0;

  constructor(isExact: boolean) {
    this.#isExact = isExact;
  }

  text(): string {
    return this.#parts.join("\n");
  }

  /** Adds the writer of a struct and returns its name. */
  structFunction(struct: StructLayout): string {
    const name = this.#name("write");
    const numWords = struct.headerSlots * 2;
    const numNulls = numNullWords(struct.fields.length);
    const lines = [
      `let end = base + ${struct.fixedSlots};`,
      "if (end > limit) return -1;",
      this.#shapeCheck(struct),
      "const i32 = memory.i32, f64 = memory.f64, i64 = memory.i64, word = base * 2;",
      ...Array.from({ length: numNulls }, (_, i) => `let nulls${i} = 0;`),
    ];
    for (const field of struct.fields) {
      const value = `v${field.index}`;
      const setNull = `nulls${field.index >> 5} |= ${1 << (field.index & 31)};`;
      lines.push(`const ${value} = ${valueExpression(struct, field.name)};`);
      const losesAbsence = this.#isExact && struct.shape === "row" && !field.isOptional;
      if (losesAbsence) lines.push(refuseUnless(`${value} !== undefined`));
      lines.push(this.slot(field, value, `(base + ${struct.headerSlots + field.index})`, setNull));
    }
    lines.push("i32[word] = (end - base) * 8;");
    for (let i = NULLS_WORD; i < numWords; i++) {
      lines.push(`i32[word + ${i}] = ${i - NULLS_WORD < numNulls ? `nulls${i - NULLS_WORD}` : "0"};`);
    }
    this.#parts.push(`function ${name}(value, memory, base, limit) {\n${lines.join("\n")}\nreturn end;\n}`);
    return name;
  }

  /** Leaves in `value` something whose fields can be read by name, or throws. */
  #shapeCheck(struct: StructLayout): string {
    if (struct.shape === "value") return "";
    if (struct.shape === "tuple") {
      return `if (!Array.isArray(value) || value.length !== ${struct.fields.length}) mismatch();`;
    }
    const fieldNames = struct.fields.map((field) => field.name);
    const names = this.#constant("names", fieldNames);
    if (this.#isExact) return this.#exactCheck(fieldNames, names);
    const safe = this.#name("safePrototype");
    this.#parts.push(`let ${safe} = null;`);
    return [
      'if (typeof value !== "object" || value === null) mismatch();',
      "const prototype = Object.getPrototypeOf(value);",
      `if (prototype !== ${safe}) {`,
      `  if (isSafePrototype(prototype, ${names}) && !Array.isArray(value)) ${safe} = prototype;`,
      `  else value = ownFields(value, ${names});`,
      "}",
    ].join("\n");
  }

  /** Refuses an object with a prototype of its own, and fields without a slot; names in order are only compared. */
  #exactCheck(fieldNames: readonly string[], names: string): string {
    const known = this.#constant("known", new Set(fieldNames));
    const hidden = fieldNames.some((name) => name in Object.prototype);
    return [
      'if (typeof value !== "object" || value === null) mismatch();',
      "const prototype = Object.getPrototypeOf(value);",
      "if (prototype !== Object.prototype && prototype !== null) mismatch();",
      "let next = 0;",
      "for (const name in value) {",
      `  if (name === ${names}[next]) next++;`,
      `  else if (!${known}.has(name) && value[name] !== undefined) mismatch();`,
      "}",
      hidden ? `value = ownFields(value, ${names});` : "",
    ].join("\n");
  }

  /** Returns the statements that write `value` into slot `at`; `setNull` marks it as null. */
  slot(slot: Slot, value: string, at: string, setNull: string): string {
    const write = this.#content(slot.content, value, at);
    if (!slot.isNullable && !slot.isOptional) return write;
    const isNull = slot.isNullable ? `${value} == null` : `${value} === undefined`;
    const mark = slot.isNullable && slot.isOptional ? `${value} === undefined ? ${ABSENT_MARK} : 0` : "0";
    return `if (${isNull}) { ${setNull} ${words(at, mark)} } else {\n${write}\n}`;
  }

  #content(content: SlotContent, value: string, at: string): string {
    switch (content.kind) {
      case "boolean":
        return `${refuseUnless(`typeof ${value} === "boolean"`)} ${words(at, `${value} ? 1 : 0`)}`;
      case "int32": {
        const keepsZero = this.#isExact ? ` && (${value} !== 0 || 1 / ${value} > 0)` : "";
        return `${refuseUnless(`typeof ${value} === "number" && (${value} | 0) === ${value}${keepsZero}`)} ${words(at, value)}`;
      }
      case "float64":
        return `${refuseUnless(`typeof ${value} === "number"`)} f64[${at}] = ${value};`;
      case "int64":
        return `${refuseUnless(`typeof ${value} === "bigint" && BigInt.asIntN(64, ${value}) === ${value}`)} i64[${at}] = ${value};`;
      case "timestamp":
        return `${refuseUnless(`isDate(${value})`)} f64[${at}] = ${value}.getTime();`;
      case "enum":
        return this.#enum(content.type.values, value, at);
      case "decimal":
        return this.#decimal(content, value, at);
      case "string":
        return `${refuseUnless(`typeof ${value} === "string"`)} ${append(`writeString(memory, ${at} * 2, base, ${value}, end, limit)`)}`;
      case "bytes":
        return `${refuseUnless(`isBytes(${value})`)} ${append(`writeBytes(memory, ${at} * 2, base, ${value}, ${value}.length, end, limit)`)}`;
      case "custom": {
        const serializer = this.#constant("serializer", content.type.serializer);
        return `${refuseUnless(`${serializer}.isInstance(${value})`)} { const bytes = ${serializer}.serialize(${value}); ${append(`writeBytes(memory, ${at} * 2, base, bytes, bytes.length, end, limit)`)} }`;
      }
      case "any":
        return append(`writeAny(memory, ${at} * 2, base, ${value}, end, limit)`);
      case "struct":
        return nested(at, `${this.structFunction(content.struct)}(${value}, memory, end, limit)`);
      case "array":
        return nested(at, `${this.#arrayFunction(content.element)}(${value}, memory, end, limit)`);
      case "map":
        return nested(at, `${this.#mapFunction(content.keys, content.values)}(${value}, memory, end, limit)`);
      case "variant":
        return nested(
          at,
          `${this.#variantFunction(content.type, content.cases)}(${value}, memory, ${at} * 2 + 1, end, limit)`,
        );
    }
  }

  #enum(values: readonly string[], value: string, at: string): string {
    const positions = this.#constant("positions", new Map(values.map((name, i) => [name, i])));
    return `{ const position = ${positions}.get(${value}); ${refuseUnless("position !== undefined")} ${words(at, "position")} }`;
  }

  #decimal(content: SlotContent & { kind: "decimal" }, value: string, at: string): string {
    const { precision, scale } = content.type;
    const write = isShortDecimal(content.type)
      ? `i64[${at}] = fitting.unscaled;`
      : append(`writeLongDecimal(memory, ${at} * 2, base, fitting.unscaled, end, limit)`);
    return `{ ${refuseUnless(`${value} instanceof Decimal`)} const fitting = fitDecimal(${value}, ${precision}, ${scale}); ${refuseUnless("fitting !== undefined")} ${write} }`;
  }

  #arrayFunction(element: Slot): string {
    const name = this.#name("writeArray");
    const hasNulls = element.isNullable || element.isOptional;
    const first = hasNulls ? `base + ((${ARRAY_NULLS_WORD + 1} + ((length + 31) >> 5)) >> 1)` : "base + 1";
    const setNull = `i32[word + ${ARRAY_NULLS_WORD} + (i >> 5)] |= 1 << (i & 31);`;
    this.#parts.push(`function ${name}(values, memory, base, limit) {
      if (!Array.isArray(values)) mismatch();
      const length = values.length, first = ${first};
      let end = first + length;
      if (end > limit) return -1;
      const i32 = memory.i32, f64 = memory.f64, i64 = memory.i64, word = base * 2;
      for (let i = word + ${ARRAY_NULLS_WORD}; i < first * 2; i++) i32[i] = 0;
      for (let i = 0; i < length; i++) {
        const v = values[i];
        ${this.slot(element, "v", "(first + i)", setNull)}
      }
      i32[word] = (end - base) * 8;
      i32[word + 1] = length;
      return end;
    }`);
    return name;
  }

  #mapFunction(keys: Slot, values: Slot): string {
    const name = this.#name("writeMap");
    const writeKeys = this.#arrayFunction(keys);
    const writeValues = this.#arrayFunction(values);
    this.#parts.push(`function ${name}(map, memory, base, limit) {
      if (!isMap(map)) mismatch();
      const keysAt = base + ${MAP_SLOTS};
      if (keysAt > limit) return -1;
      const valuesAt = ${writeKeys}([...map.keys()], memory, keysAt, limit);
      if (valuesAt < 0) return -1;
      const end = ${writeValues}([...map.values()], memory, valuesAt, limit);
      if (end < 0) return -1;
      const i32 = memory.i32, word = base * 2;
      i32[word] = (end - base) * 8; i32[word + 1] = 0;
      i32[word + 2] = (keysAt - base) * 8; i32[word + 3] = 0;
      i32[word + 4] = (valuesAt - base) * 8; i32[word + 5] = 0;
      return end;
    }`);
    return name;
  }

  #variantFunction(type: VariantType, cases: readonly StructLayout[]): string {
    const name = this.#name("writeVariant");
    const branches = cases.map((struct, i) => {
      const write = this.structFunction(struct);
      return `case ${literal(type.cases[i]!.name)}: memory.i32[caseWord] = ${i}; return ${write}(value, memory, base, limit);`;
    });
    this.#parts.push(`function ${name}(value, memory, caseWord, base, limit) {
      if (typeof value !== "object" || value === null) mismatch();
      switch (ownValue(value, ${literal(type.tag)})) {
        ${branches.join("\n")}
        default: mismatch();
      }
    }`);
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

function valueExpression(struct: StructLayout, name: string): string {
  if (struct.shape === "value") return "value";
  return struct.shape === "tuple" ? `value[${Number(name)}]` : `value[${literal(name)}]`;
}

function refuseUnless(condition: string): string {
  return `if (!(${condition})) mismatch();`;
}

function words(at: string, first: string): string {
  return `i32[${at} * 2] = ${first}; i32[${at} * 2 + 1] = 0;`;
}

function append(call: string): string {
  return `end = ${call}; if (end < 0) return -1;`;
}

/** Sets the offset in slot `at` to the end, where `call` then appends a struct. The call may overwrite the second word. */
function nested(at: string, call: string): string {
  return `${words(at, "(end - base) * 8")} ${append(call)}`;
}
