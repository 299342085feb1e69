import { Memory, RowLayout, type TypeInformation, types } from "@millrace/core";
import { expect, test } from "vitest";
import { HashKeys } from "../../src/hash/hash-keys.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";

const PARTS: readonly (readonly [TypeInformation<unknown>, unknown])[] = [
  [types.any, 1],
  [types.any, ["list", null]],
  [types.nullable(types.int32), 1],
  [types.nullable(types.string), ""],
  [types.nullable(types.array(types.int32)), []],
];

test("[O50] a null in any part of a key of several matches nothing, whatever the part's type is", () => {
  const layouts = createLayoutTable();
  const memory = new Memory(new ArrayBuffer(1024));
  for (const [type, value] of PARTS) {
    const row = types.row({ k: type, n: types.int32 }) as unknown as TypeInformation<unknown>;
    const layout = layouts.add(RowLayout.of(row) as RowLayout);
    const { hasNull } = new HashKeys([{ path: "n" }, { path: "k" }]).of(layout);
    layout.serializer.write({ k: value, n: 1 }, memory, 0, memory.numSlots);
    expect(hasNull?.(memory, 0), String(type)).toBe(false);
    layout.serializer.write({ k: null, n: 1 }, memory, 0, memory.numSlots);
    expect(hasNull?.(memory, 0), String(type)).toBe(true);
  }
});
