import { Decimal } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { tableOf } from "../src/printing/table.js";

const formatTable = (records: readonly unknown[]): string => tableOf(records, {});

describe("tables", () => {
  test("[DT1] rows have a column per field, numbers to the right", () => {
    expect(
      formatTable([
        { word: "be", count: 2, share: 0.5 },
        { word: "question", count: 10, share: null },
      ]),
    ).toBe(
      ["word      count  share", "────────  ─────  ─────", "be            2    0.5", "question     10   null", ""].join(
        "\n",
      ),
    );
  });

  test("[DT2] tuples count their columns, scalars have one", () => {
    expect(formatTable([["a", 1n]])).toBe("0  1\n─  ─\na  1\n");
    expect(formatTable(["x", "longer"])).toBe("value\n──────\nx\nlonger\n");
    expect(formatTable([null])).toBe("value\n─────\n null\n");
  });

  test("[DT3] rows of several shapes share the table; absent is empty", () => {
    expect(formatTable([{ a: 1 }, { b: "x" }])).toBe("a  b\n─  ─\n1\n   x\n");
  });

  test("[DT4] no records are said to be none", () => {
    expect(formatTable([])).toBe("(no records)\n");
  });

  test("[DT5] nested values stay on one line, long ones are cut, control characters are escaped", () => {
    const table = formatTable([
      {
        when: new Date(0),
        bytes: new Uint8Array([1, 255]),
        list: ["a", 1, { b: null }],
        map: new Map([["k", Decimal.of("1.50")]]),
        text: "one\ntwo\u0007\u{1f600}",
        long: "x".repeat(100),
      },
    ]);
    const [, , row] = table.split("\n");
    expect(row).toContain("1970-01-01T00:00:00.000Z");
    expect(row).toContain("0x01ff");
    expect(row).toContain('["a", 1, {b: null}]');
    expect(row).toContain('{"k" => 1.50}');
    expect(row).toContain("one\\ntwo\\u0007\u{1f600}");
    expect(row).toContain(`${"x".repeat(59)}…`);
    expect(row).not.toContain("x".repeat(60));
  });
});
