/**
 * Generates the functions of a chain: one for records, and one for the rows of each layout that comes.
 *
 * 1. Operators over fields (filters and columns by expressions, projections, keys) compute nothing by themselves: they change the
 *    *shape* of the record (see `shape.ts`). A filter reads the columns that it names.
 * 2. The first function of the user makes an object of the shape: of a row only what the shape still has.
 *    Functions are called directly, one after the other in one piece of code; what they return is looked at in place,
 *    and whatever is not plainly right goes the slow way, to the code that the interpreted chain has too.
 * 3. A function that keeps the record as it is (a filter, a key selector) gets a copy, or another object of the row: it may
 *    change what it gets.
 * 4. Behind a flatMap a function of its own begins, since it is run many times.
 * 5. At the end a shape over a row becomes a row again, without an object in between, where its types are known.
 */
import { type ExpressionNode, type FieldPath, parseFieldPath, RowPartCode } from "@millrace/core";
import type { ChainedSpec, KeyPartSpec } from "@millrace/job-graph";
import {
  addCondition,
  CodeBlock,
  type CodeUnit,
  expressionOperand,
  RecordColumns,
  RowColumns,
} from "../expressions/index.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import { CallCode, type FlatMapFunctions, isNoScalar } from "./call-code.js";
import type { ChainRuntime } from "./chain-runtime.js";
import { EmitCode } from "./emit-code.js";
import { ObjectCode } from "./object-code.js";
import type { RecordAt, RecordSource } from "./record-source.js";
import { partOfShape, type Shape, ShapeColumns, WHOLE_SOURCE } from "./shape.js";

/** Says where in the chain code stands, and what the record is there. */
interface Position extends RecordAt {
  /** The operator whose result the record is; -1 for what the driver gives. */
  readonly producer: number;
}

/** Puts the code of one chain together. @internal */
export class ChainCode {
  readonly #specs: readonly ChainedSpec[];
  readonly #unit: CodeUnit;
  readonly #runtime: ChainRuntime;
  readonly #objects: ObjectCode;
  readonly #calls: CallCode;
  readonly #end: EmitCode;

  /** @param flatMaps - the functions of flatMaps that were made before; undefined when they are part of this code */
  constructor(specs: readonly ChainedSpec[], unit: CodeUnit, runtime: ChainRuntime, flatMaps?: FlatMapFunctions) {
    this.#specs = specs;
    this.#unit = unit;
    this.#runtime = runtime;
    this.#objects = new ObjectCode(unit, runtime.copyAtOnePlace);
    this.#calls = new CallCode(unit, runtime, this.#objects, (index) => this.recordFunction(index), flatMaps);
    this.#end = new EmitCode(unit, runtime, this.#objects);
  }

  /** Returns the text of the function that takes records at position `index` of the chain. */
  recordFunction(index: number): string {
    const source: RecordSource = { columns: new RecordColumns("record"), record: "record" };
    return this.#function("record", index, { source, shape: WHOLE_SOURCE, producer: index - 1 });
  }

  /** Returns the expression of all functions of flatMaps that are part of this code, by position. */
  flatMapTable(): string {
    return this.#calls.flatMapTable();
  }

  /** Returns the text of the function that takes rows of one layout at the head of the chain. */
  rowFunction(layout: StreamLayout): string {
    const parts = new RowPartCode(layout.layout);
    const columns = new RowColumns(parts);
    const position: Position = {
      source: { columns, row: { parts, columns, layout } },
      shape: WHOLE_SOURCE,
      producer: -1,
    };
    const text = this.#function("memory, base", 0, position);
    this.#unit.addScope(parts.scope);
    this.#unit.functions.push(parts.text());
    return text;
  }

  #function(parameters: string, index: number, position: Position): string {
    const block = new CodeBlock(this.#unit);
    this.#operators(index, position, block);
    const fail = this.#unit.constant("locate", this.#runtime.located);
    return `function (${parameters}) {
      let stage = ${index};
      try {
        ${block.text()}
      } catch (error) { throw ${fail}(error, stage); }
    }`;
  }

