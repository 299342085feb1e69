import { describe, expect, it } from "vitest";
import { DiscoveringSerializer, DOES_NOT_FIT, Memory, RowSerializer } from "../src/index.js";

class Point {
  readonly x: number;
  readonly y: number;

  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}

describe.each(["generated", "interpreted"] as const)(
  "a record that is written where its layout is found out, %s",
  (code) => {
    const records = [{ x: 1 }, { x: 2, y: "text" }, { x: 2.5 }, new Point(1, 2), null, ["a", { b: 1n }], { x: null }];

    it("has the layout that is told behind it", () => {
      const serializer = new DiscoveringSerializer(() => {}, { code });
      expect(serializer.layout).toBeUndefined();
      const memory = new Memory(new ArrayBuffer(4096));
      const read = records.map((record) => {
        expect(serializer.write(record, memory, 8, 512)).toBeGreaterThan(8);
        return new RowSerializer(serializer.layout!).read(memory, 8);
      });
      expect(read).toEqual([
        { x: 1 },
        { x: 2, y: "text" },
        { x: 2.5 },
        { x: 1, y: 2 },
        null,
        ["a", { b: 1n }],
        { x: null },
      ]);
    });

    it("is not written beyond the limit, and can be written again elsewhere in the same layout", () => {
      const serializer = new DiscoveringSerializer(() => {}, { code });
      const memory = new Memory(new ArrayBuffer(4096));
      const record = { text: "x".repeat(500) };
      expect(serializer.write(record, memory, 0, 10)).toBe(DOES_NOT_FIT);
      const { layout } = serializer;
      expect(serializer.write(record, memory, 0, 512)).toBeGreaterThan(10);
      expect(serializer.layout).toBe(layout);
      expect(new RowSerializer(layout!).read(memory, 0)).toEqual(record);
    });

    it("must be data", () => {
      const serializer = new DiscoveringSerializer(() => {}, { code });
      const memory = new Memory(new ArrayBuffer(4096));
      serializer.write({ x: 1 }, memory, 0, 512);
      expect(() => serializer.write({ x: () => 1 }, memory, 0, 512)).toThrow("RECORD_NOT_DATA");
      expect(() => serializer.write({ x: [new Set()] }, memory, 0, 512)).toThrow("field x.0");
    });
  },
);
