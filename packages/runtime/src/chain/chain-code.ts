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
  type Columns,
  expressionOperand,
  type Operand,
  quoted,
  RecordColumns,
  RowColumns,
  valueText,
} from "../expressions/index.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { ChainFunction, ChainRuntime } from "./chain-runtime.js";
import { NO_ROW, type RowComposition } from "./row-composition.js";
import { type RowOfShape, ShapeRows } from "./row-shape.js";
import { type Materializer, partOfShape, type Shape, ShapeColumns, WHOLE_SOURCE } from "./shape.js";

/** Is where the columns of a shape are read: a row, or a record that is a JavaScript value. */
interface Source {
  readonly columns: Columns;
  /** Set for rows. */
  readonly row?: {
    readonly parts: RowPartCode;
    readonly columns: RowColumns;
    readonly layout: StreamLayout;
  };
  /** The name of the record, for values. */
  readonly record?: string;
}

/** Holds the functions of flatMaps by their position in the chain. @internal */
export type FlatMapFunctions = Readonly<Record<number, (record: unknown) => void>>;

/** Says where in the chain code stands, and what the record is there. */
interface Position {
  readonly source: Source;
  readonly shape: Shape;
  /** The operator whose result the record is; -1 for what the driver gives. */
  readonly producer: number;
}

/** Puts the code of one chain together. @internal */
export class ChainCode {
  readonly #specs: readonly ChainedSpec[];
  readonly #unit: CodeUnit;
  readonly #runtime: ChainRuntime;
  /** The functions of flatMaps that were made before, by position; undefined when they are part of this code. */
  readonly #flatMaps: FlatMapFunctions | undefined;
  /** The names of functions that begin behind flatMaps, by the position where they begin. */
  readonly #segments = new Map<number, string>();

  constructor(specs: readonly ChainedSpec[], unit: CodeUnit, runtime: ChainRuntime, flatMaps?: FlatMapFunctions) {
    this.#specs = specs;
    this.#unit = unit;
    this.#runtime = runtime;
    this.#flatMaps = flatMaps;
  }

  /** Returns the text of the function that takes records at position `index` of the chain. */
  recordFunction(index: number): string {
    const source: Source = { columns: new RecordColumns("record"), record: "record" };
    return this.#function("record", index, { source, shape: WHOLE_SOURCE, producer: index - 1 });
  }

