/**
 * Says what a relational plan is in SQL, as DuckDB has it. What differs between both, and how it is brought together:
 *
 * | | Millrace | DuckDB | here |
 * | --- | --- | --- | --- |
 * | numbers | doubles | several types | every number is a DOUBLE, every bigint a HUGEINT |
 * | NaN | equals itself, greater than all | the same | nothing to do |
 * | -0 | equals 0 | the same | nothing to do |
 * | order of null | first, descending last | last | `NULLS FIRST`, `NULLS LAST` |
 * | order of strings | by UTF-16 units | by UTF-8 bytes | the strings drawn have the same order in both |
 * | `round` | halves toward Infinity | away from 0 | `floor(x + 0.5)` |
 * | length, case | of UTF-16, Unicode | of code points, simple | only functions and strings are drawn that agree |
 * | lone surrogates, zero characters | strings like any other | not possible | not drawn |
 */
import type { PlanNode, PlanSpec } from "../../src/random/plan-spec.js";
import type { Expression, Relation } from "../../src/random/relation.js";
import { type ValueField, withoutNull } from "../../src/random/types/value-type.js";

/** Is a plan in SQL: statements that define its data sets, and one query per sink. */
export interface SqlPlan {
  readonly definitions: readonly string[];
  readonly queries: readonly string[];
}

/** Returns the SQL of a plan; throws for one that is not relational. */
export function sqlOf(plan: PlanSpec): SqlPlan {
  const names = new Map(plan.nodes.map((node, i) => [node, `d${i + 1}`]));
  const nameOf = (node: PlanNode): string => names.get(node) as string;
  const tables = plan.nodes.filter((n) => n.records !== undefined).flatMap((n) => tableOf(n, nameOf(n)));
  const views = plan.nodes
    .filter((n) => n.records === undefined)
    .map((n) => `create temp view ${nameOf(n)} as ${queryOf(n, n.inputs.map(nameOf))}`);
  return {
    definitions: [...tables, ...views],
    queries: plan.sinks.map(({ node, kind }) =>
      kind === "count" ? `select count(*)::double as n from ${nameOf(node)}` : `select * from ${nameOf(node)}`,
    ),
  };
}

function tableOf(node: PlanNode, name: string): string[] {
  const { fields } = node.shape;
  const columns = fields.map((f) => `${quoted(f.name)} ${sqlType(f)}`).join(", ");
  const rows = (node.records as Record<string, unknown>[]).map(
    (row) => `(${fields.map((f) => literalOf(row[f.name])).join(", ")})`,
  );
  const create = `create temp table ${name} (${columns})`;
  return rows.length === 0 ? [create] : [create, `insert into ${name} values ${rows.join(", ")}`];
}

function sqlType(field: ValueField): string {
  const { kind } = withoutNull(field.type);
  switch (kind) {
    case "number":
      return "double";
    case "int64":
      return "hugeint";
    case "boolean":
      return "boolean";
    default:
      return "varchar";
  }
}

