import { types } from "@millrace/core";
import { expect, test } from "vitest";
import {
  BulkIterationOperator,
  CollectionSourceOperator,
  CollectOperator,
  CrossOperator,
  FilterOperator,
  JoinOperator,
  type JoinType,
  MapOperator,
  type Operator,
  type PairResult,
  Plan,
  ProjectOperator,
  recordTypesOf,
  SelectOperator,
  UnionOperator,
} from "../src/index.js";
import { common, fn, joinSpec } from "./operators.js";

const row = types.row({ id: types.int32, size: types.enum("s", "l"), note: types.optional(types.string) });

function source(...given: Operator["settings"]["resultType"][]): Operator {
  const [type] = given.length === 0 ? [row] : given;
  const operator = new CollectionSourceOperator([], common("Source"));
  operator.settings.resultType = type;
  return operator;
}

const untyped = (): Operator => source(undefined);

const typeOf = (operator: Operator): string => {
  const plan = new Plan("job", [new CollectOperator(operator, common("Collect"))]);
  return String(recordTypesOf(plan).get(operator));
};

const join = (joinType: JoinType, result: PairResult, right = source()): Operator =>
  new JoinOperator(source(), right, { ...joinSpec("id"), joinType, result }, common("Join"));

test("[O4] declared types go on through operators that change no record or take fields out", () => {
  const filter = new FilterOperator(source(), { op: "literal", value: true }, common("Filter"));
  expect(typeOf(filter)).toBe(String(row));
  expect(typeOf(new UnionOperator(filter, source(), common("Union")))).toBe(String(row));
  expect(typeOf(new UnionOperator(filter, source(types.any), common("Union")))).toBe("undefined");
  expect(
    typeOf(
      new MapOperator(
        source(),
        fn((x) => x, "map"),
        common("Map"),
      ),
    ),
  ).toBe("undefined");
  expect(typeOf(new ProjectOperator(source(), ["note", "size"], common("Project")))).toBe(
    'tuple<string?, enum<"s", "l">>',
  );
  const columns = [
    { name: "s", expression: { op: "column", path: "size" } },
    { name: "n", expression: { op: "literal", value: 1 } },
  ] as const;
  expect(typeOf(new SelectOperator(source(), columns, common("Select")))).toBe('row<s: enum<"s", "l">, n: any>');
});

test("[O4] pairs have the types of both sides, nullable where one may be missing", () => {
  const small = types.row({ id: types.int32 });
  const pair = { kind: "pair" } as const;
  expect(typeOf(join("inner", pair, source(small)))).toBe(`tuple<${row}, ${small}>`);
  expect(typeOf(join("left-outer", pair, source(small)))).toBe(`tuple<${row}, ${small}?>`);
  expect(typeOf(join("full-outer", pair, source(small)))).toBe(`tuple<${row}?, ${small}?>`);
  expect(typeOf(join("inner", pair, untyped()))).toBe(`tuple<${row}, any>`);
  expect(typeOf(join("semi", { kind: "left" }))).toBe(String(row));
  const fields = [
    { side: "first", path: "size", name: "size" },
    { side: "second", path: "id", name: undefined },
  ] as const;
  const projection = (shape: "row" | "tuple"): PairResult => ({ kind: "projection", shape, fields });
  expect(typeOf(join("left-outer", projection("row"), source(small)))).toBe('row<size: enum<"s", "l">, id: int32?>');
  expect(
    typeOf(new CrossOperator(source(), source(small), "optimizer-chooses", projection("tuple"), common("Cross"))),
  ).toBe('tuple<enum<"s", "l">, int32>');
});

test("[O2] the state of an iteration has no declared type, its result what is declared for it", () => {
  const loop = new BulkIterationOperator(source(), 2, common("Loop"));
  loop.partialSolution.settings.resultType = row;
  const kept = new FilterOperator(loop.partialSolution, { op: "literal", value: true }, common("Filter"));
  loop.step = { next: kept, termination: undefined };
  const known = recordTypesOf(new Plan("job", [new CollectOperator(loop, common("Collect"))]));
  expect([loop.partialSolution, kept, loop].map((each) => known.get(each))).toEqual([undefined, undefined, undefined]);
  loop.settings.resultType = row;
  expect(typeOf(loop)).toBe(String(row));
});

test("[O24] taking out a field that a declared type does not have is an error with its place", () => {
  expect(() => typeOf(new ProjectOperator(source(), ["siez"], common("Project at x")))).toThrow(
    /UNKNOWN_FIELD|no field "siez".*"size".*Project at x/,
  );
});
