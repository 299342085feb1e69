/** Every operator in the least memory where neither code is made from text nor WebAssembly compiles: on strict pages. */
import "./platform/no-code-from-text.js";
import "./platform/no-wasm.js";
import { describeInLeastMemory } from "./platform/in-least-memory.js";

describeInLeastMemory({ makesCode: false, compilesWasm: false });
