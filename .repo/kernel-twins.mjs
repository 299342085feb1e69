/**
 * With `MILLRACE_KERNELS=typescript`, tests run on the kernels in TypeScript: no WebAssembly module compiles then, as under
 * a content security policy that forbids it.
 */
if (process.env.MILLRACE_KERNELS === "typescript") {
  WebAssembly.Module = class {
    constructor() {
      throw new WebAssembly.CompileError("MILLRACE_KERNELS=typescript");
    }
  };
}
