import { describe, expect, it } from "vitest";
import type { Strictness } from "../src/index.js";
import { analyze, freeNames } from "./summary.js";

/** A text, its free names as {@link freeNames} writes them, and what is known about strict mode. */
type Case = readonly [text: string, expected: string, strictness?: Strictness];

function check(rule: string, cases: readonly Case[]): void {
  describe(rule, () => {
    for (const [text, expected, strictness] of cases) {
      it(strictness === undefined ? text : `${text} (${strictness})`, () => {
        expect(freeNames(text, strictness)).toBe(expected);
      });
    }
  });
}

check("[C10] free names", [
  ["() => 1", ""],
  ["(x) => x", ""],
  ["(x) => x + n", "n"],
  ["() => b + a + b", "b a"],
  ["() => () => function () { return n }", "n"],
  ["(x) => { const y = x; return [y, `$" + "{t}`, ...s, a ? b : c] }", "t s a b c"],
  ["() => new Foo(a)", "Foo a"],
  ["() => tag`$" + "{a}`", "tag a"],
  ["async () => { for await (const x of xs) await f(x) }", "xs f"],
  ["function* () { yield a; yield* b }", "a b"],
  ["() => undefined + NaN + globalThis", "undefined NaN globalThis"],
  ["() => { debugger; throw e }", "e"],
  ["() => /a/g.test(s)", "s"],
  ["() => a?.b?.[c]?.(d)", "a c d"],
  ["() => (a, b)", "a b"],
  ["() => { do { f() } while (c) }", "f c"],
]);

check("[C11] var belongs to the function", [
  ["() => { a; var a }", ""],
  ["() => { a; { var a } }", ""],
  ["() => { a; if (1) { for (;;) { try { switch (1) { case 1: var a } } finally {} } } }", ""],
  ["() => { a; if (1) var a; else var b; b }", ""],
  ["() => { a; b; for (var a of []) ; for (var b in {}) ; }", ""],
  ["() => { i; for (var i = 0; ; ) ; }", ""],
  ["() => { a; b; while (0) var a; do var b; while (0) }", ""],
  ["() => { a; x: var a }", ""],
  ["() => { a; try { var a } catch { var b } finally { var c } return b + c }", ""],
  ["() => { a + b + c + d; var { a, x: [b], ...c } = d }", "d"],
  ["() => { a; () => { var a } }", "a"],
  ["() => { a; class X { static { var a } } }", "a"],
  ["() => { with (o) { var a } a }", "o", "sloppy"],
]);

check("[C12] let, const, using and class belong to their block", [
  ["() => { { let a } return a }", "a"],
  ["() => { { const a = 1 } return a }", "a"],
  ["() => { { class A {} } return A }", "A"],
  ["() => { a; let a }", ""],
  ["() => { const a = a }", ""],
  ["() => { { a; let a } }", ""],
  ["() => { const f = () => a; let a = 1; return f }", ""],
  ["(a) => { { let a; a } return a }", ""],
  ["() => { { using a = b; a } return a }", "b a"],
  ["() => { switch (a) { case b: let a; let b } }", "a"],
]);

const HOISTED_IN_SLOPPY_CODE = "() => { { function f() {} } return f }";
check("[C13] functions in blocks", [
  ["() => { return f; function f() {} }", ""],
  [HOISTED_IN_SLOPPY_CODE, "f"],
  [HOISTED_IN_SLOPPY_CODE, "f", "strict"],
  [HOISTED_IN_SLOPPY_CODE, "", "sloppy"],
  ["() => { { f; function f() {} } }", ""],
  ["() => { if (1) function f() {} return f }", "", "sloppy"],
  ["() => { if (1) ; else function f() {} return f }", "", "sloppy"],
  ["() => { switch (1) { case 1: function f() {} } return f }", "", "sloppy"],
  ["() => { { async function f() {} } return f }", "f", "sloppy"],
  ["() => { { function* f() {} } return f }", "f", "sloppy"],
  ["() => { { let f; { function f() {} } } return f }", "f", "sloppy"],
  ["() => { for (let f;;) { { function f() {} } } return f }", "f", "sloppy"],
  ["() => { for (let f of []) { function f() {} } return f }", "f", "sloppy"],
  ["() => { try {} catch (f) { { function f() {} } } return f }", "", "sloppy"],
  ["() => { try {} catch ({ f }) { { function f() {} } } return f }", "f", "sloppy"],
  ["function g() { 'use strict'; { function f() {} } return f }", "f", "sloppy"],
  ["() => { (function () { 'use strict'; { function f() {} } return f }) }", "f", "sloppy"],
  ["() => { class A { m() { { function f() {} } return f } } }", "f", "sloppy"],
  ["() => { a: function f() {} return f }", "", "sloppy"],
  ["() => { { a: b: function f() {} } return f }", "", "sloppy"],
]);

