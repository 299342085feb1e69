import { type FieldPath, fieldPathText, fieldValue, type RowPart, type RowPartCode } from "@millrace/core";
import type { CodeBlock } from "./code-block.js";
import type { Columns, TextInPlace } from "./columns.js";
import { NULL_OPERAND, type Operand, type OperandKind } from "./operand.js";

/** Reads columns of a row where it lies: at slot `base` of `memory`, the names that the code around has to declare. @internal */
export class RowColumns implements Columns {
  readonly #code: RowPartCode;

  constructor(code: RowPartCode) {
    this.#code = code;
  }

  load(path: FieldPath, block: CodeBlock): Operand {
    const key = keyOf(path);
    const known = block.recall<Operand>(key);
    if (known !== undefined) return known;
    const part = this.part(path, block);
    if (part === undefined) return NULL_OPERAND;
    const operand = loaded(part, path, block);
    block.remember(key, operand);
    return operand;
  }

  isNull(path: FieldPath, block: CodeBlock): string {
    const part = this.part(path, block);
    if (part === undefined) return "true";
    if (part.rest.length > 0) return `${this.load(path, block).text} === null`;
    return part.isNull ?? "false";
  }

  textInPlace(path: FieldPath, block: CodeBlock): TextInPlace | undefined {
    if (block.recall(keyOf(path)) !== undefined) return undefined;
    const part = this.part(path, block);
    if (part?.kind !== "string" || part.rest.length > 0) return undefined;
    return { word: `${part.at} * 2`, base: part.base, isNull: part.isNull };
  }

  /** Returns what is known of a column; undefined where the layout has none. */
  part(path: FieldPath, block: CodeBlock): RowPart | undefined {
    const key = `part ${fieldPathText(path.segments)}`;
    const known = block.recall<RowPart>(key);
    if (known !== undefined) return known;
    const part = this.#code.part(path.segments);
    if (part === undefined) return undefined;
    block.add(part.prelude);
    block.remember(key, part);
    return part;
  }
}

function keyOf(path: FieldPath): string {
  return `row ${fieldPathText(path.segments)}`;
}

function loaded(part: RowPart, path: FieldPath, block: CodeBlock): Operand {
  const isNull = part.isNull === undefined ? "" : `${part.isNull} ? null : `;
  if (part.rest.length > 0) {
    block.canFail = true;
    const rest = block.unit.constant("path", { ...path, segments: part.rest });
    const read = `${block.unit.helper("fieldValue", fieldValue)}(${part.value}, ${rest})`;
    return { kind: "unknown", text: block.local(`${isNull}${read}`, "column"), isNullable: true };
  }
  const kind = kindOf(part);
  const value = kind === "millis" ? `memory.f64[${part.at}]` : part.value;
  return { kind, text: block.local(`${isNull}${value}`, "column"), isNullable: part.isNull !== undefined };
}

function kindOf({ kind }: RowPart): OperandKind {
  switch (kind) {
    case "boolean":
    case "int32":
    case "string":
      return kind;
    case "float64":
      return "number";
    case "int64":
      return "bigint";
    case "enum":
      return "string";
    case "timestamp":
      return "millis";
    default:
      return "unknown";
  }
}
