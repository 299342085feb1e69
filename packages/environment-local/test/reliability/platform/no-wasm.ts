/** Imported first, forbids this thread to compile WebAssembly, as a content security policy does. Tests have a thread for each file. */
WebAssembly.Module = new Proxy(WebAssembly.Module, {
  construct() {
    throw new WebAssembly.CompileError("this test compiles no WebAssembly");
  },
});