check("[C14] parameters", [
  ["(a, b = a) => b", ""],
  ["(a = b, b) => a", ""],
  ["(a = x) => { var x; return a }", "x"],
  ["(a = () => x) => { let x; return a }", "x"],
  ["(a = x) => { function x() {} return a }", "x"],
  ["({ a, b: c, [k]: d, ...e }, [f, ...g]) => a + b + c + d + e + f + g", "k b"],
  ["({ a = x } = y, [b = z] = []) => a", "x y z"],
  ["(...a) => a", ""],
  ["(a) => { var a; return a }", ""],
  ["function f(a, a) { return a }", "", "sloppy"],
  ["foo({ a }, b = a) { return b }", ""],
]);

check("[C15] catch", [
  ["() => { try {} catch (e) { e } return e }", "e"],
  ["() => { try {} catch ({ a, b: [c] = d }) { a + c } }", "d"],
  ["() => { try {} catch { e } }", "e"],
  ["() => { try {} catch (e) { var e = 1 } return e }", ""],
  ["() => { try { e } catch (e) {} finally { e } }", "e"],
]);

check("[C16] own names", [
  ["class A { m() { return A } }", ""],
  ["class A extends A {}", ""],
  ["() => { const f = function g() { return g }; return g }", "g"],
  ["() => { const B = class A { m() { return A } }; return A }", "A"],
  ["() => { class A { m() { return A } } return A }", ""],
  ["foo() { return foo }", "foo"],
  ["get x() { return x }", "x"],
  ["function f() { return f }", ""],
  ["function f() { f = null }", "!f(=)"],
  ["function f(f) { f = null }", ""],
  ["function f() { var f = 1 }", ""],
]);

describe("[C16] self references", () => {
  it("[C16] are listed apart", () => {
    const analysis = analyze("function f(n) { return n ? f(n - 1) : () => f }");
    expect(analysis.selfReferences.map((position) => position.column)).toEqual([28, 45]);
    expect(analysis.freeNames).toEqual([]);
  });

  it("[C16] a parameter or variable of the same name is none", () => {
    expect(analyze("function f(f) { return f }").selfReferences).toEqual([]);
    expect(analyze("function f() { { let f; f } }").selfReferences).toEqual([]);
  });
});

check("[C17] loops, switch and labels", [
  ["() => { for (let i = 0; i < n; i++) i; return i }", "n i"],
  ["() => { for (const x of x) x; return x }", "x"],
  ["() => { for (const k in o) k; k }", "o k"],
  ["() => { for (let i = () => i; ; ) { let i } }", ""],
  ["() => { a: for (;;) { b: for (;;) { continue a; break b } } }", ""],
  ["() => { switch (x) { case y: let x; default: x } }", "x y"],
  ["() => { for (let { a, b = c } of d) a + b }", "c d"],
]);

check("[C18] keys", [
  ["() => ({ a: 1, 'b': 2, 3: 4, c() {}, get d() { return 1 } })", ""],
  ["() => ({ a, b: c, [d]: e, ...f })", "a c d e f"],
  ["() => x.a.b[c]", "x c"],
  ["() => { const { a: b, [c]: d, e = f } = g }", "c f g"],
  [
    "() => { ({ a: b, [c]: d, e = f, ...g } = h) }",
    "!b(destructuring) c !d(destructuring) !e(destructuring) f !g(destructuring) h",
  ],
  ["() => class { a = 1; b() {} static c; [d] = e }", "d e"],
]);

check("[C19] typeof", [
  ["() => typeof n", "typeof n"],
  ["() => typeof n === 'undefined' ? 0 : n", "n"],
  ["(n) => typeof n", ""],
  ["() => typeof n.m", "n"],
  ["() => { typeof n; n = 1 }", "n(=)"],
]);

check("[C20] classes", [
  ["class A extends B { [k] = v; static s = w; m(x) { return x + y } }", "B k v w y"],
  ["class A { static { let a; a; b } }", "b"],
  ["class A { static { var a } m() { return a } }", "a"],
  ["class A { f = (x) => x + n }", "n"],
  ["class A { m(a = d) { return a } set s(v) { v } }", "d"],
  ["() => { class A extends A {} }", ""],
]);

