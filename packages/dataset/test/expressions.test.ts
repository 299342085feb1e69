import { operatorOf } from "@millrace/common-api";
import { col, expressionText, lit, param, types, when } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { sum } from "../src/index.js";
import { errorOf, recording } from "./recording-engine.js";

const { env } = recording();
const rows = env.fromElements({
  id: 1,
  name: "a",
  big: 1n,
  ok: true,
  at: new Date(0),
  tags: ["x"],
  note: "n" as string | null,
});
const declared = env.fromCollection<{ id: number; name: string }>(
  [],
  types.row({ id: types.int32, name: types.string }),
);
const others = env.fromElements({ k: "a" });

describe("expressions", () => {
  test("[D80] are data that print as people write them", () => {
    const printed: readonly [string, { readonly node: Parameters<typeof expressionText>[0] }][] = [
      ['id > 10 and contains(lower(name), "x")', col("id").gt(10).and(col("name").lower().contains("x"))],
      ["(id + 1) * 2 - id / 3 % 4", col("id").plus(1).times(2).minus(col("id").dividedBy(3).modulo(4))],
      ["id >= 1 and id <= 5", col("id").between(1, 5)],
      ['name in ("a", "b")', col("name").isIn(["a", "b"])],
      ["not ok or id <> 2", col("ok").not().or(col("id").ne(2))],
      ["note is null", col("note").isNull()],
      ["note is not null", col("note").isNotNull()],
      ['coalesce(note, "none")', col("note").coalesce("none")],
      ['if(ok, "yes", "no")', when(col("ok"), "yes", "no")],
      ["cast(id as string)", col("id").cast("string")],
      ["big = 1n", col("big").eq(1n)],
      ["id < :limit", col("id").lt(param("limit", 3))],
      ["id <= 3", col("id").le(lit(3))],
      ["-abs(floor(ceil(round(id))))", col("id").round().ceil().floor().abs().negate()],
      ['startsWith(upper(trim(name)), "A")', col("name").trim().upper().startsWith("A")],
      ['endsWith(substring(name, 1, 2), "b")', col("name").substring(1, 2).endsWith("b")],
      ['length(split(concat(name, "-"), ","))', col("name").concat("-").split(",").length()],
    ];
    for (const [text, { node }] of printed) expect(expressionText(node)).toBe(text);
    expect(String(col("id").gt(1))).toBe("id > 1");
    expect(`${col("id").plus(1).as("next")}`).toBe("id + 1 as next");
    expect(col("name").substring(2).node).toMatchObject({ args: [{ op: "column" }, { op: "literal", value: 2 }] });
  });

  test("[D81] stand wherever a field or a function of the record stands", () => {
    expect(operatorOf(rows.filter(col("id").gt(1)))).toMatchObject({
      kind: "filter",
      predicate: { op: "call", name: "gt" },
    });
    expect(operatorOf(rows.select({ double: col("id").times(2) }))).toMatchObject({
      kind: "select",
      columns: [{ name: "double", expression: { name: "multiply" } }],
    });
    expect(
      operatorOf(rows.groupBy(col("name").lower().as("l"), col("id")).aggregate({ t: sum(col("id").times(2)) })),
    ).toMatchObject({
      grouping: {
        keys: [
          { kind: "expression", name: "l" },
          { kind: "field", path: "id" },
        ],
      },
      aggregates: [{ name: "t", argument: { name: "multiply" } }],
    });
    expect(operatorOf(rows.orderBy(col("id").negate()))).toMatchObject({ ordering: [{ key: { kind: "expression" } }] });
    expect(operatorOf(rows.join(others).where(col("name").lower()).equalTo("k"))).toMatchObject({
      leftKeys: [{ kind: "expression", expression: { name: "lower" } }],
    });
    expect(operatorOf(rows.distinct(col("id").modulo(2)))).toMatchObject({ keys: [{ kind: "expression" }] });
  });

  test("[D82] are checked when they are used: columns, operands, kinds of arguments", async () => {
    const unknown = await errorOf(() => declared.filter(col("idd" as "id").gt(1)));
    expect(unknown.code).toBe("UNKNOWN_FIELD");
    expect(unknown.message).toContain('Did you mean "id"?');
    expect(unknown.where.operator).toMatch(/^Filter at expressions\.test\.ts/);
    expect((await errorOf(() => declared.select({ a: when(col("nam" as "name").eq("x"), 1, 2) }))).code).toBe(
      "UNKNOWN_FIELD",
    );
    expect((await errorOf(() => declared.select({}))).code).toBe("INVALID_ARGUMENT");
    expect((await errorOf(() => declared.select({ a: "id" } as never))).code).toBe("INVALID_EXPRESSION");
    expect((await errorOf(() => col("id").eq({} as never))).code).toBe("INVALID_EXPRESSION");
    expect((await errorOf(() => col("id").eq(undefined as never))).what).toBe("An operand of eq is undefined");
    expect((await errorOf(() => lit((() => 1) as never))).message).toContain("col(");
    expect((await errorOf(() => lit(undefined as never))).message).toContain("A constant is undefined.");
    expect((await errorOf(() => col("id").cast("int" as "int32"))).message).toMatch(/no cast to "int".*one of .*int32/);
    expect((await errorOf(() => declared.filter(col("id.").gt(1) as never))).code).toBe("INVALID_KEY");
  });
});
