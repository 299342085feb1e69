/** Every operator in the least memory with the kernels in TypeScript. */
import "./platform/no-wasm.js";
import { describeInLeastMemory } from "./platform/in-least-memory.js";

describeInLeastMemory({ makesCode: true, compilesWasm: false });
