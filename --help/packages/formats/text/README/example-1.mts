import { memoryContext, readSource, types } from "@millrace/core";
import { primitiveSource, textSource } from "@millrace/format-text";

const { context } = memoryContext({ "/hamlet.txt": "To be, or not to be\r\nthat is the question", "/numbers": "1\n2\n39" });

console.log(await readSource(textSource("/hamlet.txt"), context));
const numbers = await readSource(primitiveSource("/numbers", { type: types.int32 }), context);
console.log(numbers.reduce((a, b) => a + b));
