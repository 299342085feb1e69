import { expect, test } from "vitest";
import { PagesOfRows } from "../../src/task/row-keeper.js";
import { RecordRows } from "../sort/sorting.js";
import { type RowKind, recordsOfPages, type TestRows, testRows } from "../support/rows.js";

function rowsOf({ rows, records }: TestRows): RecordRows {
  return new RecordRows(rows.map(({ layout }, i) => [layout, records[i]]));
}

test.each<RowKind>(["small", "mixed", "empty", "long", "large"])(
  "%s rows are given as pages of one layout each",
  (kind) => {
    for (const count of [0, 1, 2, 300]) {
      const rows = testRows(kind, count);
      const pages = new PagesOfRows(rowsOf(rows));
      expect(recordsOfPages(pages)).toEqual(rows.records);
      expect([pages.nextPage(), pages.isAtEnd]).toEqual([false, true]);
    }
  },
);

test("many small rows lie in few pages", () => {
  const pages = new PagesOfRows(rowsOf(testRows("small", 5000)));
  let numPages = 0;
  while (pages.nextPage()) numPages++;
  expect(numPages).toBeLessThan(20);
});
