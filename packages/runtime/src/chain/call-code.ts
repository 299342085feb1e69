/** Calls functions of the user, looks at what they return, and reports what they throw. */
import { type CodeUnit, quoted } from "../expressions/index.js";
import type { ChainFunction, ChainRuntime } from "./chain-runtime.js";
import type { ObjectCode } from "./object-code.js";
import type { RecordAt } from "./record-source.js";
import { WHOLE_SOURCE } from "./shape.js";

/** Holds the functions of flatMaps by their position in the chain. @internal */
export type FlatMapFunctions = Readonly<Record<number, (record: unknown) => void>>;

/** Makes the statements of calls. @internal */
export class CallCode {
  readonly #unit: CodeUnit;
  readonly #runtime: ChainRuntime;
  readonly #objects: ObjectCode;
  readonly #recordFunction: (index: number) => string;
  /** The functions of flatMaps that were made before, by position; undefined when they are part of this code. */
  readonly #made: FlatMapFunctions | undefined;
  /** The names of functions of flatMaps that are part of this code, by position. */
  readonly #flatMaps = new Map<number, string>();

  /** @param recordFunction - returns the text of the function that takes records at a position of the chain */
  constructor(
    unit: CodeUnit,
    runtime: ChainRuntime,
    objects: ObjectCode,
    recordFunction: (index: number) => string,
    made: FlatMapFunctions | undefined,
  ) {
    this.#unit = unit;
    this.#runtime = runtime;
    this.#objects = objects;
    this.#recordFunction = recordFunction;
    this.#made = made;
  }

  /** Returns the expression of all functions of flatMaps that are part of this code, by position. */
  flatMapTable(): string {
    return `{ ${[...this.#flatMaps].map(([index, name]) => `${index}: ${name}`).join(", ")} }`;
  }

  /**
   * Returns the statement of a call, whose failure is reported with the whole record. A row is read again for that: an object that
   * nobody needs but the function need not be made.
   */
  called(code: ChainFunction, statement: string, { shape, source }: RecordAt, argument: string): string {
    const fail = this.#unit.constant("fail", code.failure);
    const isRow = source.row !== undefined && shape === WHOLE_SOURCE;
    const record = isRow ? this.#objects.readRow(source.row) : argument;
    return `try { ${statement} } catch (error) { throw ${fail}(error, ${record}); }`;
  }

  /** Returns the expression of a call. */
  call({ target, method }: ChainFunction, argument: string, ...context: readonly unknown[]): string {
    const all = [argument, ...context.map((each) => this.#unit.constant("context", each))].join(", ");
    if (method === undefined) return `${this.#unit.constant("user", target)}(${all})`;
    return `${this.#unit.constant("user", target)}[${quoted(method)}](${all})`;
  }

  /** Returns the statement that looks at a result, and takes it in where it is not plainly right. */
  takenIn(code: ChainFunction, result: string, argument: string): string {
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
  flatMap(index: number): string {
    const made = this.#made?.[index];
    if (made !== undefined) return this.#unit.constant("flatMap", made);
    const known = this.#flatMaps.get(index);
    if (known !== undefined) return known;
    const code = this.#runtime.functions[index]!;
    const unit = this.#unit;
    const name = unit.name("flatMap");
    this.#flatMaps.set(index, name);
    const next = unit.name("next");
    unit.functions.push(`const ${next} = ${this.#recordFunction(index + 1)};`);
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
        try { result = ${this.call(code, "argument, out", code.runtimeContext)}; }
        catch (error) { out.isOpen = false; throw ${flat}.failure(error, argument); }
        finally { ${pending}.numCalls--; }
        if (${flat}.hasFailed) throw ${flat}.error;`
      : `const out = unused${name};
        let result;
        try { result = ${this.call(code, "argument, out", code.runtimeContext)}; }
        catch (error) { throw ${flat}.failure(error, argument); }`;
    const suspends = this.#runtime.hasFlatMapBehind(index);
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
export function isNoScalar(name: string): string {
  const types = ["string", "number", "bigint", "boolean"];
  return types.map((type) => `typeof ${name} !== "${type}"`).join(" && ");
}
