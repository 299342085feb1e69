/**
 * What a record is made of at one place of a generated chain, known when the code is made. Projections, selections and keys that
 * are attached or detached compute nothing: they make another shape of parts of the same source. Only when somebody needs the
 * record, an object or a row is made of its shape.
 */
import { type FieldPath, fieldValue } from "@millrace/core";
import type { CodeBlock, Columns, Operand } from "../expressions/index.js";

/** Is a record, or a part of one, in generated code. @internal */
export type Shape =
  /** The part of the source at a path; the source itself for no names. */
  | { readonly kind: "source"; readonly segments: readonly string[] }
  /** A value that was computed. */
  | { readonly kind: "operand"; readonly operand: Operand }
  | { readonly kind: "tuple"; readonly elements: readonly Shape[] }
  | { readonly kind: "row"; readonly fields: readonly ShapeField[] }
  | { readonly kind: "null" };

/** Is a field of a row that a selection makes. @internal */
export interface ShapeField {
  readonly name: string;
  readonly value: Shape;
}

/** Is the record as it came. @internal */
export const WHOLE_SOURCE: Shape = { kind: "source", segments: [] };

const POSITION = /^(?:0|[1-9]\d*)$/;

/** Follows a path into a shape: as far as shapes go, and the names that are left then. */
function follow(shape: Shape, segments: readonly string[]): { readonly at: Shape; readonly rest: readonly string[] } {
  let at = shape;
  for (const [depth, name] of segments.entries()) {
    if (at.kind === "source") {
      return { at: { kind: "source", segments: [...at.segments, ...segments.slice(depth)] }, rest: [] };
    }
    if (at.kind === "row") {
      at = at.fields.findLast((field) => field.name === name)?.value ?? { kind: "null" };
    } else if (at.kind === "tuple" && POSITION.test(name)) {
      at = at.elements[Number(name)] ?? { kind: "null" };
    } else if (at.kind !== "null") {
      return { at, rest: segments.slice(depth) };
    }
  }
  return { at, rest: [] };
}

/** Makes JavaScript of shapes. @internal */
export interface Materializer {
  /** Returns the expression of the record as JavaScript has it. */
  valueOf(shape: Shape, block: CodeBlock): string;
}

/** Reads the columns of a record by its shape. @internal */
export class ShapeColumns implements Columns {
  readonly #shape: Shape;
  readonly #source: Columns;
  readonly #materializer: Materializer;

  constructor(shape: Shape, source: Columns, materializer: Materializer) {
    this.#shape = shape;
    this.#source = source;
    this.#materializer = materializer;
  }

  load(path: FieldPath, block: CodeBlock): Operand {
    const { at, rest } = follow(this.#shape, path.segments);
    if (at.kind === "source") return this.#source.load({ ...path, segments: at.segments }, block);
    if (at.kind === "operand" && rest.length === 0) return at.operand;
    const value = this.#materializer.valueOf(at, block);
    if (rest.length === 0) return { kind: "unknown", text: block.local(value), isNullable: at.kind === "null" };
    block.canFail = true;
    const remaining = block.unit.constant("path", { ...path, segments: rest });
    const text = block.local(`${block.unit.helper("fieldValue", fieldValue)}(${value}, ${remaining})`);
    return { kind: "unknown", text, isNullable: true };
  }

  isNull(path: FieldPath, block: CodeBlock): string {
    const { at } = follow(this.#shape, path.segments);
    if (at.kind === "source") return this.#source.isNull({ ...path, segments: at.segments }, block);
    const { text, isNullable } = this.load(path, block);
    return isNullable ? `${text} === null` : "false";
  }

  textInPlace(path: FieldPath, block: CodeBlock) {
    const { at } = follow(this.#shape, path.segments);
    return at.kind === "source" ? this.#source.textInPlace({ ...path, segments: at.segments }, block) : undefined;
  }
}

/** Returns the part of a shape at a path, of which `isSafe` tells whether reading it later can't fail; else it is read now. @internal */
export function partOfShape(
  shape: Shape,
  path: FieldPath,
  columns: ShapeColumns,
  isSafe: (segments: readonly string[], block: CodeBlock) => boolean,
  block: CodeBlock,
): Shape {
  const { at, rest } = follow(shape, path.segments);
  if (rest.length === 0 && (at.kind !== "source" || isSafe(at.segments, block))) return at;
  return { kind: "operand", operand: columns.load(path, block) };
}
