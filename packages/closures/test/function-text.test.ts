import { describe, expect, it } from "vitest";
import { analyzeFunctionText, FunctionAnalyzer, type Strictness } from "../src/index.js";
import { analyze } from "./summary.js";

/** Texts as a JavaScript engine gives them, each with kind, name and modifiers. */
const SPELLINGS: readonly [text: string, kind: string, name?: string | undefined, modifiers?: string][] = [
  ["(x) => x", "arrow"],
  ["x => { return x }", "arrow"],
  ["async x => x", "arrow", undefined, "async"],
  ["async (x) => { await x }", "arrow", undefined, "async"],
  ["function () {}", "function"],
  ["function f() {}", "function", "f"],
  ["async function f() {}", "function", "f", "async"],
  ["function* f() {}", "function", "f", "generator"],
  ["async function *f() {}", "function", "f", "async generator"],
  ["class {}", "class"],
  ["class A extends B { constructor() { super() } }", "class", "A"],
  ["foo() {}", "method", "foo"],
  ["async foo() {}", "method", "foo", "async"],
  ["*foo() {}", "method", "foo", "generator"],
  ["async *foo() {}", "method", "foo", "async generator"],
  ["async *[Symbol.iterator]() {}", "method", undefined, "async generator"],
  ["['computed']() {}", "method"],
  ["get x() { return 1 }", "getter", "x"],
  ["set x(v) {}", "setter", "x"],
  ["get [x]() { return 1 }", "getter"],
  ["#p() {}", "method", "#p"],
  ["static #p() {}", "method", "#p"],
  ["static async *p() {}", "method", "p", "async generator"],
  ["get #p() { return 1 }", "getter", "#p"],
  ["'a b'() {}", "method", "a b"],
  ["1e3() {}", "method", "1000"],
  ["10n() {}", "method", "10"],
  ["get() {}", "method", "get"],
  ["set() {}", "method", "set"],
  ["async() {}", "method", "async"],
  ["static() {}", "method", "static"],
  ["await() {}", "method", "await"],
  ["if() {}", "method", "if"],
  ["class() {}", "method", "class"],
  ["constructor() {}", "method", "constructor"],
  ["*constructor() {}", "method", "constructor", "generator"],
  ["get constructor() { return 1 }", "getter", "constructor"],
  ["__proto__() {}", "method", "__proto__"],
];

describe("[C1] [C2] every spelling of a function is read", () => {
  it.each(SPELLINGS)("%s", (text, kind, name, modifiers = "") => {
    const analysis = analyze(text);
    expect(analysis.kind).toBe(kind);
    expect(analysis.name).toBe(name);
    expect(`${analysis.isAsync ? "async " : ""}${analysis.isGenerator ? "generator" : ""}`.trim()).toBe(modifiers);
  });

  it("[C1] real functions in all spellings, as the engine prints them", () => {
    const key = "computed";
    class Sample {
      #hidden(a: number) {
        return a;
      }
      method(a: number) {
        return this.#hidden(a);
      }
      static make() {
        return new Sample();
      }
      get value() {
        return 1;
      }
      *[Symbol.iterator]() {
        yield 1;
      }
      [key](a: number, b: number) {
        return a + b;
      }
    }
    const literal = { "a b": async (x: number) => x, async *gen() {}, set s(_v: number) {} };
    const setter = Object.getOwnPropertyDescriptor(literal, "s")?.set as () => void;
    const analyzer = new FunctionAnalyzer();
    const kinds = [
      Sample,
      Sample.prototype.method,
      Sample.make,
      Sample.prototype[Symbol.iterator],
      Sample.prototype[key],
      literal["a b"],
      literal.gen,
      setter,
    ].map((each) => analyzer.analyzeFunction(each).kind);
    expect(kinds).toEqual(["class", "method", "method", "method", "method", "arrow", "method", "setter"]);
  });

  it("[C1] a computed key is no part of the method", () => {
    expect(analyze("[outside]() { return inside }").freeNames.map((free) => free.name)).toEqual(["inside"]);
  });

  it("[C1] surrounding white space and comments do no harm", () => {
    expect(analyze("  /* a */ (x) => x // b").kind).toBe("arrow");
    expect(analyze("\n// c\nfoo() {} // d").kind).toBe("method");
  });
});

