/** The rows that are written of shapes: their type, and where each part of them comes from. */
import { type AnyType, RowLayout, type RowOrigin, type TypeInformation, types } from "@millrace/core";
import { type CodeBlock, type Operand, type RowColumns, valueText } from "../expressions/index.js";
import type { Shape } from "./shape.js";

/** Is how a shape is written as a row. @internal */
export interface RowOfShape {
  /** Returns the layout, given the types of the discovered values. */
  readonly layout: (discovered: readonly AnyType[]) => RowLayout;
  readonly origins: readonly RowOrigin[];
  /** The expressions of the values that `origins` refer to by position. */
  readonly values: readonly string[];
  /** The expressions of values whose types show only when they are there: the elements of the second source row. */
  readonly discovered: readonly string[];
}

interface Part {
  readonly type: (discovered: readonly AnyType[]) => AnyType;
  readonly origin: RowOrigin;
}

/** Finds out how shapes are written as rows. @internal */
export class ShapeRows {
  readonly #columns: RowColumns | undefined;
  readonly #block: CodeBlock;
  readonly #discovers: boolean;
  readonly #values: string[] = [];
  readonly #discovered: string[] = [];

  /**
   * @param columns - those of the row that shapes are parts of; undefined where the source is no row
   * @param discovers - whether the types of values may be found out when they are written
   */
  constructor(columns: RowColumns | undefined, block: CodeBlock, discovers: boolean) {
    this.#columns = columns;
    this.#block = block;
    this.#discovers = discovers;
  }

  /**
   * Returns how a shape is written as a row; undefined when the type of a part is not known, or when its values may not fit the
   * type that they mostly have.
   */
  rowOf(shape: Shape): RowOfShape | undefined {
    const part = this.#part(shape);
    return part === undefined ? undefined : this.#row(part);
  }

  /** Returns how the tuple of `keys` and a record of type `recordType`, which `record` is the expression of, is written as a row. */
  keyedRowOf(keys: readonly Shape[], record: string, recordType: AnyType): RowOfShape | undefined {
    const parts = this.#all(keys);
    return parts === undefined ? undefined : this.#row(tupleOf([...parts, this.#value(record, recordType)]));
  }

  #row(part: Part): RowOfShape {
    return {
      layout: (discovered) => RowLayout.of(part.type(discovered) as unknown as TypeInformation<unknown>) as RowLayout,
      origins: part.origin.kind === "fields" ? part.origin.fields : [part.origin],
      values: this.#values,
      discovered: this.#discovered,
    };
  }

  #part(shape: Shape): Part | undefined {
    switch (shape.kind) {
      case "null":
        return { type: () => types.any as AnyType, origin: { kind: "null" } };
      case "source":
        return this.#sourcePart(shape.segments);
      case "operand":
        return this.#operandPart(shape.operand);
      case "tuple": {
        const parts = this.#all(shape.elements);
        return parts === undefined ? undefined : tupleOf(parts);
      }
      case "row": {
        const names = shape.fields.map(({ name }) => name);
        const parts = this.#all(shape.fields.map(({ value }) => value));
        return parts === undefined ? undefined : rowOf(names, parts);
      }
    }
  }

  #all(shapes: readonly Shape[]): readonly Part[] | undefined {
    const parts = shapes.map((shape) => this.#part(shape));
    return parts.every((part) => part !== undefined) ? parts : undefined;
  }

  #sourcePart(segments: readonly string[]): Part | undefined {
    if (this.#columns === undefined) return undefined;
    const part = this.#columns.part({ text: "", segments, isWildcard: false }, this.#block);
    if (part === undefined) return { type: () => types.any as AnyType, origin: { kind: "null" } };
    if (part.rest.length > 0) return undefined;
    const type = part.isNull === undefined || part.type.kind === "any" ? part.type : nullable(part.type);
    return { type: () => type, origin: { kind: "part", source: "first", segments } };
  }

  #operandPart(operand: Operand): Part | undefined {
    const type = typeOfOperand(operand);
    if (type !== undefined) return this.#value(valueText(operand), operand.isNullable ? nullable(type) : type);
    if (!this.#discovers) return undefined;
    const index = this.#discovered.push(valueText(operand)) - 1;
    return {
      type: (discovered) => discovered[index]!,
      origin: { kind: "part", source: "second", segments: [String(index)] },
    };
  }

  #value(text: string, type: AnyType): Part {
    return { type: () => type, origin: { kind: "value", index: this.#values.push(text) - 1 } };
  }
}

function tupleOf(parts: readonly Part[]): Part {
  return {
    type: (discovered) => types.tuple(...parts.map((part) => part.type(discovered))) as unknown as AnyType,
    origin: { kind: "fields", fields: parts.map((part) => part.origin) },
  };
}

function rowOf(names: readonly string[], parts: readonly Part[]): Part | undefined {
  // Names that JavaScript puts elsewhere (integers), or that are there twice, would get each other's values.
  const inOrder = Object.keys(Object.fromEntries(names.map((name) => [name, null])));
  if (inOrder.length !== names.length || inOrder.some((name, i) => name !== names[i])) return undefined;
  return {
    type: (discovered) => {
      const fields = Object.fromEntries(names.map((name, i) => [name, parts[i]!.type(discovered)]));
      return types.row(fields as Record<string, TypeInformation<unknown>>) as unknown as AnyType;
    },
    origin: { kind: "fields", fields: parts.map((part) => part.origin) },
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
