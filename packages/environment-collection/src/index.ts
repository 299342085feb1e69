// Engine
export { collectionEngine, collectionEngineFactory } from "./engine/collection-engine.js";
// Expressions
export { evaluateExpression } from "./expressions/evaluate-expression.js";
