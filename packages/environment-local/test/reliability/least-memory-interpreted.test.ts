/** Every operator in the least memory where no code is made from text: chains, rows, orders and expressions are interpreted. */
import "./platform/no-code-from-text.js";
import { describeInLeastMemory } from "./platform/in-least-memory.js";

describeInLeastMemory({ makesCode: false, compilesWasm: process.env.MILLRACE_KERNELS !== "typescript" });
