/**
 * Makes functions from text where that is allowed, and only from text that is safe: generated code never contains a name
 * or value of the user except as a JSON string literal made by {@link literal}.
 */
import { invariant } from "../errors/index.js";

let isAllowed: boolean | undefined;

/**
 * Tells whether this process may make functions from text. Content security policies and
 * `--disallow-code-generation-from-strings` forbid it; interpreting code does the same work then.
 * @internal
 */
export function canGenerateCode(): boolean {
  if (isAllowed === undefined) {
    try {
      isAllowed = new Function("return true")() === true;
    } catch {
      isAllowed = false;
    }
  }
  return isAllowed;
}

/**
 * Returns `text` as a string literal of JavaScript. JSON escapes quotes, backslashes, control characters and lone
 * surrogates; what else it leaves alone is legal inside a literal.
 * @internal
 */
export function literal(text: string): string {
  return JSON.stringify(text);
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/**
 * Returns the value of `body` (which ends in a `return`), run with `scope` as its only free names beside the language's
 * own. The names are ours and checked to be identifiers.
 * @internal
 */
export function compile<T>(scope: Readonly<Record<string, unknown>>, body: string): T {
  const names = Object.keys(scope);
  invariant(
    names.every((name) => IDENTIFIER.test(name)),
    "names in generated code are identifiers",
  );
  return new Function(...names, `"use strict";\n${body}`)(...Object.values(scope)) as T;
}