describe("[C3] strict mode", () => {
  it.each([
    ["class {}", "unknown", "strict"],
    ["class {}", "sloppy", "strict"],
    ["function f() { 'use strict' }", "unknown", "strict"],
    ["function f() { 'a'; 'use strict' }", "sloppy", "strict"],
    ["function f() { a; 'use strict' }", "unknown", "unknown"],
    ["function f() { ('use strict') }", "unknown", "unknown"],
    ["#p() {}", "unknown", "strict"],
    ["static p() {}", "unknown", "strict"],
    ["() => 1", "unknown", "unknown"],
    ["() => 1", "strict", "strict"],
    ["() => 1", "sloppy", "sloppy"],
    ["() => 017", "unknown", "sloppy"],
    ["foo() { with (a) b }", "unknown", "sloppy"],
    ["function f(a, a) {}", "unknown", "sloppy"],
    ["(await) => await", "unknown", "sloppy"],
  ] as [string, Strictness, Strictness][])("%s, said to be %s, is %s", (text, declared, expected) => {
    expect(analyze(text, declared).strictness).toBe(expected);
  });

  it("[C3] text that only sloppy mode allows is unparsable when it is said to be strict", () => {
    expect(analyzeFunctionText("() => { with (a) b }", "strict").kind).toBe("unparsable");
  });

  it("[C3] a sloppy function object is known by its properties", () => {
    const sloppy = new Function("return function () {}")() as () => void;
    const strict = new Function("'use strict'; return function () {}")() as () => void;
    const analyzer = new FunctionAnalyzer();
    expect(analyzer.analyzeFunction(sloppy)).toMatchObject({ strictness: "sloppy" });
    expect(analyzer.analyzeFunction(strict)).toMatchObject({ strictness: "unknown" });
  });
});

describe("[C4] functions without source are native", () => {
  const bound = (() => 1).bind(null);
  const proxy = new Proxy(() => 1, {});
  const getter = Object.getOwnPropertyDescriptor(Map.prototype, "size")?.get as () => number;
  it.each([
    ["a built-in", Math.max],
    ["a built-in class", Map],
    ["a symbol method", Array.prototype[Symbol.iterator]],
    ["a built-in getter", getter],
    ["a bound function", bound],
    ["a callable proxy", proxy],
  ])("%s", (_name, native) => {
    expect(new FunctionAnalyzer().analyzeFunction(native)).toEqual({ kind: "native" });
  });

  it("[C4] a function that only mentions native code is not", () => {
    expect(analyze("() => '{ [native code] }'").kind).toBe("arrow");
    expect(analyze("() => {// { [native code]\n }").kind).toBe("arrow");
  });
});

describe("[C5] what is no function gives a reason and never throws", () => {
  it.each([
    "",
    " ",
    "1 + 1",
    "a",
    "(x => x",
    "x => x)",
    "x) => (y",
    "x => x, y => y",
    "x => x; y => y",
    "a() {} b() {}",
    "a: () => 1",
    "x => { } } f() {",
    "const f = () => 1",
    "field = 5",
    "static { }",
    "...rest",
    "(x: number) => x",
    "() => <div/>",
    "@decorated foo() {}",
    "() => { return ",
    "async",
    "function",
    "\0",
    "\ud800",
  ])("%j", (text) => {
    const analysis = analyzeFunctionText(text);
    expect(analysis.kind).toBe("unparsable");
    expect(analysis.kind === "unparsable" && analysis.reason).not.toBe("");
  });

  it("[C5] the position is the one in the text, not in what was put around it", () => {
    const analysis = analyzeFunctionText("(x) => {\n  return x +* 2;\n}");
    expect(analysis).toMatchObject({ kind: "unparsable", position: { line: 2, column: 13 } });
  });

  it("[C5] a text that ends too early is blamed at its end", () => {
    expect(analyzeFunctionText("(x) => {")).toMatchObject({ position: { line: 1, column: 9 } });
  });

  it("[C5] nesting deeper than the stack", () => {
    const depth = 100_000;
    expect(analyzeFunctionText(`() => ${"(".repeat(depth)}1${")".repeat(depth)}`)).toMatchObject({
      kind: "unparsable",
      reason: expect.stringMatching(/stack|deep/),
    });
    expect(analyzeFunctionText(`() => ${"!".repeat(depth)}1`).kind).toBe("unparsable");
  });
});

