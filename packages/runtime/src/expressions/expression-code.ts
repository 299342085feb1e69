/**
 * Turns an expression into statements. The meaning is that of `evaluateExpression`, rules [O80] to [O89] of the common API;
 * what is known of the operands decides how much is left to do:
 *
 * 1. An operand whose kind is known is worked on by operators of JavaScript. One whose kind is not is asked for it first, and
 *    what is neither number nor string goes the slow way, which is the interpreter's function.
 * 2. Null tests stand only where a null can be.
 * 3. All arguments are evaluated, since the interpreter does and any may fail. Where none that follows can fail, `and`, `or` and
 *    `coalesce` stop early: blocks nest, each seeing what those around it read.
 */
import {
  applyStrict,
  asBoolean,
  type CallNode,
  compareOperands,
  type ExpressionNode,
  type FieldPath,
  parseFieldPath,
} from "@millrace/core";
import { arithmetic, isArithmetic } from "./arithmetic.js";
import { castOperand } from "./casts.js";
import type { CodeBlock } from "./code-block.js";
import type { Columns } from "./columns.js";
import { compared, equalText, isComparison } from "./comparisons.js";
import {
  constantOperand,
  isNumeric,
  NULL_OPERAND,
  nullCondition,
  type Operand,
  type OperandKind,
  valueText,
} from "./operand.js";
import { isTextFunction, textFunction } from "./text-functions.js";

/** Adds the evaluation of `node` to `block` and returns its value. @internal */
export function expressionOperand(node: ExpressionNode, columns: Columns, block: CodeBlock): Operand {
  switch (node.op) {
    case "column":
      return columns.load(parseFieldPath(node.path), block);
    case "literal":
      return constantOperand(node.value, false, block.unit);
    case "parameter":
      return constantOperand(node.value, true, block.unit);
    case "call":
      return callOperand(node, columns, block);
  }
}

/**
 * Adds the evaluation of a condition to `block`, which runs `otherwise` where it is not true: a `return` or `continue`.
 * @internal
 */
export function addCondition(node: ExpressionNode, columns: Columns, block: CodeBlock, otherwise: string): void {
  if (node.op === "call" && node.name === "and") {
    // Where no argument can fail, each that is not true ends it.
    const trial = node.args.map((arg) => {
      const inner = block.inner();
      booleanOf(expressionOperand(arg, columns, inner), "and", inner);
      return inner.canFail;
    });
    if (!trial.includes(true)) {
      for (const arg of node.args) addCondition(arg, columns, block, otherwise);
      return;
    }
  }
  const condition = expressionOperand(node, columns, block);
  const isTrue = condition.kind === "boolean" && !condition.isNullable ? condition.text : `${condition.text} === true`;
  block.add(`if (!(${isTrue})) ${otherwise}`);
}

function callOperand(node: CallNode, columns: Columns, block: CodeBlock): Operand {
  switch (node.name) {
    case "and":
    case "or":
      return connected(node, node.name, columns, block);
    case "isNull":
    case "isNotNull":
      return nullTestOperand(node, columns, block);
    case "coalesce":
      return coalesced(node, columns, block);
    case "in":
      return membership(node, columns, block);
    case "if":
      return chosen(node, columns, block);
    default:
      return strictCall(node, columns, block);
  }
}

function strictCall(node: CallNode, columns: Columns, block: CodeBlock): Operand {
  const inPlace = testInPlace(node, columns, block);
  if (inPlace !== undefined) return inPlace;
  const args = node.args.map((arg) => expressionOperand(arg, columns, block));
  if (args.some(({ constant }) => constant?.value === null)) return NULL_OPERAND;
  const [a, b] = args;
  if (a !== undefined && b !== undefined && isComparison(node.name)) return compared(node, a, b, block);
  if (isArithmetic(node.name, args.length)) return arithmetic(node, args, block);
  if (isTextFunction(node.name, args.length)) return textFunction(node, args, block);
  if (a !== undefined && node.name === "cast") return castOperand(node, a, block);
  if (a !== undefined && node.name === "not" && a.kind === "boolean") {
    const text = block.local(a.isNullable ? `${a.text} === null ? null : !${a.text}` : `!${a.text}`);
    return { kind: "boolean", text, isNullable: a.isNullable };
  }
  return slowCall(node, args, block, node.name === "not" ? "boolean" : "unknown");
}

/** Leaves a call to the interpreter's function. */
export function slowCall(node: CallNode, args: readonly Operand[], block: CodeBlock, kind: OperandKind): Operand {
  block.canFail = true;
  const apply = block.unit.helper("applyStrict", applyStrict);
  const text = block.local(`${apply}(${block.unit.constant("node", node)}, [${args.map(valueText).join(", ")}])`);
  return { kind, text, isNullable: true };
}