  #operators(index: number, position: Position, block: CodeBlock): void {
    const spec = this.#specs[index];
    if (spec === undefined) {
      this.#end.emit(position, position.producer, block);
      return;
    }
    switch (spec.kind) {
      case "map":
        this.#operators(index + 1, this.#map(index, position, block), block);
        break;
      case "flatMap":
        // All of the record, since reports of a failure later, in a returned iterable, show it.
        block.add(`${this.#calls.flatMap(index)}(${this.#objects.object(position, block, true)});`);
        break;
      case "filter":
        this.#filter(index, position, block);
        this.#operators(index + 1, position, block);
        break;
      default: {
        block.add(`stage = ${index};`);
        const shape = this.#fieldOperator(index, spec, position, block);
        const producer = spec.kind === "filterExpression" ? position.producer : index;
        this.#operators(index + 1, { ...position, shape, producer }, block);
      }
    }
  }

  /** Does what an operator over fields does, and returns the shape of its results. */
  #fieldOperator(index: number, spec: ChainedSpec, position: Position, block: CodeBlock): Shape {
    const columns = this.#columns(position);
    switch (spec.kind) {
      case "filterExpression":
        addCondition(spec.expression, columns, block, "return;");
        return position.shape;
      case "project":
        return {
          kind: "tuple",
          elements: spec.fields.map((field) => this.#part(parseFieldPath(field), position, columns, block)),
        };
      case "select":
        return {
          kind: "row",
          fields: spec.columns.map(({ name, expression }) => ({
            name,
            value: this.#computed(expression, position, columns, block),
          })),
        };
      case "attachKey":
        return {
          kind: "tuple",
          elements: [...spec.parts.map((part) => this.#keyPart(index, part, position, columns, block)), position.shape],
        };
      case "detachKey":
        return this.#part(parseFieldPath(spec.position), position, columns, block);
      default:
        return position.shape;
    }
  }

  #computed(node: ExpressionNode, position: Position, columns: ShapeColumns, block: CodeBlock): Shape {
    if (node.op === "column") return this.#part(parseFieldPath(node.path), position, columns, block);
    return { kind: "operand", operand: expressionOperand(node, columns, block) };
  }

  #part(path: FieldPath, { shape, source }: Position, columns: ShapeColumns, block: CodeBlock): Shape {
    // A field of a row is there or not, which its layout tells; one of an object has to be looked for, which may fail.
    const isSafe = (segments: readonly string[]): boolean => {
      if (source.row === undefined) return segments.length === 0;
      const part = source.row.columns.part({ ...path, segments }, block);
      return part === undefined || part.rest.length === 0;
    };
    return partOfShape(shape, path, columns, isSafe, block);
  }

  #keyPart(index: number, part: KeyPartSpec, position: Position, columns: ShapeColumns, block: CodeBlock): Shape {
    switch (part.kind) {
      case "field": {
        const shape = this.#part(parseFieldPath(part.path), position, columns, block);
        if (shape.kind !== "operand" || shape.operand.kind !== "unknown") return shape;
        const plain = this.#unit.constant("plainKey", this.#runtime.plainKey);
        const { text } = shape.operand;
        const key = block.local(`typeof ${text} === "object" && ${text} !== null ? ${plain}(${text}) : ${text}`);
        return { kind: "operand", operand: { kind: "unknown", text: key, isNullable: true } };
      }
      case "selector": {
        const selector = this.#runtime.selector(index, part.function);
        const argument = block.local(this.#objects.lent(selector, position, block), "argument");
        const key = this.#unit.name("key");
        const take = this.#unit.constant("take", selector.takeKey);
        block.add(`let ${key};`);
        block.add(
          this.#calls.called(selector, `${key} = ${this.#calls.call(selector, argument)};`, position, argument),
        );
        block.add(`if (${isNoScalar(key)}) ${key} = ${take}(${key}, ${argument});`);
        return { kind: "operand", operand: { kind: "unknown", text: key, isNullable: true } };
      }
      case "expression":
        return this.#computed(part.expression, position, columns, block);
      case "tuple":
        return {
          kind: "tuple",
          elements: part.parts.map((each) => this.#keyPart(index, each, position, columns, block)),
        };
    }
  }

  /** Calls a function that gives one record, and returns where the chain goes on. */
  #map(index: number, position: Position, block: CodeBlock): Position {
    const code = this.#runtime.functions[index]!;
    const argument = block.local(this.#objects.argument(code, position, block), "argument");
    const result = this.#unit.name("record");
    block.add(`let ${result};`);
    block.add(
      this.#calls.called(
        code,
        `${result} = ${this.#calls.call(code, argument, code.runtimeContext)};`,
        position,
        argument,
      ),
    );
    block.add(this.#calls.takenIn(code, result, argument));
    const source: RecordSource = { columns: new RecordColumns(result), record: result };
    return { source, shape: WHOLE_SOURCE, producer: index };
  }

  #filter(index: number, position: Position, block: CodeBlock): void {
    const code = this.#runtime.functions[index]!;
    const argument = block.local(this.#objects.lent(code, position, block), "argument");
    const result = this.#unit.name("keeps");
    const refuse = this.#unit.constant("refuse", code.checkBoolean);
    block.add(`let ${result};`);
    block.add(
      this.#calls.called(
        code,
        `${result} = ${this.#calls.call(code, argument, code.runtimeContext)};`,
        position,
        argument,
      ),
    );
    block.add(`if (${result} !== true) { if (${result} !== false) ${refuse}(${result}, ${argument}); return; }`);
  }

  #columns({ shape, source }: RecordAt): ShapeColumns {
    return new ShapeColumns(shape, source.columns, this.#objects.materializer(source));
  }
}
