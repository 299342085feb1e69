/** Functions of strings and lists in generated code: rule [O86] of the common API. */
import { applyStrict, type CallNode } from "@millrace/core";
import type { CodeBlock } from "./code-block.js";
import { isNumeric, type Operand, type OperandKind, strictOperand, valueText } from "./operand.js";

interface TextFunction {
  readonly minArgs: number;
  readonly maxArgs: number;
  readonly kind: OperandKind;
  /** Which arguments are strings; the others are numbers. */
  readonly numTexts: number;
  readonly expression: (args: readonly string[]) => string;
}

const method = (name: string, kind: OperandKind, numArgs: number): TextFunction => ({
  minArgs: numArgs,
  maxArgs: numArgs,
  kind,
  numTexts: 2,
  expression: ([text, ...rest]) => `${text}.${name}(${rest.join(", ")})`,
});

const FUNCTIONS: Readonly<Record<string, TextFunction | undefined>> = {
  contains: method("includes", "boolean", 2),
  startsWith: method("startsWith", "boolean", 2),
  endsWith: method("endsWith", "boolean", 2),
  lower: method("toLowerCase", "string", 1),
  upper: method("toUpperCase", "string", 1),
  trim: method("trim", "string", 1),
  split: method("split", "unknown", 2),
  length: { minArgs: 1, maxArgs: 1, kind: "int32", numTexts: 1, expression: ([text]) => `${text}.length` },
  concat: {
    minArgs: 1,
    maxArgs: Number.POSITIVE_INFINITY,
    kind: "string",
    numTexts: Number.POSITIVE_INFINITY,
    expression: (args) => args.join(" + "),
  },
  substring: { ...method("substring", "string", 2), maxArgs: 3, numTexts: 1 },
};

/** Tells whether a function is one of strings, and has as many arguments as it takes. */
export function isTextFunction(name: string, numArgs: number): boolean {
  const found = FUNCTIONS[name];
  return found !== undefined && numArgs >= found.minArgs && numArgs <= found.maxArgs;
}

/** Returns the code of a function of strings, lists or bytes. */
export function textFunction(node: CallNode, args: readonly Operand[], block: CodeBlock): Operand {
  const { kind, numTexts, expression } = FUNCTIONS[node.name]!;
  const fast = expression(args.map(({ text }) => text));
  const tests: string[] = [];
  let isRefused = false;
  for (const [index, arg] of args.entries()) {
    const type = index < numTexts ? "string" : "number";
    if (arg.kind === "unknown") tests.push(`typeof ${arg.text} === "${type}"`);
    else if (type === "string" ? arg.kind !== "string" : !isNumeric(arg)) isRefused = true;
  }
  if (!isRefused && tests.length === 0) return strictOperand(block, args, { kind, expression: fast });
  block.canFail = true;
  const slow = `${block.unit.helper("applyStrict", applyStrict)}(${block.unit.constant("node", node)}, [${args.map(valueText).join(", ")}])`;
  return strictOperand(block, args, {
    kind,
    expression: isRefused ? slow : `(${tests.join(" && ")} ? ${fast} : ${slow})`,
  });
}
