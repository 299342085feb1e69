export { applyStrict, evaluateExpression } from "./evaluate-expression.js";
export { asBoolean, compareOperands } from "./operands.js";
