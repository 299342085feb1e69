import { invariant, type Memory } from "@millrace/core";
import type { WasmMemory } from "../memory/wasm-memory.js";
import type { Kernels } from "./kernels.js";
import { TypeScriptKernels } from "./typescript-kernels.js";
import { WasmKernels } from "./wasm-kernels.js";
import { instantiate } from "./wasm-module.js";

/** Configures the kernels of a memory. @internal */
export interface KernelOptions {
  /** `"typescript"` asks for the twins; by default they are taken only where the others cannot be. */
  readonly implementation?: "wasm" | "typescript";
}

const known = new WeakMap<Memory, Kernels>();

/**
 * Returns the kernels of a memory, which are made at the first call for it: whoever makes a memory calls this with the
 * `WebAssembly.Memory` whose buffer it wraps, and from then on everybody else with the memory alone. Of a memory that nobody
 * said this of, they are those in TypeScript. Each thread has its own.
 * @internal
 */
export function kernelsFor(memory: Memory, wasmMemory?: WasmMemory, options: KernelOptions = {}): Kernels {
  let kernels = known.get(memory);
  if (kernels === undefined) {
    kernels = newKernels(memory, wasmMemory, options);
    known.set(memory, kernels);
  }
  return kernels;
}

function newKernels(memory: Memory, wasmMemory: WasmMemory | undefined, options: KernelOptions): Kernels {
  const isShared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
  if (wasmMemory === undefined || !isShared || options.implementation === "typescript") {
    return new TypeScriptKernels(memory);
  }
  invariant(wasmMemory.buffer === memory.buffer, "the kernels of a memory work on its own WebAssembly.Memory");
  const exports = instantiate(wasmMemory as WebAssembly.Memory);
  return exports === undefined ? new TypeScriptKernels(memory) : new WasmKernels(memory, exports);
}
