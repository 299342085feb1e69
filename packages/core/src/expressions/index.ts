export { applyStrict, asBoolean, compareOperands, evaluateExpression } from "./evaluation/index.js";
export type {
  Calculated,
  CastTypes,
  Coalesced,
  ColumnsOf,
  ColumnValue,
  ComputedValue,
  Condition,
  Expression,
  ExpressionOf,
  ExpressionOver,
  ExpressionScope,
  ExpressionValue,
  MergeNeeds,
  NeedAs,
  NeedsOf,
  NeedToCalculate,
  NeedToCompare,
  NoNeeds,
  Operand,
  ResolvedValue,
  ValueOfOperand,
} from "./expression.js";
export type {
  CallNode,
  CastTarget,
  ColumnNode,
  ExpressionFunctionName,
  ExpressionNode,
  LiteralNode,
  LiteralValue,
  ParameterNode,
} from "./expression-node.js";
export { expressionText, fieldText } from "./expression-text.js";
export { col, FluentExpression, isExpression, lit, param, when } from "./fluent-expression.js";