/** Compares or searches a string where it lies; undefined when that can't be done. */
function testInPlace(node: CallNode, columns: Columns, block: CodeBlock): Operand | undefined {
  const helper = IN_PLACE_TESTS[node.name];
  const [column, constant] = node.args;
  if (helper === undefined || column?.op !== "column" || node.args.length !== helper.numArgs) return undefined;
  const value = constant !== undefined && "value" in constant ? constant.value : undefined;
  if (constant !== undefined && typeof value !== "string") return undefined;
  const place = columns.textInPlace(parseFieldPath(column.path), block);
  if (place === undefined) return undefined;
  const rest = typeof value === "string" ? `, ${place.base}, ${constantOperand(value, true, block.unit).text}` : "";
  const test = `${helper.call}(memory, ${place.word}${rest})`;
  const text = block.local(place.isNull === undefined ? test : `${place.isNull} ? null : ${test}`);
  return { kind: helper.kind, text, isNullable: place.isNull !== undefined };
}

/** Is a function of a string where it lies and, if it has two arguments, of a constant string. */
interface InPlaceTest {
  readonly call: string;
  readonly numArgs: 1 | 2;
  readonly kind: OperandKind;
}

const IN_PLACE_TESTS: Readonly<Record<string, InPlaceTest | undefined>> = {
  eq: { call: "equalsString", numArgs: 2, kind: "boolean" },
  ne: { call: "!equalsString", numArgs: 2, kind: "boolean" },
  startsWith: { call: "startsWithString", numArgs: 2, kind: "boolean" },
  contains: { call: "containsString", numArgs: 2, kind: "boolean" },
  length: { call: "lengthOfString", numArgs: 1, kind: "int32" },
};

/** `and` is false when an argument is false, else null when one is null, else true; `or` the other way round. */
function connected(node: CallNode, name: "and" | "or", columns: Columns, block: CodeBlock): Operand {
  const decisive = name === "or";
  const blocks: { readonly inner: CodeBlock; readonly operand: Operand }[] = [];
  for (const arg of node.args) {
    const inner = (blocks.at(-1)?.inner ?? block).inner();
    blocks.push({ inner, operand: booleanOf(expressionOperand(arg, columns, inner), name, inner) });
  }
  const result = block.unit.name("t");
  block.add(`let ${result} = ${!decisive};`);
  const canFailFrom = blocks.findLastIndex(({ inner }) => inner.canFail);
  // Blocks are built from the inside out, because each stands at the end of the one before.
  let text = "";
  for (const [index, { inner, operand }] of [...blocks.entries()].reverse()) {
    const take = operand.isNullable
      ? `if (${operand.text} === ${decisive}) ${result} = ${decisive}; else if (${operand.text} === null && ${result} !== ${decisive}) ${result} = null;`
      : `if (${operand.text} === ${decisive}) ${result} = ${decisive};`;
    const rest = text === "" || index < canFailFrom ? text : `if (${result} !== ${decisive}) ${text}`;
    text = `{ ${inner.text()}\n${take}\n${rest} }`;
    block.canFail ||= inner.canFail;
  }
  block.add(text);
  return { kind: "boolean", text: result, isNullable: blocks.some(({ operand }) => operand.isNullable) };
}

/** Returns an operand that is a truth value or null for certain. */
function booleanOf(operand: Operand, name: string, block: CodeBlock): Operand {
  if (operand.kind === "boolean" || operand.constant?.value === null) return operand;
  block.canFail = true;
  const check = block.unit.helper("asBoolean", asBoolean);
  const text = block.local(`${check}(${valueText(operand)}, "${name}")`);
  return { kind: "boolean", text, isNullable: operand.isNullable };
}

function nullTestOperand(node: CallNode, columns: Columns, block: CodeBlock): Operand {
  const [arg] = node.args;
  let test = "true";
  if (arg?.op === "column") {
    test = columns.isNull(parseFieldPath(arg.path), block);
  } else if (arg !== undefined) {
    test = nullCondition([expressionOperand(arg, columns, block)]) ?? "false";
  }
  const text = block.local(node.name === "isNull" ? test : `!(${test})`);
  return { kind: "boolean", text, isNullable: false };
}

