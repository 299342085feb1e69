import { isMillraceError, type MillraceError } from "@millrace/core";
import { describe, expect, it } from "vitest";
import { type AssignedCapturesOptions, FunctionAnalyzer, refuseAssignedCaptures } from "../src/index.js";

const WHERE = { operator: "Filter at job.ts:12" };

/** Gives the refusal, or undefined when the function passes. */
function refusal(userFunction: unknown, options?: AssignedCapturesOptions): MillraceError | undefined {
  try {
    refuseAssignedCaptures(userFunction, WHERE, options);
    return undefined;
  } catch (error) {
    if (isMillraceError(error, "CAPTURED_VARIABLE_ASSIGNED")) return error;
    throw error;
  }
}

/** Makes a value from source, so that no tool rewrites it; `n` is a captured variable and `state` a captured object. */
function made(expression: string): unknown {
  return new Function(`"use strict"; let n = 0; const state = { n: 0 }; return ${expression}`)();
}

describe("[C40] the refusal", () => {
  it("[C40] says what, where and the ways out", () => {
    const error = refusal(made("(x) => {\n  n++;\n  return x;\n}"));
    expect(error?.code).toBe("CAPTURED_VARIABLE_ASSIGNED");
    expect(error?.where).toEqual(WHERE);
    expect(error?.message).toMatchInlineSnapshot(
      `"The function assigns the captured variable "n" (n++ at line 2, column 3 of the function). Expected a function that only reads the variables around it, since each subtask runs a copy of it and the variable here would keep its old value. Where: Filter at job.ts:12. To count or sum, use an accumulator: context.getAccumulator("n", LongCounter).add(1). To keep state between records, use a field of a rich function. To hand a value on, return it from the function. [CAPTURED_VARIABLE_ASSIGNED, docs/errors/CAPTURED_VARIABLE_ASSIGNED.md]"`,
    );
  });

  it.each([
    ["(x) => { n = x }", "n = …"],
    ["(x) => { n += x }", "n += …"],
    ["(x) => { n ??= x }", "n ??= …"],
    ["(x) => { --n }", "n--"],
    ["(x) => { [n] = x }", "a destructuring assignment to n"],
    ["(x) => { ({ a: n = 1 } = x) }", "a destructuring assignment to n"],
    ["(x) => { for (n of x) ; }", "for (n of …)"],
    ["(x) => { for (n in x) ; }", "for (n in …)"],
    ["(x) => x.forEach((y) => { n += y })", "n += …"],
    ["function f(x) { return n++ }", "n++"],
    ["async (x) => { n++ }", "n++"],
    ["function* (x) { yield n++ }", "n++"],
    ["(x, y = n++) => x", "n++"],
  ])("[C40] %s", (source, spelling) => {
    expect(refusal(made(source))?.what).toContain(`assigns the captured variable "n" (${spelling} at line 1, column `);
  });

  it("[C40] of a real closure", () => {
    let count = 0;
    const closure = (x: number) => {
      count++;
      return x;
    };
    expect(refusal(closure)?.what).toContain('captured variable "count"');
    expect(closure(1) + count).toBe(2);
  });

  it("[C40] names the variable in the accumulator that replaces it", () => {
    expect(refusal(made("(x) => n++"))?.fix).toContain('context.getAccumulator("n", LongCounter).add(1)');
  });

  it("[C40] delete of a global in sloppy code", () => {
    expect(refusal(new Function("return () => delete someGlobal")())?.what).toContain("delete someGlobal");
  });
});

describe("[C41] globals and undeclared names", () => {
  it.each(["() => { process = 1 }", "() => { neverDeclared = 1 }", "() => { undefined = 1 }"])("%s", (source) => {
    expect(refusal(made(source))).toBeDefined();
  });
});

describe("[C42] what may be assigned", () => {
  it.each([
    "(x) => { state.n++; state['n'] = 1; delete state.n; [state.n] = [1] }",
    "(x) => { let n = 0; n++; return n }",
    "(x) => { x++; return x }",
    "(x) => { var n; for (n of [1]) ; ({ n } = { n: 1 }) }",
    "(n) => { n += 1; return () => { n = 2 } }",
    "(x) => n + state.n",
    "function () { this.n = 1 }",
  ])("%s", (source) => {
    expect(refusal(made(source))).toBeUndefined();
  });
});

