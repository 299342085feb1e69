import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

test("[L9] where there is no Buffer, as in browsers, text of every length is read", () => {
  const program = `
    delete globalThis.Buffer;
    const { RowLayout, RowSerializer, Memory, types } = await import(${JSON.stringify(
      new URL("../dist/index.js", import.meta.url).href,
    )});
    const serializer = new RowSerializer(RowLayout.of(types.string));
    const memory = new Memory(new SharedArrayBuffer(1 << 18));
    for (const length of [0, 1, 16, 17, 100, 4096, 4097, 20000]) {
      for (const unit of ["a", "\\u0080", "\\u00ff", "☃", "\\ud83d"]) {
        serializer.write(unit.repeat(length), memory, 0, memory.numSlots);
        if (serializer.read(memory, 0) !== unit.repeat(length)) throw new Error(length + " of " + unit);
      }
    }
    console.log("done");
  `;
  const args = ["--input-type=module", "--eval", program];
  expect(execFileSync(process.execPath, args, { encoding: "utf8" })).toBe("done\n");
});

test("[L1] where code may not be generated, everything is interpreted", () => {
  const program = `
    const { RowLayout, RowSerializer, RowComparator, RowKeys, Memory, types } = await import(${JSON.stringify(
      new URL("../dist/index.js", import.meta.url).href,
    )});
    const layout = RowLayout.of(types.row({ id: types.int32, name: types.nullable(types.string) }));
    const serializer = new RowSerializer(layout);
    const memory = new Memory(new ArrayBuffer(1024));
    const end = serializer.write({ id: 1, name: "a longer name, and ☃" }, memory, 0, 128);
    serializer.write({ id: 1, name: null }, memory, end, 128);
    const { compare } = new RowComparator(layout, [{ path: "id" }, { path: "name" }]);
    const keys = new RowKeys(layout, [{ path: "name" }]);
    console.log(JSON.stringify([
      serializer.read(memory, 0), serializer.read(memory, end), compare(memory, 0, memory, end),
      keys.keyBytes(memory, end).length, serializer.fieldReader("id")(memory, 0),
    ]));
    try { new RowSerializer(layout, { code: "generated" }); } catch (error) { console.log(error.name); }
  `;
  const args = ["--disallow-code-generation-from-strings", "--input-type=module", "--eval", program];
  const [result, error] = execFileSync(process.execPath, args, { encoding: "utf8" }).trim().split("\n");
  expect(JSON.parse(result!)).toEqual([{ id: 1, name: "a longer name, and ☃" }, { id: 1, name: null }, 1, 1, 1]);
  expect(error).toBe("EvalError");
});
