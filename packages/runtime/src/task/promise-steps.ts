import type { Steps } from "./driver.js";

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Waits for a promise, and returns or throws what it settled to. */
export function* awaited<T>(promise: Promise<T>): Steps<T> {
  let outcome: Outcome<T> | undefined;
  yield promise.then(
    (value) => {
      outcome = { value };
    },
    (error: unknown) => {
      outcome = { error };
    },
  );
  const settled = outcome as Outcome<T> | undefined;
  if (settled === undefined) throw new Error("A task went on before what it waited for was settled");
  if ("error" in settled) throw settled.error;
  return settled.value;
}