describe("[C43] instances of classes", () => {
  it.each([
    ["a method", "new (class { map(x) { n++ } })", "map"],
    ["an inherited method", "new (class extends class { map(x) { n++ } } {})", "map"],
    ["a getter", "new (class { get g() { return n++ } })", "g"],
    ["a setter", "new (class { set g(v) { n++ } })", "g"],
    ["a private method", "new (class { #hidden() { n++ } map() { this.#hidden() } })", "#hidden"],
    ["a static method", "new (class { static help() { n++ } })", "help"],
    ["a field that holds a function", "new (class { map = (x) => { n++ } })", "map"],
    ["a function inside a method", "new (class { map(x) { return () => n++ } })", "map"],
    ["a quoted method", "new (class { 'a b'() { n++ } })", "a b"],
  ])("[C43] %s is refused", (_name, source, member) => {
    expect(refusal(made(source))?.what).toContain(`The method "${member}"`);
  });

  it("[C43] a method patched onto the prototype", () => {
    const patched = made("(() => { class A { map() {} } A.prototype.map = function () { n++ }; return new A() })()");
    expect(refusal(patched)?.what).toContain('The method "map" assigns the captured variable "n" (n++ at line 1');
  });

  it("[C43] a class made from functions", () => {
    const old =
      "(() => { function A() { n++ } A.prototype.map = function () {}; A.prototype.bad = function () { BODY }; return new A() })()";
    expect(refusal(made(old.replace("BODY", "")))).toBeUndefined();
    expect(refusal(made(old.replace("BODY", "n++")))?.what).toContain('The method "bad"');
  });

  it("[C43] a method with a computed key", () => {
    expect(refusal(made("new (class A { [Symbol.iterator]() { n++ } })"))?.what).toContain("of the class A)");
  });

  it.each([
    ["a constructor", "new (class { constructor() { n++ } map() {} })"],
    ["an inherited constructor", "new (class extends class { constructor() { n++ } } {})"],
    ["a field initializer", "new (class { id = n++; map() {} })"],
    ["a static field", "new (class { static id = n++; map() {} })"],
    ["a static block", "new (class { static { n++ } map() {} })"],
    ["own fields", "new (class { count = 0; map() { this.count++ } })"],
  ])("[C43] %s is not", (_name, source) => {
    expect(refusal(made(source))).toBeUndefined();
  });
});

describe("[C44] classes", () => {
  it.each([
    ["a method", "class { map() { n++ } }"],
    ["the constructor", "class { constructor() { n++ } }"],
    ["a field initializer", "class { id = n++ }"],
    ["a base class", "class extends class { map() { n++ } } {}"],
  ])("[C44] %s is refused", (_name, source) => {
    expect(refusal(made(source))).toBeDefined();
  });

  it.each([
    ["a static field", "class { static id = n++ }"],
    ["a static block", "class { static { n++ } }"],
    ["a built-in base class", "class extends Map {}"],
  ])("[C44] %s is not", (_name, source) => {
    expect(refusal(made(source))).toBeUndefined();
  });
});

describe("[C45] object literals", () => {
  it.each([
    ["a method", "({ map(x) { n++ } })", "map"],
    ["an arrow", "({ map: (x) => { n++ } })", "map"],
    ["a getter", "({ get g() { return n++ } })", "g"],
    ["a symbol key", "({ [Symbol.iterator]() { n++ } })", "Symbol(Symbol.iterator)"],
    ["a property that is not enumerable", "Object.defineProperty({}, 'm', { value: () => n++ })", "m"],
    ["an inherited method", "Object.create({ map() { n++ } })", "map"],
    ["an object without a prototype", "Object.assign(Object.create(null), { map() { n++ } })", "map"],
  ])("[C45] %s", (_name, source, member) => {
    expect(refusal(made(source))?.what).toContain(`The method "${member}" assigns`);
  });

  it("[C45] an object literal that assigns nothing", () => {
    expect(refusal(made("({ map: (x) => x, open() { this.n = 1 }, limit: 3 })"))).toBeUndefined();
  });
});

describe("[C46] where the search stops", () => {
  const Base = made("class Base { open() { n++ } }") as new () => object;
  const Derived = new Function("Base", "return class Derived extends Base { map(x) { return x } }")(
    Base,
  ) as typeof Base;
  const isBase = (candidate: object): boolean => candidate === Base || candidate === Base.prototype;

  it("[C46] at what the caller calls a base", () => {
    expect(refusal(new Derived())).toBeDefined();
    expect(refusal(new Derived(), { isBase })).toBeUndefined();
    expect(refusal(Derived)).toBeDefined();
    expect(refusal(Derived, { isBase })).toBeUndefined();
  });
});

describe("[C47] what is not refused here", () => {
  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a string", "n++"],
    ["a number", 1],
    ["a built-in", Math.max],
    ["a bound function", (made("(x) => n++") as () => void).bind(null)],
    ["a map", new Map()],
    ["an array", [1, 2]],
    ["an empty object", {}],
  ])("[C47] %s", (_name, value) => {
    expect(refusal(value)).toBeUndefined();
  });
});

describe("[C48] no user code runs", () => {
  it("[C48] getters and toString are not called", () => {
    const trap = (): never => {
      throw new Error("ran");
    };
    const object = Object.defineProperty(
      { toString: trap, map: Object.assign((x: number) => x, { toString: trap }) },
      "g",
      {
        get: trap,
        enumerable: true,
      },
    );
    expect(refusal(object)).toBeUndefined();
  });
});

describe("[C49] values", () => {
  it("[C49] never show in the message", () => {
    const secret = made("(() => { let password = 'hunter2'; return (x) => { password = x + 'from source' } })()");
    const message = refusal(secret)?.message ?? "";
    expect(message).toContain('"password"');
    expect(message).not.toContain("hunter2");
    expect(message).not.toContain("from source");
  });
});

describe("[C8] with a shared analyzer", () => {
  it("[C8] each text is read once", () => {
    const analyzer = new FunctionAnalyzer();
    for (let index = 0; index < 3; index++) refuseAssignedCaptures(made("(x) => x + n"), WHERE, { analyzer });
    expect(analyzer.size).toBe(1);
  });
});
