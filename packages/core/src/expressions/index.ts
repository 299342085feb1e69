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