function literalOf(value: unknown): string {
  switch (typeof value) {
    case "number":
      return Object.is(value, -0) ? "'-0.0'::double" : `'${value}'::double`;
    case "bigint":
      return `'${value}'::hugeint`;
    case "boolean":
      return String(value);
    case "string":
      return `'${value.replaceAll("'", "''")}'`;
    default:
      return "null";
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function queryOf(node: PlanNode, inputs: readonly string[]): string {
  const relation = node.relation as Relation | undefined;
  const [left, right] = inputs as [string, string];
  switch (relation?.kind) {
    case "same":
      return `select * from ${left}`;
    case "distinct":
      return `select distinct * from ${left}`;
    case "union":
      return unionOf(node, left, right);
    case "filter":
      return `select * from ${left} where ${sqlExpression(relation.condition)}`;
    case "select":
      return `select ${relation.columns.map((c) => `${sqlExpression(c.expression)} as ${quoted(c.name)}`).join(", ")} from ${left}`;
    case "join":
      return joinOf(relation, left, right);
    case "aggregate":
      return aggregateOf(relation, left);
    case "first":
      return firstOf(relation, left);
    default:
      throw new Error(`${node.operator} has no meaning in SQL`);
  }
}

function unionOf(node: PlanNode, left: string, right: string): string {
  const columns = node.shape.fields.map((f) => quoted(f.name)).join(", ");
  return `select ${columns} from ${left} union all select ${columns} from ${right}`;
}

const JOINS = {
  join: "join",
  leftOuterJoin: "left join",
  rightOuterJoin: "right join",
  fullOuterJoin: "full join",
} as const;

function joinOf(relation: Extract<Relation, { kind: "join" }>, left: string, right: string): string {
  const condition = relation.keys.map((key) => `l.${quoted(key.left)} = r.${quoted(key.right)}`).join(" and ");
  if (relation.type === "semiJoin" || relation.type === "antiJoin") {
    const test = relation.type === "semiJoin" ? "exists" : "not exists";
    return `select * from ${left} l where ${test} (select 1 from ${right} r where ${condition})`;
  }
  const columns = relation.columns.map(
    ({ side, name }) => `${side === "left" ? "l" : "r"}.${quoted(name)} as ${quoted(name)}`,
  );
  return `select ${columns.join(", ")} from ${left} l ${JOINS[relation.type]} ${right} r on ${condition}`;
}

function aggregateOf(relation: Extract<Relation, { kind: "aggregate" }>, left: string): string {
  const keys = relation.keys.map((key) => `${quoted(key.from)} as ${quoted(key.to)}`);
  const aggregates = relation.aggregates.map((a) => `${aggregateCall(a)} as ${quoted(a.name)}`);
  const grouping =
    relation.keys.length === 0 ? "" : ` group by ${relation.keys.map((key) => quoted(key.from)).join(", ")}`;
  return `select ${[...keys, ...aggregates].join(", ")} from ${left}${grouping}`;
}

function aggregateCall(aggregate: Extract<Relation, { kind: "aggregate" }>["aggregates"][number]): string {
  const argument = aggregate.argument === undefined ? "*" : sqlExpression(aggregate.argument);
  switch (aggregate.function) {
    case "count":
      return "count(*)::double";
    case "countDistinct":
      return `count(distinct ${argument})::double`;
    case "avg":
      return `(sum(${argument}) / count(${argument}))::double`;
    default:
      return `${aggregate.function}(${argument})`;
  }
}

function firstOf(relation: Extract<Relation, { kind: "first" }>, left: string): string {
  const sorts = relation.sorts.map(
    ({ field, isDescending }) => `${quoted(field)} ${isDescending ? "desc nulls last" : "asc nulls first"}`,
  );
  return `select * from ${left} order by ${sorts.join(", ")} limit ${relation.count}`;
}

const OPERATORS: Readonly<Record<string, string>> = {
  eq: "=",
  ne: "<>",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  and: "and",
  or: "or",
  plus: "+",
  minus: "-",
  times: "*",
  concat: "||",
};

const FUNCTIONS: Readonly<Record<string, string>> = {
  abs: "abs",
  floor: "floor",
  ceil: "ceil",
  trim: "trim",
  coalesce: "coalesce",
  upper: "upper",
  lower: "lower",
  contains: "contains",
  startsWith: "starts_with",
  endsWith: "ends_with",
};

function sqlExpression(expression: Expression): string {
  switch (expression.kind) {
    case "column":
      return quoted(expression.name);
    case "literal":
      return literalOf(expression.value);
    case "call":
      return sqlCall(expression.method, expression.args.map(sqlExpression));
  }
}

function sqlCall(method: string, args: readonly string[]): string {
  const [self, other] = args as [string, string];
  if (method === "not") return `(not ${self})`;
  if (method === "between") return `(${self} between ${other} and ${args[2]})`;
  if (method === "isIn") return `(${self} in (${args.slice(1).join(", ")}))`;
  if (method === "round") return `floor(${self} + 0.5::double)`;
  if (method === "length") return `length(${self})::double`;
  if (method === "substring") return `substr(${self}, 1, 1)`;
  if (method === "dividedBy") return other.includes("hugeint") ? `(${self} // ${other})` : `(${self} / ${other})`;
  if (method === "modulo") return `(${self} % ${other})`;
  if (method === "negate") return `(-${self})`;
  if (method === "isNull") return `(${self} is null)`;
  if (method === "isNotNull") return `(${self} is not null)`;
  const operator = OPERATORS[method];
  if (operator !== undefined) return `(${self} ${operator} ${other})`;
  const name = FUNCTIONS[method];
  if (name === undefined) throw new Error(`the function ${method} has no meaning in SQL`);
  return `${name}(${args.join(", ")})`;
}
