/**
 * Generates what `conformRecord` does for one type: the copy of a record that its declared type describes. Records of a class cost
 * a little more, and those that contradict their type are looked at again by the interpreter, which says where and why.
 */
import { isBytes, isDate } from "../keys/value-kind.js";
import { conformRecord, fitDecimal } from "../records/conform-record.js";
import { Decimal } from "../types/decimal.js";
import type { AnyType, RowType, TypeInformation } from "../types/type-information.js";
import { compile } from "./code-generation.js";
import { entryName, setStatement } from "./generate-read.js";
import { isSafePrototype, mismatch, ownFields } from "./plain-row.js";
import { generatesCode, type RowCodeOptions } from "./row-serializer.js";

/**
 * Returns the function that gives the copy of a record which `type` describes; it throws RECORD_TYPE_MISMATCH, and
 * RECORD_NOT_DATA, where there is none.
 * @internal
 */
export function recordConformer(
  type: TypeInformation<unknown>,
  options: RowCodeOptions = {},
): (record: unknown) => unknown {
  const slow = (record: unknown): unknown => conformRecord(record, type as AnyType);
  if (!generatesCode(options)) return slow;
  const code = new ConformerCode();
  const main = code.partFunction(type as AnyType);
  return compile(
    { ...code.scope, slow },
    `${code.text()}
    return function (record) { try { return ${main}(record); } catch (error) { return slow(record); } };`,
  );
}

class ConformerCode {
  readonly scope: Record<string, unknown> = {
    conformRecord,
    Decimal,
    fitDecimal,
    isBytes,
    isDate,
    isSafePrototype,
    mismatch,
    ownFields,
  };
  readonly #parts: string[] = [];
  #numNames = 0;

  text(): string {
    return this.#parts.join("\n");
  }

  /** Adds the function that copies a value of `type`, and returns its name. */
  partFunction(type: AnyType): string {
    const name = this.#name("conform");
    const body =
      type.kind === "row"
        ? this.#rowBody(type)
        : `let v = value; ${this.#statements(type, "v")} return ${copyOf(type, "v")};`;
    this.#parts.push(`function ${name}(value) {\n${body}\n}`);
    return name;
  }

  #rowBody(type: RowType): string {
    const names = this.#constant(
      "names",
      type.fields.map((field) => field.name),
    );
    const safe = this.#name("safePrototype");
    this.#parts.push(`let ${safe} = null;`);
    const lines = [
      'if (typeof value !== "object" || value === null) mismatch();',
      "const prototype = Object.getPrototypeOf(value);",
      `if (prototype !== ${safe}) {`,
      `  if (isSafePrototype(prototype, ${names}) && !Array.isArray(value)) ${safe} = prototype;`,
      `  else value = ownFields(value, ${names});`,
      "}",
    ];
    const copies = type.fields.map((field, i) => {
      lines.push(`let v${i} = value[${JSON.stringify(field.name)}];`, this.#statements(field.type, `v${i}`));
      return { name: field.name, copy: copyOf(field.type, `v${i}`), isOptional: field.type.kind === "optional" };
    });
    const firstOptional = copies.findIndex((copy) => copy.isOptional);
    const numLiteral = firstOptional < 0 ? copies.length : firstOptional;
    const entries = copies.slice(0, numLiteral).map(({ name, copy }) => `${entryName(name)}: ${copy}`);
    lines.push(`const row = { ${entries.join(", ")} };`);
    for (const [i, { name, copy, isOptional }] of copies.entries()) {
      if (i < numLiteral) continue;
      const set = setStatement(name, copy);
      lines.push(isOptional ? `if (v${i} !== undefined) ${set}` : set);
    }
    lines.push("return row;");
    return lines.join("\n");
  }

  /** Returns the statements that check `name` and leave in it what `copyOf` makes the copy of. */
  #statements(type: AnyType, name: string): string {
    const refuseUnless = (condition: string): string => `if (!(${condition})) mismatch();`;
    switch (type.kind) {
      case "boolean":
      case "string":
        return refuseUnless(`typeof ${name} === "${type.kind}"`);
      case "float64":
        return refuseUnless(`typeof ${name} === "number"`);
      case "int32":
        return refuseUnless(`typeof ${name} === "number" && (${name} | 0) === ${name}`);
      case "int64":
        return refuseUnless(`typeof ${name} === "bigint" && BigInt.asIntN(64, ${name}) === ${name}`);
      case "timestamp":
        return refuseUnless(`isDate(${name})`);
      case "bytes":
        return refuseUnless(`isBytes(${name})`);
      case "enum":
        return refuseUnless(`${this.#constant("values", new Set(type.values))}.has(${name})`);
      case "decimal":
        return `${refuseUnless(`${name} instanceof Decimal`)} ${name} = fitDecimal(${name}, ${type.precision}, ${type.scale}); ${refuseUnless(`${name} !== undefined`)}`;
      case "nullable":
        return `if (${name} === null || ${name} === undefined) ${name} = null; else { ${this.#copied(type.inner, name)} }`;
      case "optional":
        return `if (${name} !== undefined) { ${this.#copied(type.inner, name)} }`;
      case "array": {
        const element = this.partFunction(type.element);
        return `${refuseUnless(`Array.isArray(${name})`)}
          { const copy = new Array(${name}.length); for (let i = 0; i < copy.length; i++) copy[i] = ${element}(${name}[i]); ${name} = copy; }`;
      }
      case "tuple": {
        const elements = type.elements.map((each, i) => `${this.partFunction(each)}(${name}[${i}])`);
        return `${refuseUnless(`Array.isArray(${name}) && ${name}.length === ${elements.length}`)} ${name} = [${elements.join(", ")}];`;
      }
      case "row":
        return `${name} = ${this.partFunction(type)}(${name});`;
      default:
        return `${name} = conformRecord(${name}, ${this.#constant("type", type)});`;
    }
  }

  /** Returns the statements that replace `name` by the copy of it. */
  #copied(type: AnyType, name: string): string {
    const copy = copyOf(type, name);
    return `${this.#statements(type, name)} ${copy === name ? "" : `${name} = ${copy};`}`;
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

/** Returns the expression of the copy of a value that was checked. */
function copyOf(type: AnyType, name: string): string {
  switch (type.kind) {
    case "int32":
      // The sum turns -0 into 0: a 32-bit integer has one zero.
      return `${name} + 0`;
    case "timestamp":
      return `new Date(${name}.getTime())`;
    case "bytes":
      return `new Uint8Array(${name})`;
    default:
      return name;
  }
}
