/** Makes objects of shapes: what functions of the user get, and outputs that take no rows. */
import type { FieldPath } from "@millrace/core";
import { type CodeBlock, type CodeUnit, type Operand, quoted, valueText } from "../expressions/index.js";
import type { ChainFunction } from "./chain-runtime.js";
import type { RecordAt, RecordSource, RowSource } from "./record-source.js";
import { type Materializer, type Shape, WHOLE_SOURCE } from "./shape.js";

/** Makes the expressions of objects. @internal */
export class ObjectCode {
  readonly #unit: CodeUnit;
  readonly #copyAtOnePlace: () => (value: unknown) => unknown;

  /** @param copyAtOnePlace - returns the function with which one place copies values of records */
  constructor(unit: CodeUnit, copyAtOnePlace: () => (value: unknown) => unknown) {
    this.#unit = unit;
    this.#copyAtOnePlace = copyAtOnePlace;
  }

  /** Returns what makes objects of parts of a record. */
  materializer(source: RecordSource): Materializer {
    return { valueOf: (shape, block) => this.value(shape, source, block, undefined) };
  }

  /**
   * Returns the expression of the record as JavaScript has it. What a function gets is its own: parts that two fields would
   * share are copied.
   */
  object({ shape, source }: RecordAt, block: CodeBlock, isOwn: boolean): string {
    const used: string[] = [];
    return this.value(shape, source, block, isOwn ? used : undefined);
  }

  /** Returns the expression of a shape. `used` lists what the object has in it already, where it has to be somebody's own. */
  value(shape: Shape, source: RecordSource, block: CodeBlock, used: string[] | undefined): string {
    switch (shape.kind) {
      case "null":
        return "null";
      case "source":
        return this.#sourceValue(shape.segments, source, block, used);
      case "operand":
        return this.#operandValue(shape.operand, used);
      case "tuple":
        return `[${shape.elements.map((element) => this.value(element, source, block, used)).join(", ")}]`;
      case "row": {
        const fields = shape.fields.map(
          ({ name, value }) => `${entryName(name)}: ${this.value(value, source, block, used)}`,
        );
        return `({ ${fields.join(", ")} })`;
      }
    }
  }

  #sourceValue(
    segments: readonly string[],
    source: RecordSource,
    block: CodeBlock,
    used: string[] | undefined,
  ): string {
    if (source.record !== undefined && segments.length === 0) return this.#shared(source.record, used);
    const path: FieldPath = { text: "", segments, isWildcard: false };
    if (source.row === undefined) return this.#operandValue(source.columns.load(path, block), used);
    if (segments.length === 0) return this.readRow(source.row);
    const part = source.row.columns.part(path, block);
    if (part === undefined) return "null";
    // Every object of a part of a row is another one.
    if (part.rest.length === 0)
      return part.isNull === undefined ? part.value : `(${part.isNull} ? null : ${part.value})`;
    return this.#operandValue(source.columns.load(path, block), used);
  }

  #operandValue(operand: Operand, used: string[] | undefined): string {
    return operand.kind === "unknown" ? this.#shared(operand.text, used) : valueText(operand);
  }

  #shared(text: string, used: string[] | undefined): string {
    if (used === undefined) return text;
    // The first use may be that of the whole of which this is a part.
    const isFirst = used.length === 0;
    used.push(text);
    return isFirst ? text : this.#copied(text);
  }

  /** Returns the expression of the record for a function that may do with it what it likes. */
  argument(code: ChainFunction, position: RecordAt, block: CodeBlock): string {
    return this.#partOfRow(code, position) ?? this.object(position, block, true);
  }

  /** Returns the expression of the record for a function behind which the chain goes on with the record as it is. */
  lent(code: ChainFunction, { shape, source }: RecordAt, block: CodeBlock): string {
    const { record } = source;
    const part = this.#partOfRow(code, { shape, source });
    if (part !== undefined) return part;
    // The first use is the chain's own, so this one is a copy.
    const copy = this.value(shape, source, block, ["the chain"]);
    if (code.reads === undefined || record === undefined || shape !== WHOLE_SOURCE) return copy;
    const changeable = [...code.reads].map((name) => `typeof ${record}[${quoted(name)}] === "object"`);
    // Who reads nothing but fields that can't be changed changes nothing. Null counts as an object: it is rare enough.
    if (changeable.length === 0) return record;
    return `(typeof ${record} === "object" && ${record} !== null && (${changeable.join(" || ")}) ? ${copy} : ${record})`;
  }

  /** Returns the expression of those fields of a row that a function reads, where that is certain. */
  #partOfRow({ reads }: ChainFunction, { shape, source }: RecordAt): string | undefined {
    if (reads === undefined || source.row === undefined || shape !== WHOLE_SOURCE) return undefined;
    return source.row.parts.partialRecord(reads);
  }

  /** Returns the expression of all of a row. */
  readRow({ layout }: RowSource): string {
    return `${this.#unit.constant("read", layout.serializer.read)}(memory, base)`;
  }

  #copied(text: string): string {
    const copy = this.#unit.constant("copy", this.#copyAtOnePlace());
    return `(typeof ${text} === "object" && ${text} !== null ? ${copy}(${text}) : ${text})`;
  }
}

/** Returns the name of an entry of an object literal. A plain `__proto__` there would set the prototype. */
function entryName(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : quoted(name);
}
