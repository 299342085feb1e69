import type { FieldPath } from "@millrace/core";
import type { CodeBlock } from "./code-block.js";
import type { Operand } from "./operand.js";

/** Is a string that lies in a row, for functions that need not read it. @internal */
export interface TextInPlace {
  /** The expressions of the first word of its slot, and of the slot of the struct around it. */
  readonly word: string;
  readonly base: string;
  /** The condition that it is null; undefined when it never is. */
  readonly isNull: string | undefined;
}

/** Knows how code gets at the columns of a record, wherever that lies. @internal */
export interface Columns {
  /** Adds what reads a column to `block`, unless that was done, and returns its value. */
  load(path: FieldPath, block: CodeBlock): Operand;
  /** Returns the condition that a column is null, without reading more than that takes. */
  isNull(path: FieldPath, block: CodeBlock): string;
  /** Returns where the string of a column lies; undefined when it lies nowhere, was read already, or is no string. */
  textInPlace(path: FieldPath, block: CodeBlock): TextInPlace | undefined;
}
