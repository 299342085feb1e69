import { describe, expect, test } from "vitest";
import { ParameterTool } from "../src/parameters/parameter-tool.js";

describe("ParameterTool", () => {
  test("[DP1] reads names with one or two dashes, values, equals signs and flags", () => {
    const tool = ParameterTool.fromArgs(["--input", "a b", "-n", "5", "--x=1=2", "--quiet", "--last"]);
    expect(tool.toObject()).toEqual({ input: "a b", n: "5", x: "1=2", quiet: "true", last: "true" });
    expect(tool.names()).toEqual(["input", "n", "x", "quiet", "last"]);
    expect(tool.getBoolean("quiet", false)).toBe(true);
    expect(tool.has("quiet")).toBe(true);
    expect(tool.has("loud")).toBe(false);
  });

  test("[DP2] takes a negative number as a value", () => {
    const tool = ParameterTool.fromArgs(["--low", "-5", "--high", "-.5", "--next=-x"]);
    expect(tool.getNumber("low", 0)).toBe(-5);
    expect(tool.getNumber("high", 0)).toBe(-0.5);
    expect(tool.get("next")).toBe("-x");
  });

  test("[DP3] keeps all values of a repeated name; the last one counts", () => {
    const tool = ParameterTool.fromArgs(["--in", "a", "--in", "b"]);
    expect(tool.getAll("in")).toEqual(["a", "b"]);
    expect(tool.get("in")).toBe("b");
    expect(tool.getAll("out")).toEqual([]);
  });

  test("[DP4] refuses what it can't read, and says what was given", () => {
    expect(() => ParameterTool.fromArgs(["file.txt"])).toThrow(/"file.txt" has no name.*--key value.*INVALID_ARGUMENT/);
    const tool = ParameterTool.fromArgs(["--n", "many", "--flag", "maybe"]);
    expect(() => tool.getNumber("n", 1)).toThrow(/"n" is "many".*a number/);
    expect(() => tool.getBoolean("flag", true)).toThrow(/"flag" is "maybe".*true or false/);
    expect(() => tool.getRequired("input")).toThrow(/"input".*Given were: n, flag.*MISSING_PARAMETER/);
    expect(() => ParameterTool.fromArgs([]).getRequired("input")).toThrow(/No parameters were given/);
  });

  test("[DP5] reads objects and properties files, and merges", () => {
    const file = ParameterTool.fromProperties("# comment\n a = 1 \nb: x=y\r\n\n! other\nempty=\n");
    expect(file.toObject()).toEqual({ a: "1", b: "x=y", empty: "" });
    const merged = file.mergeWith(ParameterTool.fromObject({ a: 2, absent: undefined, c: false }));
    expect(merged.toObject()).toEqual({ a: "2", b: "x=y", empty: "", c: "false" });
    expect(merged.toConfiguration().getNumber("a", 0)).toBe(2);
    expect(() => merged.getNumber("empty", 3)).toThrow(/a number/);
  });
});
