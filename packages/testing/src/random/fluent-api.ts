/** What plans need of the fluent API besides data sets; here, so that one file knows how it is called. */
import { avg, count, countDistinct, max, min, sum } from "@millrace/dataset";
import type { AggregateFunction, Expression } from "./relation.js";

/** Whether the API has expressions. */
export const hasExpressions: boolean = false;

function col(path: string): unknown {
  throw new Error(`there are no expressions to read ${path}`);
}

/** Makes an expression. Literals stay plain values. @internal */
export function makeExpression(expression: Expression): unknown {
  switch (expression.kind) {
    case "column":
      return col(expression.path as string);
    case "literal":
      return expression.value;
    case "call": {
      const [self, ...rest] = expression.args.map(makeExpression);
      const method = (self as Record<string, (...args: unknown[]) => unknown>)[expression.method];
      if (method === undefined) throw new Error(`expressions have no method ${expression.method}`);
      return method.apply(self, rest);
    }
  }
}

/** Returns the text of an expression. @internal */
export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case "column":
      return `col(${JSON.stringify(expression.path)})`;
    case "literal":
      return typeof expression.value === "bigint" ? `${expression.value}n` : JSON.stringify(expression.value);
    case "call": {
      const [self, ...rest] = expression.args;
      return `${expressionText(self!)}.${expression.method}(${rest.map(expressionText).join(", ")})`;
    }
  }
}

/** Makes an aggregate of `aggregate({ … })`. @internal */
export function makeAggregate(name: AggregateFunction, field: string | number | undefined): unknown {
  if (name === "count" || field === undefined) return count();
  return { sum, min, max, avg, countDistinct }[name](field);
}
