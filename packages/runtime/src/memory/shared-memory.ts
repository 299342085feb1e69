import { Memory, MillraceError, PAGE_SIZE_BYTES } from "@millrace/core";
import { kernelsFor } from "../kernels/kernels-for.js";
import type { WasmMemory } from "./wasm-memory.js";

const WASM_PAGE_BYTES = 64 * 1024;
/**
 * The size of the largest memory: one WebAssembly page less than 4 GiB, because some engines have no typed arrays of 2^32 bytes. Slots below
 * it are integers of 29 bits.
 */
const MAX_MEMORY_BYTES = 2 ** 32 - WASM_PAGE_BYTES;

/** Is the largest number of pages in one memory. @internal */
export const MAX_MEMORY_PAGES = MAX_MEMORY_BYTES / PAGE_SIZE_BYTES;

const wasmMemories = new WeakMap<Memory, WasmMemory>();

/**
 * Makes a memory of at least `numPages` pages outside of the heap that all threads can share and wasm kernels can use. The system gives
 * its pages when they are touched first, so that what is never used costs nothing. Throws INSUFFICIENT_MEMORY when it has no room at all.
 * @internal
 */
export function makeSharedMemory(numPages: number): Memory {
  const size = Math.ceil((numPages * PAGE_SIZE_BYTES) / WASM_PAGE_BYTES);
  try {
    return memoryOfWasm(new WebAssembly.Memory({ initial: size, maximum: size, shared: true }));
  } catch (cause) {
    throw new MillraceError({
      code: "INSUFFICIENT_MEMORY",
      what: `The system refused ${size * WASM_PAGE_BYTES} bytes of address space`,
      fix: "Give the environment less memory, or raise the limit of the process (ulimit -v).",
      cause,
    });
  }
}

/** Returns the memory over a WebAssembly memory, which must never grow; for memories that came from another thread. @internal */
export function memoryOfWasm(wasm: WasmMemory): Memory {
  const memory = new Memory(wasm.buffer);
  wasmMemories.set(memory, wasm);
  kernelsFor(memory, wasm);
  return memory;
}

/** Returns the WebAssembly memory that `memory` is a view of; undefined when it lies on the heap, where kernels cannot reach it. @internal */
export function wasmMemoryOf(memory: Memory): WasmMemory | undefined {
  return wasmMemories.get(memory);
}
