import type { Operator } from "@millrace/common-api";
import { type ExpressionNode, isExpression, parseFieldPath, resolveField } from "@millrace/core";
import { declaredTypeOf } from "../keys/declared-type.js";
import { describe, type OperatorCall } from "../operators/operator-call.js";

/**
 * Reads an expression and holds its columns against the declared type of the records. Throws INVALID_EXPRESSION, INVALID_KEY or
 * UNKNOWN_FIELD.
 * @internal
 */
export function expressionOf(given: unknown, input: Operator, call: OperatorCall): ExpressionNode {
  if (!isExpression(given)) {
    throw call.error({
      code: "INVALID_EXPRESSION",
      what: `The expression is ${describe(given)}`,
      expected: 'an expression, such as col("amount").times(2)',
      fix: "Use map for functions of the record.",
    });
  }
  const type = declaredTypeOf(input);
  call.check(() => {
    for (const column of columnsOf(given.node)) {
      const path = parseFieldPath(column);
      if (type !== undefined) resolveField(type, path);
    }
  });
  return given.node;
}

function columnsOf(node: ExpressionNode): readonly string[] {
  if (node.op === "column") return [node.path];
  return node.op === "call" ? node.args.flatMap(columnsOf) : [];
}