describe("[C6] positions", () => {
  it.each([
    ["LF", "\n"],
    ["CR", "\r"],
    ["CRLF", "\r\n"],
    ["U+2028", "\u2028"],
    ["U+2029", "\u2029"],
  ])("[C6] lines end at %s", (_name, end) => {
    const text = `() => {${end}${end}  n;${end}}`;
    expect(analyze(text).freeNames[0]?.position).toEqual({ offset: text.indexOf("n;"), line: 3, column: 3 });
  });

  it("[C6] columns count UTF-16 units", () => {
    expect(analyze("() => '\u{1f600}' + n").freeNames[0]?.position).toEqual({ offset: 13, line: 1, column: 14 });
  });

  it("[C6] members count from the start of their own text", () => {
    expect(analyze("foo() { n }").freeNames[0]?.position).toEqual({ offset: 8, line: 1, column: 9 });
    expect(analyze("foo() { with (n) ; }").freeNames[0]?.position.offset).toBe(14);
  });
});

describe("[C7] parameters", () => {
  it("[C7] are listed as declared", () => {
    const plain = { isDestructured: false, hasDefault: false, isRest: false };
    expect(analyze("(a, { b }, [c] = [], d = 1, ...e) => 1").parameters).toEqual([
      { ...plain, name: "a" },
      { ...plain, name: undefined, isDestructured: true },
      { ...plain, name: undefined, isDestructured: true, hasDefault: true },
      { ...plain, name: "d", hasDefault: true },
      { ...plain, name: "e", isRest: true },
    ]);
  });

  it("[C7] of a class are those of its own constructor", () => {
    const names = (text: string) => analyze(text).parameters.map((parameter) => parameter.name);
    expect(names("class { m(x) {} constructor(a, b) {} }")).toEqual(["a", "b"]);
    expect(names("class extends B { m(x) {} }")).toEqual([]);
  });
});

describe("[C8] the analyzer's memory", () => {
  it("[C8] gives the same result for the same text and strict mode", () => {
    const analyzer = new FunctionAnalyzer();
    const text = "(x) => x";
    expect(analyzer.analyzeText(text)).toBe(analyzer.analyzeText(text));
    expect(analyzer.analyzeText(text, "sloppy")).not.toBe(analyzer.analyzeText(text));
    expect(new FunctionAnalyzer().analyzeText(text)).not.toBe(analyzer.analyzeText(text));
    expect(analyzer.size).toBe(2);
  });

  it("[C8] is bounded, and forgets what was not used for longest", () => {
    const analyzer = new FunctionAnalyzer();
    const first = analyzer.analyzeText("() => 0");
    const second = analyzer.analyzeText("() => 1");
    for (let index = 2; index < 1024; index++) analyzer.analyzeText(`() => ${index}`);
    expect(analyzer.size).toBe(1024);
    analyzer.analyzeText("() => 0");
    analyzer.analyzeText("() => 1024");
    expect(analyzer.size).toBe(1024);
    expect(analyzer.analyzeText("() => 0")).toBe(first);
    expect(analyzer.analyzeText("() => 1")).not.toBe(second);
  });

  it("[C8] does not hold long texts", () => {
    const analyzer = new FunctionAnalyzer();
    analyzer.analyzeText(`() => "${"x".repeat(40_000)}"`);
    expect(analyzer.size).toBe(0);
  });
});
