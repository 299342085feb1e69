/** The rows that are written of shapes: their type, and where each part of them comes from. */
import { type AnyType, RowLayout, type RowOrigin, type TypeInformation, types } from "@millrace/core";
import { type CodeBlock, type Operand, type RowColumns, valueText } from "../expressions/index.js";
import type { Shape } from "./shape.js";

/** Is how a shape is written as a row. @internal */
export interface RowOfShape {
  readonly layout: RowLayout;
  readonly origins: readonly RowOrigin[];
  /** The expressions of the values that `origins` refer to by position. */
  readonly values: readonly string[];
}

interface Part {
  readonly type: AnyType;
  readonly origin: RowOrigin;
}

/**
 * Returns how a shape over rows is written as a row; undefined when the type of a part is not known, or when its values may not
 * fit the type that they mostly have.
 * @internal
 */
export function rowOfShape(shape: Shape, columns: RowColumns, block: CodeBlock): RowOfShape | undefined {
  const values: string[] = [];
  const part = partOf(shape, columns, block, values);
  if (part === undefined) return undefined;
  const layout = RowLayout.of(part.type as unknown as TypeInformation<unknown>) as RowLayout;
  return { layout, origins: part.origin.kind === "fields" ? part.origin.fields : [part.origin], values };
}

function partOf(shape: Shape, columns: RowColumns, block: CodeBlock, values: string[]): Part | undefined {
  switch (shape.kind) {
    case "null":
      return { type: types.any as AnyType, origin: { kind: "null" } };
    case "source":
      return sourcePart(shape.segments, columns, block);
    case "operand":
      return operandPart(shape.operand, values);
    case "tuple": {
      const parts = allParts(shape.elements, columns, block, values);
      if (parts === undefined) return undefined;
      const type = types.tuple(...parts.map((part) => part.type)) as unknown as AnyType;
      return { type, origin: { kind: "fields", fields: parts.map((part) => part.origin) } };
    }
    case "row": {
      const parts = allParts(
        shape.fields.map((field) => field.value),
        columns,
        block,
        values,
      );
      if (parts === undefined) return undefined;
      const fields = Object.fromEntries(shape.fields.map(({ name }, i) => [name, parts[i]!.type]));
      // Names that JavaScript puts elsewhere (integers, doubles) would get each other's values.
      if (Object.keys(fields).some((name, i) => name !== shape.fields[i]!.name)) return undefined;
      if (Object.keys(fields).length !== parts.length) return undefined;
      const type = types.row(fields as Record<string, TypeInformation<unknown>>) as unknown as AnyType;
      return { type, origin: { kind: "fields", fields: parts.map((part) => part.origin) } };
    }
  }
}

function allParts(
  shapes: readonly Shape[],
  columns: RowColumns,
  block: CodeBlock,
  values: string[],
): readonly Part[] | undefined {
  const parts = shapes.map((shape) => partOf(shape, columns, block, values));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

function sourcePart(segments: readonly string[], columns: RowColumns, block: CodeBlock): Part | undefined {
  const part = columns.part({ text: "", segments, isWildcard: false }, block);
  if (part === undefined) return { type: types.any as AnyType, origin: { kind: "null" } };
  if (part.rest.length > 0) return undefined;
  const type = part.isNull === undefined || part.type.kind === "any" ? part.type : nullable(part.type);
  return { type, origin: { kind: "part", segments } };
}

function operandPart(operand: Operand, values: string[]): Part | undefined {
  const type = typeOfOperand(operand);
  if (type === undefined) return undefined;
  values.push(valueText(operand));
  return {
    type: operand.isNullable ? nullable(type) : type,
    origin: { kind: "value", index: values.length - 1 },
  };
}

function nullable(type: AnyType): AnyType {
  return types.nullable(type as unknown as TypeInformation<unknown>) as unknown as AnyType;
}

/** Bigints may be larger than 64 bits, and what is unknown may be anything: they have no type. */
function typeOfOperand({ kind }: Operand): AnyType | undefined {
  switch (kind) {
    case "boolean":
    case "int32":
    case "string":
      return types[kind] as AnyType;
    case "number":
      return types.float64 as AnyType;
    case "millis":
      return types.timestamp as AnyType;
    default:
      return undefined;
  }
}
