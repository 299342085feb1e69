import { Decimal, memoryContext, writeSink } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { type TextWriteOptions, textSink } from "../src/index.js";

async function written<T>(records: readonly T[], options: TextWriteOptions<T> = {}): Promise<string | undefined> {
  const { context, memory } = memoryContext({});
  await writeSink(textSink<T>("/out.txt", options), records, context);
  return memory.getText("/out.txt");
}

describe("[TX11] what records look like", () => {
  test.each<[unknown, string]>([
    ["plain text", "plain text"],
    [["a", 1, true], "(a,1,true)"],
    [["a", ["b", null], undefined], "(a,(b,null),undefined)"],
    [12n, "12"],
    [-0, "-0"],
    [null, "null"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Date(Number.NaN), "Invalid Date"],
    [{ a: 1, b: [2n, "x"] }, '{"a":1,"b":[2,"x"]}'],
    [new Map([["k", 1]]), '{"k":1}'],
    [Decimal.of("1.50"), "1.50"],
    [Uint8Array.of(1, 2), "AQI="],
  ])("record %#", async (record, text) => {
    expect(await written([record])).toBe(`${text}\n`);
  });

  test("a formatter and another delimiter", async () => {
    expect(await written([1, 2], { format: (n) => `<${n}>`, delimiter: ";" })).toBe("<1>;<2>;");
  });

  test("a formatter that returns no string", async () => {
    const wrong = { format: () => 1 as unknown as string };
    await expect(written([1], wrong)).rejects.toMatchObject({ code: "INVALID_RESULT" });
  });

  test("more than fits into one chunk", async () => {
    const records = Array.from({ length: 20_000 }, (_, i) => `line ${i} é`);
    expect(await written(records)).toBe(`${records.join("\n")}\n`);
  });
});

describe("[TX12] character sets", () => {
  test("latin1 has its characters and refuses others", async () => {
    const { context, memory } = memoryContext({});
    const sink = textSink<string>("/out", { charset: "latin1" });
    await sink.initialize!(context, 1);
    const writer = await sink.openWriter(context);
    await writer.write("aé");
    await writer.close();
    await sink.commit!(context);
    expect(memory.get("/out")).toEqual(Uint8Array.of(0x61, 0xe9, 0x0a));
    await expect(written(["\ud800"])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(written(["中"], { charset: "latin1" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("an empty path is refused", () => {
    expect(() => textSink("")).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
