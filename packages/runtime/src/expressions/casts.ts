/** Casts of expressions in generated code: rule [O88] of the common API. What is not common is left to the interpreter's function. */
import { applyStrict, type CallNode } from "@millrace/core";
import type { CodeBlock } from "./code-block.js";
import { isNumeric, type Operand, type OperandKind, strictOperand, valueText } from "./operand.js";

/** Returns the code of a cast. */
export function castOperand(node: CallNode, value: Operand, block: CodeBlock): Operand {
  const { text } = value;
  const fast = fastCast(node.target, value, text);
  if (fast === "same") return value;
  if (fast !== undefined) return strictOperand(block, [value], fast);
  if (value.kind === "unknown") block.canFail = true;
  const apply = block.unit.helper("applyStrict", applyStrict);
  const expression = `${apply}(${block.unit.constant("node", node)}, [${valueText({ ...value, isNullable: false })}])`;
  return strictOperand(block, [value], { kind: kindOfTarget(node.target), expression, mayBeNull: true });
}

function kindOfTarget(target: CallNode["target"]): OperandKind {
  switch (target) {
    case "boolean":
    case "int32":
    case "string":
      return target;
    case "int64":
      return "bigint";
    case "float64":
      return "number";
    default:
      return "unknown";
  }
}

function fastCast(
  target: CallNode["target"],
  value: Operand,
  text: string,
): { readonly kind: OperandKind; readonly expression: string; readonly mayBeNull?: boolean } | "same" | undefined {
  const { kind } = value;
  switch (target) {
    case "boolean":
      return kind === "boolean" ? "same" : undefined;
    case "float64":
      return isNumeric(value) ? "same" : undefined;
    case "int32":
      if (kind === "int32") return "same";
      if (kind !== "number") return undefined;
      // The sum turns -0 into 0.
      return {
        kind: "int32",
        expression: `((Math.trunc(${text}) | 0) === Math.trunc(${text}) ? Math.trunc(${text}) + 0 : null)`,
        mayBeNull: true,
      };
    case "int64":
      if (kind === "int32") return { kind: "bigint", expression: `BigInt(${text})` };
      if (kind !== "bigint") return undefined;
      return {
        kind: "bigint",
        expression: `(BigInt.asIntN(64, ${text}) === ${text} ? ${text} : null)`,
        mayBeNull: true,
      };
    case "string":
      if (kind === "string") return "same";
      if (kind === "int32" || kind === "bigint" || kind === "boolean")
        return { kind: "string", expression: `String(${text})` };
      return kind === "number" ? { kind: "string", expression: `(${text} === 0 ? "0" : String(${text}))` } : undefined;
    default:
      return undefined;
  }
}
