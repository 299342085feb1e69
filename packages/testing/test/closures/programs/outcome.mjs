import { inspect } from "node:util";

const OPTIONS = { depth: 12, showHidden: false, maxArrayLength: null, maxStringLength: null, compact: 3, breakLength: 120 };

/** Runs a function and tells what came out of it, as text that tells apart all that a program can. */
export async function outcomeOf(run) {
  try {
    const value = await run();
    return { value: textOf(value), prototypes: prototypesOf(value) };
  } catch (error) {
    return { thrown: `${error?.name}: ${error?.message}` };
  }
}

function textOf(value) {
  // Stacks show where the corpus stands, which differs by frames of the harness only.
  return inspect(value, OPTIONS).replace(/\n\s+at [^\n]*/g, "");
}

function prototypesOf(value) {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return typeof value;
  return [Object.prototype.toString.call(value), Object.isFrozen(value), Object.isSealed(value), Object.isExtensible(value), Reflect.ownKeys(value).length].join();
}
