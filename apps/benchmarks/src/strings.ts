/**
 * The two ways in which rows could hold strings: one byte a code unit when all are below 256 and else two (what rows do),
 * or one to three bytes each, as keys do. The second would make stored bytes and key bytes the same. ASCII text is the same
 * bytes in both, so that only other text tells them apart. Rates are million strings a second, in rounds; a decision
 * record draws the conclusion.
 *
 *     node src/strings.ts         (after a build)
 */
import { Memory, RowKeys, RowLayout, RowSerializer, types } from "@millrace/core";
import { measure, printTable } from "./measure.ts";

const NUM_STRINGS = 10_000;
const layout = RowLayout.of(types.string);
const serializer = new RowSerializer(layout);
const keys = new RowKeys(layout, [{ path: "*" }]);
const memory = new Memory(new SharedArrayBuffer(1 << 21));

const TEXTS: Readonly<Record<string, (i: number) => string>> = {
  "Latin-1, 20 characters": (i) => `Übergröße für ${100_000 + i}`,
  "Cyrillic, 20 characters": (i) => `Москва и область ${1000 + i}`,
  "Chinese, 10 characters": (i) => `数据流处理${10_000 + i}`,
};

/** Writes code units in one to three bytes each and returns where they end. */
function writeUnits(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      bytes[at++] = unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    }
  }
  return at;
}

const units = new Uint16Array(1 << 10);
const unitBuffer = Buffer.from(units.buffer);

/** Reads what {@link writeUnits} wrote. No decoder of the engine knows the form, so the units are copied out first. */
function readUnits(bytes: Uint8Array, at: number, end: number): string {
  let length = 0;
  while (at < end) {
    const byte = bytes[at++]!;
    if (byte < 0x80) units[length++] = byte;
    else if (byte < 0xe0) units[length++] = ((byte & 0x1f) << 6) | (bytes[at++]! & 0x3f);
    else units[length++] = ((byte & 0xf) << 12) | ((bytes[at++]! & 0x3f) << 6) | (bytes[at++]! & 0x3f);
  }
  return unitBuffer.toString("utf16le", 0, length * 2);
}

for (const [name, textOf] of Object.entries(TEXTS)) {
  const texts = Array.from({ length: NUM_STRINGS }, (_, i) => Buffer.from(textOf(i), "utf16le").toString("utf16le"));
  const slots = new Int32Array(NUM_STRINGS);
  const offsets = new Int32Array(NUM_STRINGS + 1);
  const bytes = new Uint8Array(1 << 21);
  const writeRows = (): number => {
    let slot = 0;
    texts.forEach((text, i) => {
      slots[i] = slot;
      slot = serializer.write(text, memory, slot, memory.numSlots);
    });
    return slot;
  };
  const writeAll = (): number => {
    let at = 0;
    texts.forEach((text, i) => {
      offsets[i] = at;
      at = writeUnits(bytes, at, text);
    });
    offsets[NUM_STRINGS] = at;
    return at;
  };
  const sum = (each: (i: number) => number): number => {
    let total = 0;
    for (let i = 0; i < NUM_STRINGS; i++) total += each(i);
    return total;
  };
  console.log(
    `\n${name}: ${((writeRows() * 8) / NUM_STRINGS).toFixed(0)} and ${(writeAll() / NUM_STRINGS).toFixed(0)} bytes`,
  );
  const write = { "one or two bytes": writeRows, "one to three bytes": writeAll };
  const read = {
    "one or two bytes": () => sum((i) => serializer.read(memory, slots[i]!).length),
    "one to three bytes": () => sum((i) => readUnits(bytes, offsets[i]!, offsets[i + 1]!).length),
  };
  printTable("write", measure(write, NUM_STRINGS, "one to three bytes"));
  printTable("read", measure(read, NUM_STRINGS, "one to three bytes"));
  printTable("hash", measure({ rows: () => sum((i) => keys.partitionHash(memory, slots[i]!)) }, NUM_STRINGS, "rows"));
}
