import { Memory, RowLayout, type TypeInformation, types } from "@millrace/core";
import { describe, expect, it } from "vitest";
import { ProjectionOutput } from "../../src/drivers/projection-output.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { DriverContext, RecordOutput } from "../../src/task/driver.js";

const layouts = createLayoutTable();

/** Writes a row into a memory of its own. */
function rowOf(type: TypeInformation<never>, record: unknown) {
  const layout = layouts.add(RowLayout.of(type) as unknown as RowLayout);
  const memory = new Memory(new ArrayBuffer(64 * 1024));
  layout.serializer.write(record, memory, 0, memory.numSlots);
  return { memory, layout };
}

/** Projects one pair; returns what was given, and of which type its row was; undefined for an object. */
function project(left: ReturnType<typeof rowOf>, right: ReturnType<typeof rowOf>, shape: "row" | "tuple") {
  let given: { record: unknown; type: string | undefined } | undefined;
  const out: Partial<RecordOutput> = {
    collect: (record) => {
      given = { record, type: undefined };
    },
    collectRow: (memory, slot, layout) => {
      given = { record: layout.serializer.read(memory, slot), type: String(layout.layout.type) };
    },
  };
  const fields = [
    { side: "first", path: "id", name: undefined },
    { side: "second", path: "text", name: "said" },
  ] as const;
  const output = new ProjectionOutput(
    { kind: "projection", shape, fields },
    { leftValue: undefined, rightValue: undefined },
    { out, layouts } as unknown as DriverContext,
  );
  output.pair(left.memory, 0, left.layout, right.memory, 0, right.layout);
  return given;
}

describe("a pair that is projected where kernels have no memory", () => {
  const left = rowOf(types.row({ id: types.int32, n: types.float64 }) as never, { id: 7, n: 0.5 });

  it.each([1, 3000])("keeps the types of its fields, also when text takes more than a page (%i times)", (times) => {
    const text = "twelve bytes".repeat(times);
    const right = rowOf(types.row({ text: types.string }) as never, { text });
    expect(project(left, right, "tuple")).toEqual({ record: [7, text], type: "tuple<int32, string>" });
    expect(project(left, right, "row")).toMatchObject({ record: { id: 7, said: text }, type: /^row.*id.*said/ });
  });

  it("is an object when the type of a field is not known", () => {
    const right = rowOf(types.row({ text: types.any }) as never, { text: { deep: [1] } });
    expect(project(left, right, "tuple")).toEqual({ record: [7, { deep: [1] }], type: undefined });
  });
});
