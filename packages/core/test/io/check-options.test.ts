import { describe, expect, test } from "vitest";
import { checkOptions, FILE_READ_OPTIONS, FILE_WRITE_OPTIONS } from "../../src/index.js";

describe("[FS18] options that plain JavaScript gets wrong", () => {
  test.each<[situation: string, options: unknown, message: string]>([
    ["a misspelled name", { recursiv: true }, 'no option "recursiv"'],
    ["a misspelled name has near ones", { charSet: "utf-8" }, "Did you mean charset?"],
    ["a name of Object.prototype", { constructor: 1 }, 'no option "constructor"'],
    [
      "a value of another kind",
      { recursive: "yes" },
      'The option recursive of text is "yes". Expected one of true, false',
    ],
    ["no object", "utf-8", 'The options of text are "utf-8"'],
    ["null", null, "The options of text are null"],
  ])("%s", (_situation, options, message) => {
    const check = (): void => checkOptions("text", options as object, FILE_READ_OPTIONS as never);
    expect(check).toThrow(message);
    expect(check).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  test("a value that is not in the list", () => {
    const check = (): void => checkOptions("CSV", { writeMode: "append" as "overwrite" }, FILE_WRITE_OPTIONS);
    expect(check).toThrow('The option writeMode of CSV is "append". Expected one of "no-overwrite", "overwrite"');
  });

  test("options that are undefined are as if they were not there", () => {
    expect(() => checkOptions("CSV", { writeMode: undefined }, FILE_WRITE_OPTIONS)).not.toThrow();
  });
});
