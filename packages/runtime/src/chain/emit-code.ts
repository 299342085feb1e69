/** Hands the results of a chain to the output: as rows wherever their types are known, else as objects. */
import type { CodeBlock, CodeUnit } from "../expressions/index.js";
import type { ChainRuntime } from "./chain-runtime.js";
import type { ObjectCode } from "./object-code.js";
import type { RecordAt, RecordSource, RowSource } from "./record-source.js";
import { NO_ROW, type RowComposition } from "./row-composition.js";
import { type RowOfShape, ShapeRows } from "./row-shape.js";
import type { Shape } from "./shape.js";

/** Makes the statements at the end of a chain. @internal */
export class EmitCode {
  readonly #unit: CodeUnit;
  readonly #runtime: ChainRuntime;
  readonly #objects: ObjectCode;

  constructor(unit: CodeUnit, runtime: ChainRuntime, objects: ObjectCode) {
    this.#unit = unit;
    this.#runtime = runtime;
    this.#objects = objects;
  }

  /** Hands the record on, as a row where that can be. */
  emit(position: RecordAt, producer: number, block: CodeBlock): void {
    const { shape, source } = position;
    const output = this.#unit.constant("output", this.#runtime.output);
    // What the output refuses is the fault of the operator that gave it.
    block.add(`stage = ${producer};`);
    if (source.row !== undefined && this.#emitRow(shape, source.row, output, block)) return;
    if (source.row === undefined && this.#emitKeyed(position, output, block)) return;
    block.add(`${output}.collect(${this.#objects.object(position, block, false)});`);
  }

  #emitRow(shape: Shape, row: RowSource, output: string, block: CodeBlock): boolean {
    if (shape.kind === "source" && shape.segments.length === 0) {
      block.add(`${output}.collectRow(memory, base, ${this.#unit.constant("layout", row.layout)});`);
      return true;
    }
    if (shape.kind === "source") return this.#emitPart(shape.segments, row, output, block);
    // Keys are found out; what else is not known may have a type that the output knows.
    const isKeyed = this.#runtime.endsWithKeys;
    const composed = new ShapeRows(row.columns, block, isKeyed).rowOf(shape);
    if (composed === undefined) return false;
    this.#compose(composed, this.#runtime.composition(row.layout.layout, composed), "memory, base", output, block);
    return true;
  }

  /** Puts a key in front of a record whose type is known: the record keeps it inside of the tuple. */
  #emitKeyed(position: RecordAt, output: string, block: CodeBlock): boolean {
    const { shape, source } = position;
    const recordType = this.#runtime.keyedRecordType();
    if (recordType === undefined || shape.kind !== "tuple") return false;
    const record = block.local(this.#objects.value(shape.elements.at(-1)!, source, block, undefined), "record");
    const keys = shape.elements.slice(0, -1).map((key) => this.#computedKey(key, source, block));
    const composed = new ShapeRows(undefined, block, true).keyedRowOf(keys, record, recordType);
    if (composed === undefined) return false;
    const composition = this.#runtime.composition(undefined, composed, recordType);
    const inner = block.inner();
    this.#compose(composed, composition, `${this.#unit.constant("noRow", NO_ROW)}, 0`, output, inner);
    const refused = `${this.#unit.constant("composition", composition)}.refused(error, ${record})`;
    block.add(`try { ${inner.text()} } catch (error) { throw ${refused}; }`);
    return true;
  }

  /** Returns a key over a record that is a JavaScript value as a value. */
  #computedKey(shape: Shape, source: RecordSource, block: CodeBlock): Shape {
    if (shape.kind === "operand" || shape.kind === "null") return shape;
    const text = block.local(this.#objects.value(shape, source, block, undefined), "key");
    return { kind: "operand", operand: { kind: "unknown", text, isNullable: true } };
  }

  #compose(row: RowOfShape, composition: RowComposition, first: string, output: string, block: CodeBlock): void {
    const name = this.#unit.constant("composition", composition);
    const scratch = this.#unit.constant("scratch", this.#runtime.scratch);
    const values = row.values.map((value) => `, ${block.local(value)}`).join("");
    const target = `${scratch}.memory, 0, ${scratch}.memory.numSlots`;
    if (row.discovered.length === 0) {
      // Then there is one layout, and one writer.
      const compose = this.#unit.constant("compose", composition.compose);
      block.add(`while (${compose}(${first}, undefined, 0, ${target}${values}) < 0) ${scratch}.grow();`);
      const layout = this.#unit.constant("layout", composition.layout);
      block.add(`${output}.collectRow(${scratch}.memory, 0, ${layout});`);
      block.add(`if (${scratch}.isLarge) ${scratch}.shrink();`);
      return;
    }
    block.add(`${name}.write([${row.discovered.join(", ")}]);`);
    block.add(`while (${name}.compose(${first}, ${name}.parts.memory, 0, ${target}${values}) < 0) ${scratch}.grow();`);
    block.add(`${output}.collectRow(${scratch}.memory, 0, ${name}.layout);`);
    block.add(`if (${scratch}.isLarge) ${scratch}.shrink();`);
  }

  /** A row or tuple inside of a row is a row itself, where it lies. */
  #emitPart(segments: readonly string[], row: RowSource, output: string, block: CodeBlock): boolean {
    const part = row.columns.part({ text: "", segments, isWildcard: false }, block);
    if (part?.kind !== "struct" || part.rest.length > 0) return false;
    const layout = this.#unit.constant("layout", this.#runtime.layoutOf(part.type));
    const below = `${part.base} + (memory.i32[${part.at} * 2] >> 3)`;
    const collect = `${output}.collectRow(memory, ${below}, ${layout});`;
    block.add(part.isNull === undefined ? collect : `if (${part.isNull}) ${output}.collect(null); else { ${collect} }`);
    return true;
  }
}
