import { isMillraceError, MillraceError } from "@millrace/core";
import { describe, expect, it } from "vitest";
import { failureFromJson, failureToJson } from "../../src/index.js";

/** What it is like on its way. */
function sent(error: unknown): Error {
  return failureFromJson(JSON.parse(JSON.stringify(failureToJson(error))));
}

describe("[RT68] a failure that is sent to another process", () => {
  it("is one of ours with its code, place and causes", () => {
    const cause = new TypeError("no such thing", { cause: "because" });
    const where = { operator: "Map", subtask: 3 };
    const error = new MillraceError({ code: "FUNCTION_FAILED", what: "It threw", fix: "Mend it.", where, cause });
    const arrived = sent(error);
    expect(isMillraceError(arrived, "FUNCTION_FAILED")).toBe(true);
    expect(arrived).toMatchObject({ message: error.message, where, fix: "Mend it.", stack: error.stack });
    expect(arrived.cause).toMatchObject({ name: "TypeError", message: "no such thing" });
    expect(String((arrived.cause as Error).cause)).toContain("because");
  });

  it("is told of whatever was thrown", () => {
    const hostile = Object.defineProperties(new Error(), {
      message: {
        get: () => {
          throw new Error("not to be read");
        },
      },
      cause: { value: Object.create(null) },
    });
    for (const thrown of [hostile, undefined, null, 7n, Symbol("x"), Object.create(null), "text"]) {
      expect(sent(thrown)).toBeInstanceOf(Error);
    }
    const own = new Error("round");
    own.cause = own;
    expect(sent(own).message).toBe("round");
  });
});
