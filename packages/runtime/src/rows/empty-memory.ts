import { Memory } from "@millrace/core";

/** Is the memory of what holds no rows now, so that such a place never is undefined. @internal */
export const EMPTY_MEMORY = new Memory(new ArrayBuffer(0));
