import { describe, expect, test } from "vitest";
import { errorCodes, invariant, isMillraceError, MillraceError } from "../src/index.js";

const full = new MillraceError({
  code: "UNKNOWN_FIELD",
  what: 'There is no field "whoo"',
  expected: 'one of "who", "id"',
  where: { operator: "GroupBy at job.ts:3:4", subtask: 2, file: "job.ts", line: 3, column: 4, field: "whoo" },
  fix: 'Did you mean "who"?',
  cause: new RangeError("inner"),
});

describe("errors", () => {
  test("[E1] a message says what, expected, where, what to do and the page, in this order", () => {
    expect(full.message).toBe(
      'There is no field "whoo". Expected one of "who", "id". Where: GroupBy at job.ts:3:4, subtask 2, job.ts:3:4, ' +
        'field whoo. Did you mean "who"? [UNKNOWN_FIELD, docs/errors/UNKNOWN_FIELD.md]',
    );
    expect(full.code).toBe("UNKNOWN_FIELD");
    expect((full.cause as Error).message).toBe("inner");
  });

  test("[E1] every code of the registry has a description", () => {
    for (const [code, description] of Object.entries(errorCodes)) {
      expect(code).toMatch(/^[A-Z][A-Z_]+$/);
      expect(description.split(" ").length, code).toBeGreaterThanOrEqual(4);
    }
  });

  test("[E2] parts that are not known leave no trace", () => {
    const bare = new MillraceError({
      code: "NO_SINKS",
      what: "Nothing to do",
      where: { operator: undefined, line: 7 },
    });
    expect(bare.message).toBe("Nothing to do. Where: line 7. [NO_SINKS, docs/errors/NO_SINKS.md]");
    expect(bare.cause).toBeUndefined();
    expect("cause" in bare).toBe(false);
  });

  test("[E3] a more exact place fills gaps and replaces nothing", () => {
    const inner = new MillraceError({ code: "FUNCTION_FAILED", what: "It threw", where: { line: 9 }, cause: 1 });
    const outer = inner.at({ operator: "Map", line: 1 });
    expect(outer.where).toEqual({ operator: "Map", line: 9 });
    const ofData = new MillraceError({ code: "FILE_NOT_FOUND", what: "Nothing there", where: { file: "data.csv" } });
    expect(ofData.at({ operator: "CSV", file: "job.ts", line: 2, column: 3 }).where).toEqual({
      operator: "CSV",
      file: "data.csv",
    });
    expect(outer.code).toBe("FUNCTION_FAILED");
    expect(outer.cause).toBe(1);
    expect(outer.stack?.split("\n").slice(1)).toEqual(inner.stack?.split("\n").slice(1));
  });

  test("[E4] errors of another copy of the package are recognised", () => {
    const foreign = Object.assign(new Error("x"), { name: "MillraceError", code: "TIMEOUT" });
    expect(isMillraceError(foreign)).toBe(true);
    expect(isMillraceError(foreign, "TIMEOUT", "NO_SINKS")).toBe(true);
    expect(isMillraceError(foreign, "NO_SINKS")).toBe(false);
    expect(isMillraceError(new Error("x"))).toBe(false);
    expect(isMillraceError("TIMEOUT")).toBe(false);
  });

  test("[E5] an invariant that fails says that it is our mistake", () => {
    invariant(true, "nothing");
    expect(() => invariant(false, "pages come back")).toThrow(/pages come back.*bug in Millrace.*INVARIANT_VIOLATED/);
  });
});
