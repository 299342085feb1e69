/** Returns what `src/kernels/wasm-bytes.ts` must be. */
export function compiledKernels(): Promise<string>;
