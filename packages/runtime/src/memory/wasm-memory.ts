/**
 * Is a `WebAssembly.Memory` as declarations can name it: programs that know nothing of WebAssembly (without the library `dom` and the types of Node.js)
 * compile against ours.
 * @internal
 */
export interface WasmMemory {
  /** The bytes of the memory. */
  readonly buffer: ArrayBufferLike;
}