function coalesced(node: CallNode, columns: Columns, block: CodeBlock): Operand {
  const blocks: { readonly inner: CodeBlock; readonly operand: Operand }[] = [];
  for (const arg of node.args) {
    const inner = (blocks.at(-1)?.inner ?? block).inner();
    blocks.push({ inner, operand: expressionOperand(arg, columns, inner) });
  }
  const { kind, textOf } = commonKind(blocks.map(({ operand }) => operand));
  const result = block.unit.name("t");
  block.add(`let ${result} = null;`);
  const canFailFrom = blocks.findLastIndex(({ inner }) => inner.canFail);
  let text = "";
  for (const [index, { inner, operand }] of [...blocks.entries()].reverse()) {
    const rest = text === "" || index < canFailFrom ? text : `if (${result} === null) ${text}`;
    text = `{ ${inner.text()}\nif (${result} === null) ${result} = ${textOf(operand)};\n${rest} }`;
    block.canFail ||= inner.canFail;
  }
  block.add(text);
  return { kind, text: result, isNullable: blocks.every(({ operand }) => operand.isNullable) };
}

function chosen(node: CallNode, columns: Columns, block: CodeBlock): Operand {
  const [test, first, second] = node.args;
  if (test === undefined) return NULL_OPERAND;
  const condition = booleanOf(expressionOperand(test, columns, block), "if", block);
  const branches = [first, second].map((arg) => {
    const inner = block.inner();
    return { inner, operand: arg === undefined ? NULL_OPERAND : expressionOperand(arg, columns, inner) };
  });
  const { kind, textOf } = commonKind(branches.map(({ operand }) => operand));
  const result = block.unit.name("t");
  const [then, otherwise] = branches.map(
    ({ inner, operand }) => `{ ${inner.text()}\n${result} = ${textOf(operand)}; }`,
  );
  block.canFail ||= branches.some(({ inner }) => inner.canFail);
  block.add(`let ${result}; if (${condition.text} === true) ${then} else ${otherwise}`);
  return { kind, text: result, isNullable: branches.some(({ operand }) => operand.isNullable) };
}

/** Returns the kind that all operands have where they are not null, and how each is written as a value of it. */
function commonKind(operands: readonly Operand[]): {
  readonly kind: OperandKind;
  readonly textOf: (operand: Operand) => string;
} {
  const present = operands.filter(({ constant }) => constant?.value !== null);
  const [first] = present;
  if (first !== undefined && present.every(({ kind }) => kind === first.kind)) {
    return { kind: first.kind, textOf: ({ text }) => text };
  }
  if (present.length > 0 && present.every(isNumeric)) return { kind: "number", textOf: ({ text }) => text };
  return { kind: "unknown", textOf: valueText };
}

/** From this many options on, one look into a set beats comparing one by one. */
const MIN_SET_SIZE = 4;

/** True when an option equals the value, else null when the value or an option is null, else false. */
function membership(node: CallNode, columns: Columns, block: CodeBlock): Operand {
  const [value, ...options] = node.args.map((arg) => expressionOperand(arg, columns, block));
  if (value === undefined || value.constant?.value === null) return NULL_OPERAND;
  const present = options.filter(({ constant }) => constant?.value !== null);
  const constants = present.map(({ constant }) => constant?.value);
  const areScalars = constants.every((each) => each !== undefined && !(each instanceof Date));
  const isScalar = value.kind !== "unknown" && value.kind !== "millis";
  let found: string;
  if (isScalar && areScalars && present.length >= MIN_SET_SIZE) {
    found = `${block.unit.constant("options", new Set(constants))}.has(${value.text})`;
  } else if (present.every((option) => option.kind !== "unknown") && isScalar) {
    const tests = present.map((option) => {
      const test = equalText(value, option, block);
      return option.isNullable ? `(${option.text} !== null && ${test})` : test;
    });
    found = tests.length === 0 ? "false" : tests.join(" || ");
  } else {
    block.canFail = true;
    const isIn = block.unit.helper("isAmong", isAmong);
    found = `${isIn}(${valueText(value)}, [${present.map(valueText).join(", ")}])`;
  }
  const anyNull = nullCondition(options);
  const result = anyNull === undefined ? found : `(${found}) ? true : (${anyNull}) ? null : false`;
  const text = block.local(value.isNullable ? `${value.text} === null ? null : (${result})` : result);
  return { kind: "boolean", text, isNullable: value.isNullable || anyNull !== undefined };
}

function isAmong(value: unknown, options: readonly unknown[]): boolean {
  return options.some((option) => option !== null && compareOperands(value, option, "in") === 0);
}

/** Returns the paths of all columns that an expression reads. @internal */
export function columnsOf(node: ExpressionNode): readonly FieldPath[] {
  if (node.op === "column") return [parseFieldPath(node.path)];
  return node.op === "call" ? node.args.flatMap(columnsOf) : [];
}
