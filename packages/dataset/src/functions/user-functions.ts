import type { AnyFunction, UserFunction } from "@millrace/common-api";
import { describe, type OperatorCall } from "../operators/operator-call.js";

/** Says what an operator can call, for {@link userFunction}. @internal */
export interface Callable {
  /** The name of the method of function objects, such as `map`. */
  readonly method: string;
  /** Whether the function returns one record, none to many, a promise of one, or nothing that is a record (a boolean). */
  readonly result: "record" | "records" | "promise" | "boolean";
}

/**
 * Turns what the user gave into a user function. Throws INVALID_FUNCTION, with the way out, for what no engine could call: no
 * function, a class instead of its instance, an object without the method, an async function where a record is wanted, a
 * generator where a single one is.
 * @internal
 */
export function userFunction(given: unknown, callable: Callable, call: OperatorCall): UserFunction {
  const { method } = callable;
  if (typeof given === "function") {
    if (isClass(given)) {
      throw call.error({
        code: "INVALID_FUNCTION",
        what: `The class ${given.name} was given instead of an instance of it`,
        expected: `a function, or an object with a method ${method}`,
        fix: `Write new ${given.name === "" ? "…" : given.name}(…).`,
      });
    }
    refuseKind(given, callable, call);
    return { target: given as AnyFunction, method };
  }
  if (typeof given === "object" && given !== null) {
    const found = (given as Record<string, unknown>)[method];
    if (typeof found === "function") {
      refuseKind(found, callable, call);
      return { target: given, method };
    }
  }
  throw call.error({
    code: "INVALID_FUNCTION",
    what: `The function is ${describe(given)}`,
    expected: `a function, or an object with a method ${method}`,
  });
}

function refuseKind(fn: object, callable: Callable, call: OperatorCall): void {
  const tag = Object.prototype.toString.call(fn);
  if (tag === "[object AsyncGeneratorFunction]" && callable.result === "promise") {
    throw call.error({
      code: "INVALID_FUNCTION",
      what: "The function is an async generator, and this operator wants the promise of one record",
      expected: "an async function",
      fix: "Return an array of the results, and use flatMap after mapAsync.",
    });
  }
  const isAsyncGenerator = tag === "[object AsyncGeneratorFunction]";
  if (isAsyncGenerator || (tag === "[object AsyncFunction]" && callable.result !== "promise")) {
    throw call.error({
      code: "INVALID_FUNCTION",
      what: `The function is ${isAsyncGenerator ? "an async generator" : "async"}, and this operator calls it synchronously`,
      expected: isAsyncGenerator
        ? "a function or a generator"
        : "a function that returns its result, not a promise of it",
      fix: "Use mapAsync for functions that wait for something, followed by flatMap when there may be several results.",
    });
  }
  if (tag === "[object GeneratorFunction]" && callable.result !== "records") {
    throw call.error({
      code: "INVALID_FUNCTION",
      what: "The function is a generator, and this operator wants exactly one result a call",
      expected: "a function that returns its result",
      fix:
        callable.method === "join" || callable.method === "cross"
          ? "Use flatWith for functions with none or many results."
          : "Use flatMap for functions with none or many results.",
    });
  }
}

function isClass(fn: AnyFunction | object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}