describe("[C20] private names", () => {
  const names = (text: string) => analyze(text).privateNames.map((each) => `${each.name}@${each.position.column}`);
  it("[C20] of a class in the text are not free", () => {
    expect(names("class { #a; m() { return this.#a + (#a in this) } }")).toEqual([]);
    expect(names("class { #a; m() { return class { #b; m(o) { return o.#a + o.#b } } } }")).toEqual([]);
  });

  it("[C20] of the class around are", () => {
    expect(names("m() { return this.#a + this.#a + (#b in this) }")).toEqual(["a@19", "b@35"]);
    expect(names("(o) => o?.#a")).toEqual(["a@11"]);
    expect(names("class { m(o) { return o.#a } }")).toEqual(["a@25"]);
  });
});

check("[C21] forms of assignment", [
  ["() => { n = 1 }", "!n(=)"],
  ["() => { n += 1 }", "n(+=)"],
  ["() => { n -= 1; n *= 1; n /= 1; n %= 1; n **= 1 }", "n(-=)(*=)(/=)(%=)(**=)"],
  ["() => { n <<= 1; n >>= 1; n >>>= 1; n &= 1; n |= 1; n ^= 1 }", "n(<<=)(>>=)(>>>=)(&=)(|=)(^=)"],
  ["() => { n &&= 1; n ||= 1; n ??= 1 }", "n(&&=)(||=)(??=)"],
  ["() => n++", "n(++)"],
  ["() => { ++n; n--; --n }", "n(++)(--)(--)"],
  ["() => { [n] = a }", "!n(destructuring) a"],
  ["() => { [, [n = d], ...m] = a }", "!n(destructuring) d !m(destructuring) a"],
  ["() => { ({ n, a: { b: [m] } } = o) }", "!n(destructuring) !m(destructuring) o"],
  ["() => { for (n of a) ; }", "!n(for-of) a"],
  ["() => { for (n in a) ; }", "!n(for-in) a"],
  ["() => { for ([n, { m }] of a) ; }", "!n(for-of) !m(for-of) a"],
  ["async () => { for await (n of a) ; }", "!n(for-of) a"],
  ["() => { for (n = 0; n < 1; n++) ; }", "n(=)(++)"],
  ["() => delete n", "n(delete)", "sloppy"],
  ["() => () => { function f() { n = 1 } return f }", "!n(=)"],
  ["class A { m() { n = 1 } }", "!n(=)"],
  ["(a = n++) => a", "n(++)"],
  ["() => { let n; n = 1; n++; [n] = [1]; for (n of []) ; }", ""],
  ["() => { const f = (n) => { n++ }; return f }", ""],
  ["() => { { let n; n++ } n++ }", "n(++)"],
  ["() => { n = 1; var n }", ""],
  ["() => { undefined = 1 }", "!undefined(=)"],
]);

describe("[C21] positions of assignments", () => {
  it("[C21] are those of the expression, or of the target inside a pattern or loop head", () => {
    const text = "() => {\n  ++n;\n  [a,\n  n] = b;\n  for (n of c) ;\n}";
    const assignments = analyze(text).freeNames.find((free) => free.name === "n")?.assignments ?? [];
    expect(assignments.map(({ position }) => `${position.line}:${position.column}`)).toEqual(["2:3", "4:3", "5:8"]);
  });

  it("[C21] in a class the phase and the member are known", () => {
    const text = `class A extends (h++, B) {
      constructor() { super(); c++ } m() { d++; () => e++ } #p() { f++ } get g() { return g++ } [k++]() { l++ }
      field = i++; static s = j++; static { o++ } static t() { q++ } fn = () => r++
    }`;
    const sites = analyze(text).freeNames.flatMap((free) =>
      free.assignments.map(({ phase, member }) => `${free.name} ${phase} ${member ?? "-"}`),
    );
    expect(sites).toEqual([
      "h definition -",
      "c construction constructor",
      "d call m",
      "e call m",
      "f call #p",
      "g call g",
      "k definition -",
      "l call -",
      "i construction field",
      "j definition s",
      "o definition -",
      "q call t",
      "r construction fn",
    ]);
  });
});

check("[C22] properties are no variables", [
  ["() => { s.n = 1; s.n++; s['n'] += 1; delete s.n }", "s"],
  ["() => { [s.n, { m: s[k] }] = a }", "s k a"],
  ["() => { for (s.n of a) ; for (s[0] in a) ; }", "s a"],
  ["() => { this.n = 1 }", ""],
]);

describe("[C23] which assignments read", () => {
  it.each([
    ["() => { n = 1 }", false],
    ["() => { [n] = [1] }", false],
    ["() => { for (n of []) ; }", false],
    ["() => { for (n in {}) ; }", false],
    ["() => { n += 1 }", true],
    ["() => { n ??= 1 }", true],
    ["() => { n++ }", true],
    ["() => { n = n + 1 }", true],
  ])("%s", (text, isRead) => {
    expect(analyze(text).freeNames[0]?.isRead).toBe(isRead);
  });
});
