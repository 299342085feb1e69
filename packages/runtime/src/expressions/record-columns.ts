import { type FieldPath, fieldPathText, fieldValue } from "@millrace/core";
import { type CodeBlock, type CodeUnit, quoted } from "./code-block.js";
import type { Columns } from "./columns.js";
import type { Operand } from "./operand.js";

const POSITION = /^(?:0|[1-9]\d*)$/;

/** Reads columns of a record that is a JavaScript value. @internal */
export class RecordColumns implements Columns {
  readonly #record: string;

  /** @param record - the name that has the record */
  constructor(record: string) {
    this.#record = record;
  }

  load(path: FieldPath, block: CodeBlock): Operand {
    const key = `${this.#record} ${fieldPathText(path.segments)}`;
    const known = block.recall<Operand>(key);
    if (known !== undefined) return known;
    // What leads on below a value without fields is an error.
    if (path.segments.length > 0) block.canFail = true;
    const text = block.local(`${fieldGetter(path, block.unit)}(${this.#record})`, "column");
    const operand: Operand = { kind: "unknown", text, isNullable: true };
    block.remember(key, operand);
    return operand;
  }

  isNull(path: FieldPath, block: CodeBlock): string {
    return `${this.load(path, block).text} === null`;
  }

  textInPlace(): undefined {
    return undefined;
  }
}

/**
 * Returns the name of a function that does what `fieldValue` does for one path: at once for plain objects and arrays, and by
 * calling it for everything else. An object of a class is not read directly since its prototype may have fields.
 */
function fieldGetter(path: FieldPath, unit: CodeUnit): string {
  const slow = `${unit.helper("fieldValue", fieldValue)}(record, ${unit.constant("path", path)})`;
  const steps = path.segments.map((name) => {
    const test = POSITION.test(name)
      ? "Array.isArray(value)"
      : `typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype`;
    const isInherited = name in Object.prototype;
    const isOwn = isInherited ? `Object.hasOwn(value, ${quoted(name)}) && ` : "";
    return `if (value === null || value === undefined) return null;
      if (${test}${isInherited ? ` && ${isOwn}true` : ""}) value = value[${POSITION.test(name) ? name : quoted(name)}]; else return ${slow};`;
  });
  const name = unit.name("field");
  unit.functions.push(`function ${name}(record) {
    let value = record;
    ${steps.join("\n")}
    return value === undefined ? null : value;
  }`);
  return name;
}
