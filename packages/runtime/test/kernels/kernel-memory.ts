import { Memory, PAGE_SIZE_BYTES } from "@millrace/core";
import type { SeededRandom } from "@millrace/host-test";
import { expect } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.js";
import { kernelsFor } from "../../src/kernels/kernels-for.js";

const WASM_PAGE_BYTES = 64 * 1024;
const PAGE_SLOTS = PAGE_SIZE_BYTES / 8;

/** Is the implementation that a shared memory has in this run of the tests. */
export const availableImplementation = process.env.MILLRACE_KERNELS === "typescript" ? "typescript" : "wasm";

/** Returns the kernels of a new shared memory of `numPages` pages. */
export function newKernels(numPages: number, implementation: "wasm" | "typescript" = availableImplementation): Kernels {
  const size = Math.ceil((numPages * PAGE_SIZE_BYTES) / WASM_PAGE_BYTES);
  const wasmMemory = new WebAssembly.Memory({ initial: size, maximum: size, shared: true });
  return kernelsFor(new Memory(wasmMemory.buffer), wasmMemory, { implementation });
}

/** Returns both implementations over memories with the same content: what `fill` made of random bytes. */
export function bothKernels(
  numPages: number,
  random: SeededRandom,
  fill: (memory: Memory) => void,
): { readonly twin: Kernels; readonly wasm: Kernels } {
  const twin = newKernels(numPages, "typescript");
  const wasm = newKernels(numPages, "wasm");
  const { i32 } = twin.memory;
  for (let i = 0; i < i32.length; i++) i32[i] = random.seed();
  fill(twin.memory);
  wasm.memory.u8.set(twin.memory.u8);
  return { twin, wasm };
}

/** Calls both implementations over memories that `fill` wrote, compares results and every word, and returns the memory of the twin. */
export function agree(
  numPages: number,
  random: SeededRandom,
  fill: (memory: Memory) => void,
  calls: (kernels: Kernels) => readonly number[],
): Memory {
  const { twin, wasm } = bothKernels(numPages, random, fill);
  expect(calls(wasm)).toEqual(calls(twin));
  const wrong = wasm.memory.i32.findIndex((word, i) => word !== twin.memory.i32[i]);
  if (wrong >= 0) {
    expect({ word: wrong, value: wasm.memory.i32[wrong] }).toEqual({ word: wrong, value: twin.memory.i32[wrong] });
  }
  return twin.memory;
}

/** Writes the slots of pages from page `firstPage` on, in an order that `random` gives, as a plain array at `slot`. */
export function writePageTable(
  memory: Memory,
  slot: number,
  firstPage: number,
  numPages: number,
  random: SeededRandom,
): void {
  const pages = shuffled(
    Array.from({ length: numPages }, (_, i) => firstPage + i),
    random,
  );
  pages.forEach((page, i) => {
    memory.i32[slot * 2 + i] = page * PAGE_SLOTS;
  });
}

/** Returns the items in a random order. */
export function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
