import { compareValues, fieldValue, LayoutDiscovery, parseFieldPath, RowKeys } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import { RowPairOrder } from "../../src/rows/row-order.js";
import type { StreamLayout } from "../../src/rows/stream-layout.js";
import { rowOf } from "../support/rows.js";

const CODES = ["generated", "interpreted"] as const;

/** Makes undeclared records, each with a layout of its own: fields are there or not, and of different kinds. */
function someRecords(count: number): { record: unknown; value: (path: string) => unknown }[] {
  const random = new SeededRandom(11);
  const leaf = (): unknown => random.pick([null, 1, 2.5, -0, "a", "b", true, [1], [1, null], { z: 1 }]);
  return Array.from({ length: count }, () => {
    const record: Record<string, unknown> = {};
    for (const name of ["a", "b", "c"]) if (random.chance(0.7)) record[name] = leaf();
    if (random.chance(0.5)) record.n = { a: leaf() };
    const whole = random.chance(0.1) ? [leaf(), leaf()] : record;
    return { record: whole, value: (path) => (path === "*" ? whole : valueAt(whole, path)) };
  });
}

function valueAt(record: unknown, path: string): unknown {
  return Array.isArray(record) ? null : fieldValue(record, parseFieldPath(path));
}

const KEYS: readonly (readonly { path: string; order?: "descending" }[])[] = [
  [{ path: "a" }],
  [{ path: "n.a", order: "descending" }, { path: "b" }],
  [{ path: "c" }, { path: "gone" }, { path: "a" }],
  [{ path: "*" }],
  [{ path: "*", order: "descending" }],
];

test.each(KEYS.map((keys) => [keys.map(({ path, order }) => `${path} ${order ?? ""}`).join(","), keys] as const))(
  "rows of any layouts are in the order of their values, by %s",
  (_, keys) => {
    const isWhole = keys[0]!.path === "*";
    const records = someRecords(60).filter(({ record }) => isWhole || !Array.isArray(record));
    for (const code of CODES) {
      const layouts = createLayoutTable({ code });
      const rows = records.map(({ record }) => {
        const layout = layouts.add(new LayoutDiscovery().observe(record));
        return { ...rowOf(record, layout), layout };
      });
      const order = new RowPairOrder(keys, keys, undefined, { code });
      const keysOf = ({ layout }: StreamLayout): RowKeys => new RowKeys(layout, keys, { code, absentKeys: "null" });
      const bytes = rows.map((row) => keysOf(row.layout).keyBytes(row.memory, row.slot));
      rows.forEach((a, i) => {
        rows.forEach((b, j) => {
          let expected = 0;
          for (const key of keys) {
            const step = compareValues(records[i]!.value(key.path), records[j]!.value(key.path));
            expected ||= key.order === "descending" ? -step : step;
          }
          const found = order.compare(a.memory, a.slot, a.layout, b.memory, b.slot, b.layout);
          expect(Math.sign(found) + 0).toBe(Math.sign(expected) + 0);
          expect(order.comparator(a.layout, b.layout)).toBe(order.comparator(a.layout, b.layout));
          expect(Buffer.compare(bytes[i]!, bytes[j]!) === 0).toBe(expected === 0);
          const hash = (row: typeof a): number => keysOf(row.layout).partitionHash(row.memory, row.slot);
          if (expected === 0) expect(hash(a)).toBe(hash(b));
        });
      });
    }
  },
);

test("keys of two inputs correspond by position, whatever their names and layouts", () => {
  const layouts = createLayoutTable();
  const order = new RowPairOrder([{ path: "id" }, { path: "name" }], [{ path: "0" }, { path: "1.name" }]);
  const left = { id: 3, name: "x" };
  const rowOfLeft = rowOf(left, layouts.add(new LayoutDiscovery().observe(left)));
  for (const [right, expected] of [
    [[3, { name: "x" }], 0],
    [[3.5, { name: "x" }], -1],
    [[3, { name: "w" }], 1],
    [[3, {}], 1],
    [[], 1],
  ] as const) {
    const layout = layouts.add(new LayoutDiscovery().observe(right));
    const row = rowOf(right, layout);
    const found = order.compare(rowOfLeft.memory, rowOfLeft.slot, layouts.at(0), row.memory, row.slot, layout);
    expect(Math.sign(found) + 0).toBe(expected);
  }
});

test("layouts are known by their ids and numbered as they came", () => {
  const layouts = createLayoutTable();
  const made = ["a", "b", "a"].map((name) => layouts.add(new LayoutDiscovery().observe({ [name]: 1 })));
  expect(made.map(({ index }) => index)).toEqual([0, 1, 0]);
  expect(layouts.of(made[1]!.layout.idWords)).toBe(made[1]);
  expect(layouts.at(0)).toBe(made[2]);
  expect(() => layouts.of({ low: 1, high: 2 })).toThrow("CORRUPT_FILE");
});
