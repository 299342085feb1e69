import { types } from "@millrace/core";
import { expect, test } from "vitest";
import { csvSource } from "../src/index.js";
import { readText } from "./reading.js";

test("smoke", async () => {
  const rows = await readText('a,b,c\n1,x,2.5\n3,"y,""z",-4e2\n', (p) =>
    csvSource(p, { header: true, types: types.row({ c: types.float64, a: types.int32, b: types.string }) }),
  );
  expect(rows).toEqual([
    { a: 1, b: "x", c: 2.5 },
    { a: 3, b: 'y,"z', c: -400 },
  ]);
  expect(
    await readText("1|2|\n3|4", (p) =>
      csvSource(p, { fieldDelimiter: "|", types: types.tuple(types.int32, types.int32) }),
    ),
  ).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(await readText("p,q\n1,2\n", (p) => csvSource(p, { header: true }))).toEqual([{ p: "1", q: "2" }]);
  expect(await readText("p,q\n1,2\n", (p) => csvSource(p))).toEqual([
    ["p", "q"],
    ["1", "2"],
  ]);
  await expect(
    readText("1,2\n3,x\n", (p) => csvSource(p, { types: types.tuple(types.int32, types.int32) })),
  ).rejects.toThrow("/in.csv:2:3, field 1");
});
