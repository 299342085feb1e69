import type { Memory } from "@millrace/core";
import type { Kernels } from "./kernels.js";
import { TypeScriptKernels } from "./typescript-kernels.js";

/** Configures the kernels of a memory. @internal */
export interface KernelOptions {
  /**
   * `"wasm"`, the default, where the memory is that of a shared `WebAssembly.Memory`; `"typescript"` for the twins, which tests ask for
   * with the environment variable `MILLRACE_KERNELS=typescript`.
   */
  readonly implementation?: "wasm" | "typescript";
}

const known = new WeakMap<Memory, Kernels>();

/**
 * Returns the kernels of a memory, which are made at the first call for it: whoever makes a memory calls this with the `WebAssembly.Memory` whose buffer
 * it wraps, and from then on everybody else with the memory alone. Without that, they are those in TypeScript.
 * @internal
 */
export function kernelsFor(memory: Memory, _wasmMemory?: WebAssembly.Memory, _options: KernelOptions = {}): Kernels {
  let kernels = known.get(memory);
  if (kernels === undefined) {
    kernels = new TypeScriptKernels(memory);
    known.set(memory, kernels);
  }
  return kernels;
}
