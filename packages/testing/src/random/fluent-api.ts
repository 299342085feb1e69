/** What plans need of the fluent API besides data sets; here, so that one file knows how it is called. */
import { col } from "@millrace/core";
import { avg, count, countDistinct, max, min, sum } from "@millrace/dataset";
import type { AggregateFunction, Expression } from "./relation.js";

/** Makes an expression. Literals stay plain values. @internal */
export function makeExpression(expression: Expression): unknown {
  switch (expression.kind) {
    case "column":
      return col(expression.path);
    case "literal":
      return expression.value;
    case "call": {
      const [self, ...rest] = expression.args.map(makeExpression);
      const method = (self as Record<string, (...args: unknown[]) => unknown>)[expression.method];
      if (method === undefined) throw new Error(`expressions have no method ${expression.method}`);
      return expression.method === "isIn" ? method.call(self, rest) : method.apply(self, rest);
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
      const [self, ...rest] = expression.args.map(expressionText);
      const list = rest.join(", ");
      return `${self}.${expression.method}(${expression.method === "isIn" ? `[${list}]` : list})`;
    }
  }
}

/** Makes an aggregate of `aggregate({ … })`, over a field or an expression. @internal */
export function makeAggregate(name: AggregateFunction, argument: string | number | Expression | undefined): unknown {
  if (name === "count" || argument === undefined) return count();
  const make = { sum, min, max, avg, countDistinct }[name] as (over: unknown) => unknown;
  return make(typeof argument === "object" ? makeExpression(argument) : argument);
}
