/** Holds both implementations of the kernels of lines against each other, and against strings. */
import { type LineForm, Memory, PAGE_SIZE_BYTES, RowLayout, RowSerializer, types } from "@millrace/core";
import type { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.js";
import { agree } from "./kernel-memory.js";
import { randomRuns } from "./random-runs.js";

const NUM_PAGES = 8;
const PAGE_SLOTS = PAGE_SIZE_BYTES / 8;
const ROWS_SLOT = 2 * PAGE_SLOTS;
const END_SLOT = NUM_PAGES * PAGE_SLOTS;
const LENGTHS = [0, 1, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 47, 48, 99, 100, 300];
const serializer = new RowSerializer(RowLayout.of(types.string));

/** Returns the text of some lines: mostly of ASCII, with a character beyond it here and there, or a carriage return at the end. */
function randomLines(random: SeededRandom, form: LineForm): Buffer {
  const ending = random.chance(0.3) ? "\r" : "";
  const lines = Array.from({ length: random.below(60) }, () => {
    const text = String.fromCharCode(random.between(32, 126)).repeat(random.pick(LENGTHS));
    return (random.chance(0.02) ? `${text}\u{e9}` : text) + ending;
  });
  const delimiter = String.fromCharCode(form.delimiter);
  return Buffer.from(lines.join(delimiter) + (random.chance(0.8) ? delimiter : ""), "latin1");
}

function randomForm(random: SeededRandom): LineForm {
  return {
    delimiter: random.pick([10, 0, 126, 200]),
    stripsReturn: random.chance(0.5),
    isLatin1: random.chance(0.3),
    maxBytes: random.pick([40, 1000, Number.POSITIVE_INFINITY]),
  };
}

/** Makes what may be overwritten equal. */
function forget({ u8 }: Memory, from: number, to: number): void {
  u8.fill(0, from, to);
}

function readAll(memory: Memory, endSlot: number): string[] {
  const strings: string[] = [];
  for (let slot = ROWS_SLOT; slot < endSlot; slot += memory.i32[slot * 2]! >> 3)
    strings.push(serializer.read(memory, slot));
  return strings;
}

/** What the lines are by the rule: those in front of the first that is not taken. */
function linesOf(text: Buffer, form: LineForm): string[] {
  const lines: string[] = [];
  for (let at = 0; ; ) {
    const end = text.indexOf(form.delimiter, at);
    if (end < 0 || end - at > form.maxBytes) return lines;
    const line = text.toString("latin1", at, end);
    if (!form.isLatin1 && [...line].some((character) => character > "\x7f")) return lines;
    lines.push(form.stripsReturn && line.endsWith("\r") ? line.slice(0, -1) : line);
    at = end + 1;
  }
}

test("[RT92] lines become the rows of their strings, up to the first that does not", () => {
  randomRuns(200, (random) => {
    const form = randomForm(random);
    const text = randomLines(random, form);
    const from = random.below(40);
    let ends: readonly number[] = [];
    const memory = agree(
      NUM_PAGES,
      random,
      ({ u8 }) => u8.set(text, from),
      (kernels) => {
        const taken = kernels.splitLines(from, text.length, form, ROWS_SLOT, END_SLOT);
        ends = [taken, kernels.endSlot];
        forget(kernels.memory, kernels.endSlot * 8, END_SLOT * 8);
        return ends;
      },
    );
    const strings = readAll(memory, ends[1]!);
    expect(strings).toEqual(linesOf(text, form));
    for (const [i, slot] of slotsOf(memory, ends[1]!).entries())
      expect(rowBytes(memory, slot)).toEqual(written(strings[i]!));
  });
});

function slotsOf({ i32 }: Memory, endSlot: number): number[] {
  const slots: number[] = [];
  for (let slot = ROWS_SLOT; slot < endSlot; slot += i32[slot * 2]! >> 3) slots.push(slot);
  return slots;
}

function rowBytes({ i32, u8 }: Memory, slot: number): Uint8Array {
  return Uint8Array.from(u8.subarray(slot * 8, slot * 8 + i32[slot * 2]!));
}

/** Returns the bytes of the row that a serializer writes. */
function written(text: string): Uint8Array {
  const memory = new Memory(new ArrayBuffer(PAGE_SIZE_BYTES));
  serializer.write(text, memory, 0, PAGE_SLOTS);
  return rowBytes(memory, 0);
}

test("[RT92] the kernels stop where rows or lines may have no room", () => {
  randomRuns(100, (random) => {
    const form: LineForm = { delimiter: 10, stripsReturn: false, isLatin1: false, maxBytes: 1000 };
    const text = Buffer.from(Array.from({ length: 30 }, () => "x".repeat(random.pick(LENGTHS))).join("\n"));
    const limit = ROWS_SLOT + random.below(300);
    const outBytes = random.below(2000);
    agree(
      NUM_PAGES,
      random,
      ({ u8 }) => u8.set(text),
      (kernels) => {
        const taken = kernels.splitLines(0, text.length, form, ROWS_SLOT, limit);
        const { endSlot } = kernels;
        forget(kernels.memory, endSlot * 8, Math.max(endSlot, limit) * 8);
        const out = 6 * PAGE_SIZE_BYTES;
        const next = kernels.joinLines(ROWS_SLOT, endSlot, form, out, out + outBytes);
        expect(kernels.endByte).toBeLessThanOrEqual(out + outBytes);
        forget(kernels.memory, kernels.endByte, out + outBytes + 1);
        return [taken, endSlot, next, kernels.endByte];
      },
    );
  });
});

test("[RT92] rows of strings become their lines again; others, nulls and characters beyond ASCII are left", () => {
  randomRuns(100, (random) => {
    const form = { delimiter: 10, isLatin1: random.chance(0.3) };
    const strings = Array.from({ length: random.below(40) }, () => {
      const text = "y".repeat(random.pick(LENGTHS));
      return random.chance(0.03) ? text + random.pick(["\u{e9}", "\u{20ac}"]) : text;
    });
    const nullAt = random.chance(0.3) ? random.below(40) : -1;
    let endSlot = ROWS_SLOT;
    const isLine = (text: string, i: number) =>
      i !== nullAt && /^[\0-\xff]*$/.test(text) && (form.isLatin1 || /^[\0-\x7f]*$/.test(text));
    const expected = strings.slice(0, strings.findIndex((text, i) => !isLine(text, i)) >>> 0);
    let endByte = 0;
    const memory = agree(
      NUM_PAGES,
      random,
      (filled) => {
        endSlot = ROWS_SLOT;
        for (const [i, text] of strings.entries()) {
          const slot = endSlot;
          endSlot = serializer.write(text, filled, slot, END_SLOT);
          if (i === nullAt) filled.i32[slot * 2 + 1] = 1;
        }
      },
      (kernels: Kernels) => {
        const next = kernels.joinLines(ROWS_SLOT, endSlot, form, 0, ROWS_SLOT * 8);
        endByte = kernels.endByte;
        forget(kernels.memory, endByte, ROWS_SLOT * 8);
        return [next, endByte];
      },
    );
    expect(Buffer.from(memory.u8.slice(0, endByte)).toString("latin1")).toBe(
      expected.map((text) => `${text}\n`).join(""),
    );
  });
});
