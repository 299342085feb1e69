import { Decimal } from "@millrace/core";
import type { Argument, Call, PlanNode, PlanSpec } from "./plan-spec.js";
import { Point } from "./types/value-type.js";

/** How much of a value is shown; the seed gives it back in full. */
const MAX_VALUE_LENGTH = 2000;

/** Returns a plan in the words of the fluent API, readable as TypeScript. @internal */
export function planText(plan: PlanSpec): string {
  const names = new Map(plan.nodes.map((node, i) => [node, `d${i + 1}`]));
  const nameOf = (node: PlanNode): string => names.get(node) ?? "?";
  const lines = plan.nodes.map((node) => `const ${nameOf(node)} = ${nodeText(node, nameOf)};`);
  const sinks = plan.sinks.map(({ node, kind }) =>
    kind === "stream" ? `for await (const record of ${nameOf(node)}) …` : `await ${nameOf(node)}.${kind}();`,
  );
  return [`// seed ${plan.seed}`, ...lines, ...sinks].join("\n");
}

function nodeText(node: PlanNode, nameOf: (node: PlanNode) => string): string {
  const calls = node.calls.map((each) => callText(each, node, nameOf));
  if (node.inputs.length === 0 || node.isCollectedFirst) return `env${calls.join("")}`;
  return `${nameOf(node.inputs[0] as PlanNode)}${calls.join("")}`;
}

function callText(each: Call, node: PlanNode, nameOf: (node: PlanNode) => string): string {
  if (each.args === undefined) return `.${each.method}`;
  return `.${each.method}(${each.args.map((argument) => argumentText(argument, node, nameOf)).join(", ")})`;
}

function argumentText(argument: Argument, node: PlanNode, nameOf: (node: PlanNode) => string): string {
  switch (argument.kind) {
    case "value":
    case "hint":
      return literalText(argument.value);
    case "code":
      return argument.text;
    case "input":
      return nameOf(node.inputs[argument.index] as PlanNode);
    case "records":
      if (node.isCollectedFirst) return `await ${nameOf(node.inputs[0] as PlanNode)}.collect()`;
      return shortened(literalText(node.records));
  }
}

function shortened(text: string): string {
  return text.length <= MAX_VALUE_LENGTH ? text : `${text.slice(0, MAX_VALUE_LENGTH)} … (${text.length} characters)`;
}

/** Returns a value as TypeScript would write it: hazards that JSON hides are seen. @internal */
export function literalText(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string")
    return JSON.stringify(value.length > 200 ? `${value.slice(0, 40)}… (${value.length})` : value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${Array.from(value, literalText).join(", ")}]`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Uint8Array) return `bytes(${[...value].join(", ")})`;
  if (value instanceof Decimal) return `Decimal.of("${value}")`;
  if (value instanceof Map) return `new Map(${literalText([...value])})`;
  if (value instanceof Point) return `new Point(${value.x}, ${value.y})`;
  return `{ ${Object.entries(value)
    .map(([name, field]) => `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: ${literalText(field)}`)
    .join(", ")} }`;
}
