/**
 * Makes functions of expressions, over records and over rows where they lie: as generated code, or by the interpreter, which is
 * the readable twin and the stand-in where code may not be made from text.
 */
import {
  canGenerateCode,
  compile,
  type ExpressionNode,
  evaluateExpression,
  type Memory,
  type RowCodeOptions,
  type RowLayout,
  RowPartCode,
  RowSerializer,
} from "@millrace/core";
import { CodeBlock, CodeUnit } from "./code-block.js";
import type { Columns } from "./columns.js";
import { expressionOperand } from "./expression-code.js";
import { valueText } from "./operand.js";
import { RecordColumns } from "./record-columns.js";
import { RowColumns } from "./row-columns.js";

/** Returns the value of an expression for a record; null when there is none. Throws INVALID_EXPRESSION and UNKNOWN_FIELD. @internal */
export type RecordExpression = (record: unknown) => unknown;

/** Returns the value of an expression for the row at a slot. The value shares nothing with the memory. @internal */
export type RowExpression = (memory: Memory, slot: number) => unknown;

/** Makes the function of an expression over records. @internal */
export function expressionOverRecords(node: ExpressionNode, { code }: RowCodeOptions = {}): RecordExpression {
  if (!isGenerated(code)) return (record) => evaluateExpression(node, record);
  const unit = new CodeUnit();
  return compile(unit.scope, functionText(node, new RecordColumns("record"), unit, ["record"]));
}

/** Makes the function of an expression over rows of one layout, which reads nothing of a row but what it needs. @internal */
export function expressionOverRows(
  node: ExpressionNode,
  layout: RowLayout,
  { code }: RowCodeOptions = {},
): RowExpression {
  if (!isGenerated(code)) {
    const { read } = new RowSerializer(layout, { code });
    return (memory, slot) => evaluateExpression(node, read(memory, slot));
  }
  const unit = new CodeUnit();
  const parts = new RowPartCode(layout);
  const text = functionText(node, new RowColumns(parts), unit, ["memory", "base"]);
  unit.addScope(parts.scope);
  return compile(unit.scope, `${parts.text()}\n${text}`);
}

/** Tells which kind of code is asked for in this process. @internal */
export function isGenerated(code: RowCodeOptions["code"]): boolean {
  return code === undefined ? canGenerateCode() : code === "generated";
}

function functionText(node: ExpressionNode, columns: Columns, unit: CodeUnit, names: readonly string[]): string {
  const block = new CodeBlock(unit);
  const value = valueText(expressionOperand(node, columns, block));
  return `${unit.functions.join("\n")}\nreturn function (${names.join(", ")}) {\n${block.text()}\nreturn ${value};\n};`;
}
