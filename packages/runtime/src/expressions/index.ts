export { CodeBlock, CodeUnit, quoted } from "./code-block.js";
export type { Columns } from "./columns.js";
export {
  expressionOverRecords,
  expressionOverRows,
  isGenerated,
  type RecordExpression,
  type RowExpression,
} from "./compile-expression.js";
export { addCondition, expressionOperand } from "./expression-code.js";
export { type Operand, valueText } from "./operand.js";
export { RecordColumns } from "./record-columns.js";
export { RowColumns } from "./row-columns.js";