  /** Returns the expression of all functions of flatMaps that are part of this code, by position. */
  flatMapTable(): string {
    return `{ ${[...this.#segments].map(([index, name]) => `${index}: ${name}`).join(", ")} }`;
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
      this.#emit(position, block);
      return;
    }
    switch (spec.kind) {
      case "map":
        this.#operators(index + 1, this.#map(index, position, block), block);
        break;
      case "flatMap":
        // All of the record, since reports of a failure later, in a returned iterable, show it.
        block.add(`${this.#flatMap(index)}(${this.#object(position, block, true)});`);
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
        const argument = block.local(this.#lent(selector, position, block), "argument");
        const key = this.#unit.name("key");
        const take = this.#unit.constant("take", selector.takeKey);
        block.add(`let ${key};`);
        block.add(this.#called(selector, `${key} = ${this.#call(selector, argument)};`, position, argument));
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
    const argument = block.local(this.#argument(code, position, block), "argument");
    const result = this.#unit.name("record");
    block.add(`let ${result};`);
    block.add(
      this.#called(code, `${result} = ${this.#call(code, argument, code.runtimeContext)};`, position, argument),
    );
    block.add(this.#takenIn(code, result, argument));
    const source: Source = { columns: new RecordColumns(result), record: result };
    return { source, shape: WHOLE_SOURCE, producer: index };
  }

  #filter(index: number, position: Position, block: CodeBlock): void {
    const code = this.#runtime.functions[index]!;
    const argument = block.local(this.#lent(code, position, block), "argument");
    const result = this.#unit.name("keeps");
    const refuse = this.#unit.constant("refuse", code.checkBoolean);
    block.add(`let ${result};`);
    block.add(
      this.#called(code, `${result} = ${this.#call(code, argument, code.runtimeContext)};`, position, argument),
    );
    block.add(`if (${result} !== true) { if (${result} !== false) ${refuse}(${result}, ${argument}); return; }`);
  }

  /**
   * Returns the statement of a call, whose failure is reported with the whole record. A row is read again for that: an object that
   * nobody needs but the function need not be made.
   */
  #called(code: ChainFunction, statement: string, { shape, source }: Position, argument: string): string {
    const fail = this.#unit.constant("fail", code.failure);
    const isRow = source.row !== undefined && shape === WHOLE_SOURCE;
    const record = isRow ? this.#readRow(source.row) : argument;
    return `try { ${statement} } catch (error) { throw ${fail}(error, ${record}); }`;
  }

  /** Returns the expression of a call. */
  #call({ target, method }: ChainFunction, argument: string, ...context: readonly unknown[]): string {
    const all = [argument, ...context.map((each) => this.#unit.constant("context", each))].join(", ");
    if (method === undefined) return `${this.#unit.constant("user", target)}(${all})`;
    return `${this.#unit.constant("user", target)}[${quoted(method)}](${all})`;
  }

  /** Returns the statement that looks at a result, and takes it in where it is not plainly right. */
  #takenIn(code: ChainFunction, result: string, argument: string): string {
    const take = this.#unit.constant("take", code.takeOne);
    const taken = `${result} = ${take}(${result}, ${argument});`;
    if (code.conform !== undefined) {
      const conform = `${result} = ${this.#unit.constant("conform", code.conform)}(${result});`;
      const fail = this.#unit.constant("fail", code.failure);
      return `if (${notPlain(result)}) ${taken}
        else try { ${conform} } catch (error) { throw ${fail}(error, ${argument}); }`;
    }
    if (!code.passesPlain) return taken;
    return `if (${notPlain(result)}) ${taken}`;
  }

  /** Adds the function that calls a flatMap and hands on what it gives; returns its name. */
  #flatMap(index: number): string {
    const made = this.#flatMaps?.[index];
    if (made !== undefined) return this.#unit.constant("flatMap", made);
    const known = this.#segments.get(index);
    if (known !== undefined) return known;
    const code = this.#runtime.functions[index]!;
    const unit = this.#unit;
    const name = unit.name("flatMap");
    this.#segments.set(index, name);
    const next = unit.name("next");
    unit.functions.push(`const ${next} = ${this.recordFunction(index + 1)};`);
    const flat = unit.constant("flat", this.#runtime.flatMap(index));
    const pending = unit.constant("pending", this.#runtime.pending);
    const take = unit.constant("take", code.takeRecord);
    const checked = code.passesPlain
      ? `if (${notPlain("record")}) record = ${take}(record);`
      : `record = ${take}(record);`;
    const call = code.writes
      ? `const out = new Out${name}();
        let result;
        ${pending}.numCalls++;
        try { result = ${this.#call(code, "argument, out", code.runtimeContext)}; }
        catch (error) { out.isOpen = false; throw ${flat}.failure(error, argument); }
        finally { ${pending}.numCalls--; }
        if (${flat}.hasFailed) throw ${flat}.error;`
      : `const out = unused${name};
        let result;
        try { result = ${this.#call(code, "argument, out", code.runtimeContext)}; }
        catch (error) { throw ${flat}.failure(error, argument); }`;
    const suspends = this.#specs.slice(index + 1).some((spec) => spec.kind === "flatMap");
    const stop = suspends
      ? `if (${pending}.isPending) { ${flat}.readRest(result, i + 1, argument, out); return; }`
      : "";
    unit.functions.push(`
      function emit${name}(record) { ${checked} ${next}(record); }
      ${flat}.emit = emit${name};
      class Out${name} {
        constructor() { this.isOpen = true; }
        collect(record) {
          if (!this.isOpen) ${flat}.refuse();
          ${checked}
          try { ${next}(record); } catch (error) { throw ${flat}.failed(error); }
        }
      }
      const unused${name} = new Out${name}();
      unused${name}.isOpen = false;
      function ${name}(argument) {
        ${call}
        if (result === undefined) { out.isOpen = false; return; }
        if (typeof result === "object" && result !== null && result.constructor === Array) {
          out.isOpen = false;
          for (let i = 0; i < result.length; i++) { emit${name}(result[i]); ${stop} }
        } else ${flat}.read(result, argument, out);
      }`);
    return name;
  }

  /** Hands the record on, as a row where that can be. */
  #emit(position: Position, block: CodeBlock): void {
    const { shape, source, producer } = position;
    const output = this.#unit.constant("output", this.#runtime.output);
    // What the output refuses is the fault of the operator that gave it.
    block.add(`stage = ${producer};`);
    if (source.row !== undefined && this.#emitRow(shape, source.row, output, block)) return;
    if (source.row === undefined && this.#emitKeyed(position, output, block)) return;
    block.add(`${output}.collect(${this.#object(position, block, false)});`);
  }

  #emitRow(shape: Shape, row: NonNullable<Source["row"]>, output: string, block: CodeBlock): boolean {
    if (shape.kind === "source" && shape.segments.length === 0) {
      block.add(`${output}.collectRow(memory, base, ${this.#unit.constant("layout", row.layout)});`);
      return true;
    }
    if (shape.kind === "source") return this.#emitPart(shape.segments, row, output, block);
    // Keys are found out; what else is not known may have a type that the output knows.
    const isKeyed = this.#specs.at(-1)?.kind === "attachKey";
    const composed = new ShapeRows(row.columns, block, isKeyed).rowOf(shape);
    if (composed === undefined) return false;
    this.#compose(composed, this.#runtime.composition(row.layout.layout, composed), "memory, base", output, block);
    return true;
  }

  /** Puts a key in front of a record whose type is known: the record keeps it inside of the tuple. */
  #emitKeyed(position: Position, output: string, block: CodeBlock): boolean {
    const { shape, source } = position;
    const recordType = this.#runtime.keyedRecordType();
    if (recordType === undefined || shape.kind !== "tuple") return false;
    const record = block.local(this.#value(shape.elements.at(-1)!, source, block, undefined), "record");
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
  #computedKey(shape: Shape, source: Source, block: CodeBlock): Shape {
    if (shape.kind === "operand" || shape.kind === "null") return shape;
    const text = block.local(this.#value(shape, source, block, undefined), "key");
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
      return;
    }
    block.add(`${name}.write([${row.discovered.join(", ")}]);`);
    block.add(`while (${name}.compose(${first}, ${name}.parts.memory, 0, ${target}${values}) < 0) ${scratch}.grow();`);
    block.add(`${output}.collectRow(${scratch}.memory, 0, ${name}.layout);`);
  }

  /** A row or tuple inside of a row is a row itself, where it lies. */
  #emitPart(segments: readonly string[], row: NonNullable<Source["row"]>, output: string, block: CodeBlock): boolean {
    const part = row.columns.part({ text: "", segments, isWildcard: false }, block);
    if (part?.kind !== "struct" || part.rest.length > 0) return false;
    const layout = this.#unit.constant("layout", this.#runtime.layoutOf(part.type));
    const below = `${part.base} + (memory.i32[${part.at} * 2] >> 3)`;
    const collect = `${output}.collectRow(memory, ${below}, ${layout});`;
    block.add(part.isNull === undefined ? collect : `if (${part.isNull}) ${output}.collect(null); else { ${collect} }`);
    return true;
  }

  #columns(position: Position): ShapeColumns {
    return new ShapeColumns(position.shape, position.source.columns, this.#materializer(position));
  }

  #materializer(position: Position): Materializer {
    return { valueOf: (shape, block) => this.#object({ ...position, shape }, block, false) };
  }

  /**
   * Returns the expression of the record as JavaScript has it. What a function gets is its own: parts that two fields would
   * share are copied.
   */
  #object({ shape, source }: Position, block: CodeBlock, isOwn: boolean): string {
    const used: string[] = [];
    return this.#value(shape, source, block, isOwn ? used : undefined);
  }

  #value(shape: Shape, source: Source, block: CodeBlock, used: string[] | undefined): string {
    switch (shape.kind) {
      case "null":
        return "null";
      case "source":
        return this.#sourceValue(shape.segments, source, block, used);
      case "operand":
        return this.#operandValue(shape.operand, used);
      case "tuple":
        return `[${shape.elements.map((element) => this.#value(element, source, block, used)).join(", ")}]`;
      case "row": {
        const fields = shape.fields.map(
          ({ name, value }) => `${entryName(name)}: ${this.#value(value, source, block, used)}`,
        );
        return `({ ${fields.join(", ")} })`;
      }
    }
  }

  #sourceValue(segments: readonly string[], source: Source, block: CodeBlock, used: string[] | undefined): string {
    if (source.record !== undefined && segments.length === 0) return this.#shared(source.record, used);
    const path: FieldPath = { text: "", segments, isWildcard: false };
    if (source.row === undefined) return this.#operandValue(source.columns.load(path, block), used);
    if (segments.length === 0) return this.#readRow(source.row);
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
  #argument(code: ChainFunction, position: Position, block: CodeBlock): string {
    return this.#partOfRow(code, position) ?? this.#object(position, block, true);
  }

