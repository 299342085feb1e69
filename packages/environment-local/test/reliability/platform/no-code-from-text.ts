/** Imported first, forbids this thread to make functions from text, as a content security policy does. Tests have a thread for each file. */
globalThis.Function = new Proxy(Function, {
  construct() {
    throw new EvalError("this test makes no code from text");
  },
});
