/**
 * Makes JavaScript strings of bytes, the dearest step of reading a record. A call of `String.fromCharCode` with all units
 * as arguments takes 12-22 ns for up to 16 of them, the engine's bulk functions 50 ns at least, so short strings go one
 * way and long ones the other. `TextDecoder` is no help: its latin1 is windows-1252, its utf-16le replaces lone surrogates,
 * and in browsers it refuses shared memory.
 */
import type { Memory } from "../memory/index.js";
import { canGenerateCode, compile } from "./code-generation.js";

/** The longest string that is made by one call with all its units. */
const MAX_SHORT_LENGTH = 16;

/** The most arguments of one call; engines allow far more, stacks of small threads do not. */
const MAX_ARGUMENTS = 4096;

/**
 * Is what Node.js has for bulk text in a Uint8Array: a Buffer, found at run time because browsers lack it. It is a pure
 * function of bytes here, nothing of the ambient world that comes from Host.
 */
interface TextBuffer {
  toString(encoding: "latin1" | "utf16le", from: number, to: number): string;
}

type ReadUnits = (units: Uint8Array | Uint16Array, from: number, length: number) => string;

const { Buffer } = globalThis as { Buffer?: { from(buffer: ArrayBufferLike): TextBuffer } };
const textBuffers = new WeakMap<Memory, TextBuffer>();
// Two functions with texts of their own: one that met both kinds of arrays would be slower for each.
const readShortLatin1: ReadUnits = canGenerateCode() ? generateReadShort("bytes") : readUnits;
const readShortUtf16: ReadUnits = canGenerateCode() ? generateReadShort("units") : readUnits;

/** Reads `length` bytes at byte `from` as Latin-1. */
export function readLatin1(memory: Memory, from: number, length: number): string {
  if (length <= MAX_SHORT_LENGTH) return readShortLatin1(memory.u8, from, length);
  const text = textBufferOf(memory);
  return text === undefined ? readUnits(memory.u8, from, length) : text.toString("latin1", from, from + length);
}

/** Reads `length` code units, which begin at the even byte `from`. */
export function readUtf16(memory: Memory, from: number, length: number): string {
  if (length <= MAX_SHORT_LENGTH) return readShortUtf16(memory.u16, from >>> 1, length);
  const text = textBufferOf(memory);
  return text === undefined
    ? readUnits(memory.u16, from >>> 1, length)
    : text.toString("utf16le", from, from + length * 2);
}

function readUnits(units: Uint8Array | Uint16Array, from: number, length: number): string {
  let text = "";
  for (let i = from; i < from + length; i += MAX_ARGUMENTS) {
    text += String.fromCharCode(...units.subarray(i, Math.min(i + MAX_ARGUMENTS, from + length)));
  }
  return text;
}

function textBufferOf(memory: Memory): TextBuffer | undefined {
  let text = textBuffers.get(memory);
  if (text === undefined && Buffer !== undefined) {
    text = Buffer.from(memory.buffer);
    textBuffers.set(memory, text);
  }
  return text;
}

/** Generates a switch over the length whose cases pass that many units to one call. */
function generateReadShort(array: string): ReadUnits {
  const cases = Array.from({ length: MAX_SHORT_LENGTH }, (_, i) => {
    const units = Array.from({ length: i + 1 }, (_, j) => `${array}[from + ${j}]`);
    return `case ${i + 1}: return String.fromCharCode(${units.join(", ")});`;
  });
  return compile(
    {},
    `return function (${array}, from, length) { switch (length) { ${cases.join("\n")} default: return ""; } };`,
  );
}