  /** Returns the expression of the record for a function behind which the chain goes on with the record as it is. */
  #lent(code: ChainFunction, { shape, source }: Position, block: CodeBlock): string {
    const { record } = source;
    const part = this.#partOfRow(code, { shape, source });
    if (part !== undefined) return part;
    // The first use is the chain's own, so this one is a copy.
    const copy = this.#value(shape, source, block, ["the chain"]);
    if (code.reads === undefined || record === undefined || shape !== WHOLE_SOURCE) return copy;
    const changeable = [...code.reads].map((name) => `typeof ${record}[${quoted(name)}] === "object"`);
    // Who reads nothing but fields that can't be changed changes nothing. Null counts as an object: it is rare enough.
    if (changeable.length === 0) return record;
    return `(typeof ${record} === "object" && ${record} !== null && (${changeable.join(" || ")}) ? ${copy} : ${record})`;
  }

  /** Returns the expression of those fields of a row that a function reads, where that is certain. */
  #partOfRow({ reads }: ChainFunction, { shape, source }: Pick<Position, "shape" | "source">): string | undefined {
    if (reads === undefined || source.row === undefined || shape !== WHOLE_SOURCE) return undefined;
    return source.row.parts.partialRecord(reads);
  }

  #readRow({ layout }: NonNullable<Source["row"]>): string {
    return `${this.#unit.constant("read", layout.serializer.read)}(memory, base)`;
  }

  #copied(text: string): string {
    const copy = this.#unit.constant("copy", this.#runtime.copy);
    return `(typeof ${text} === "object" && ${text} !== null ? ${copy}(${text}) : ${text})`;
  }
}

/**
 * Returns the condition that a value is not plain on the outside: see `isPlainOutside`. Asking for the prototype itself would cost
 * more than all the rest of a short chain.
 */
function notPlain(name: string): string {
  return `typeof ${name} === "object"
    ? ${name} !== null && ${name}.constructor !== Object && ${name}.constructor !== Array
    : ${name} === undefined || typeof ${name} === "function" || typeof ${name} === "symbol"`;
}

/** Returns the condition that a key has to be looked at: that it is no string, number, bigint or truth value. */
function isNoScalar(name: string): string {
  const types = ["string", "number", "bigint", "boolean"];
  return types.map((type) => `typeof ${name} !== "${type}"`).join(" && ");
}

/** Returns the name of an entry of an object literal. A plain `__proto__` there would set the prototype. */
function entryName(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : quoted(name);
}
