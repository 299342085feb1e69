import { describe, expect, it } from "vitest";
import { analyze } from "./summary.js";

/** Writes members of the free name `c`, called ones with parentheses, or `whole`. */
function members(text: string): string {
  const free = analyze(text).freeNames.find((each) => each.name === "c");
  if (free === undefined) return "not free";
  if (free.members === "whole") return "whole";
  return free.members.map((each) => (free.calledMembers.includes(each) ? `${each}()` : each)).join(" ");
}

function fields(text: string): string {
  return analyze(text)
    .fieldsRead.map((each) => (each === "unknown" ? "unknown" : `[${each.join(" ")}]`))
    .join(" ");
}

describe("[C29] members of free names", () => {
  it.each([
    ["() => c.n", "n"],
    ["() => c.b + c.a + c.b", "b a"],
    ["() => c?.n", "n"],
    ["() => c['n'] + c[0] + c[`t`]", "n 0 t"],
    ["() => c.n.m", "n"],
    ["() => c.f(1)", "f()"],
    ["() => c?.f?.(1)", "f()"],
    ["() => (c?.f)(1)", "f()"],
    ["() => c.f`x`", "f()"],
    ["() => (0, c.f)(1)", "f"],
    ["() => new c.F(1)", "F"],
    ["() => c.n.f()", "n"],
    ["() => () => c.n", "n"],
    ["() => typeof c.n", "n"],
    ["() => { const { a, 'b': x, [1]: y } = c }", "a b 1"],
    ["() => { const { a: { b } = {} } = c }", "a"],
    ["() => c", "whole"],
    ["() => c.n + c", "whole"],
    ["() => c[k]", "whole"],
    ["() => c[`$" + "{k}`]", "whole"],
    ["() => { c.n = 1 }", "whole"],
    ["() => { c.n++ }", "whole"],
    ["() => { [c.n] = [1] }", "whole"],
    ["() => { for (c.n of []) ; }", "whole"],
    ["() => delete c.n", "whole"],
    ["() => delete c?.n", "whole"],
    ["() => { const { a, ...r } = c }", "whole"],
    ["() => { const { [k]: a } = c }", "whole"],
    ["() => { const {} = c }", "whole"],
    ["() => { let a; ({ a } = c) }", "whole"],
    ["() => typeof c", "whole"],
    ["() => ({ c })", "whole"],
    ["() => ({ ...c })", "whole"],
    ["() => f(c)", "whole"],
    ["() => { c += 1 }", "whole"],
    ["() => { c = 1 }", ""],
    ["(c) => c.n", "not free"],
  ])("%s", (text, expected) => {
    expect(members(text)).toBe(expected);
  });
});

describe("[C30] functions that return nothing", () => {
  it.each([
    ["() => {}", true],
    ["(x) => { x + 1 }", true],
    ["(x) => { ({ x }) }", true],
    ["(x) => { if (x) return; }", true],
    ["function f() { return; }", true],
    ["(x) => { const f = () => { return 1 }; f(x) }", true],
    ["(x) => { if (x) throw new Error('a') }", true],
    ["(x) => { if (x) return; throw new Error('a') }", true],
    ["() => { for (;;) { break } }", true],
    ["() => { a: for (;;) { for (;;) { break a } } }", true],
    ["() => { while (true) { return } }", true],
    ["() => { try { throw 1 } catch {} }", true],
    ["async () => { await 1 }", true],
    ["m() { class A { m() { return 1 } } }", true],
    ["(x) => x", false],
    ["(x) => void x", false],
    ["() => undefined", false],
    ["(x) => { return x }", false],
    ["(x) => { if (x) return 1 }", false],
    ["(x) => { return undefined }", false],
    ["() => { throw new Error('a') }", false],
    ["(x) => { if (x) { throw 1 } else throw 2 }", false],
    ["() => { try { throw 1 } catch { throw 2 } }", false],
    ["() => { try { f() } finally { throw 2 } }", false],
    ["() => { for (;;) { for (;;) { break } } }", false],
    ["() => { while (true) ; }", false],
    ["() => { do ; while (1) }", false],
    ["(x) => { switch (x) { case 1: return 2 } }", false],
    ["(x) => { a: { for (const y of x) { try { with (x) return y } finally {} } } }", false],
    ["(x) => { do { while (x) return 1 } while (x) }", false],
    ["class { m() {} }", false],
  ])("%s is %s", (text, expected) => {
    expect(analyze(text).returnsNothing).toBe(expected);
  });
});

describe("[C31] fields read of the first and the second argument", () => {
  it.each([
    ["(o) => o.date < limit", "[date] []"],
    ["(o) => o.b + o.a + o.b", "[b a] []"],
    ["(a, b) => a.x + b.y", "[x] [y]"],
    ["() => 1", "[] []"],
    ["(o) => 1", "[] []"],
    ["(o) => o.user.name", "[user] []"],
    ["(o) => o.name.startsWith('a')", "[name] []"],
    ["(o) => o?.date", "[date] []"],
    ["(t) => t[0] + t['a b']", "[0 a b] []"],
    ["({ date, user: { name } }) => date", "[date user] []"],
    ["({ a = 1 }, [b, , c]) => a", "[a] [0 2]"],
    ["({ a, a: b }) => a", "[a] []"],
    ["(o) => { const { a, b: { c } } = o; return a }", "[a b] []"],
    ["(o) => xs.some((x) => x === o.id)", "[id] []"],
    ["(o) => { const f = (o) => o; return f(1) + o.id }", "[id] []"],
    ["map(o) { return o.id }", "[id] []"],
    ["function (o) { return o.id }", "[id] []"],
    ["(o, ...rest) => o.id", "[id] unknown"],
    ["(o, context) => { context.getAccumulator('n', L).add(1); return o.id }", "[id] unknown"],
    ["(o) => typeof o.id", "[id] []"],
    ["(o) => o", "unknown []"],
    ["(o) => f(o)", "unknown []"],
    ["(o) => o.id + o", "unknown []"],
    ["(o) => ({ ...o, id: o.id })", "unknown []"],
    ["(o) => o[k]", "unknown []"],
    ["(o) => o.f()", "unknown []"],
    ["(o) => 'a' in o", "unknown []"],
    ["(o) => { o.id = 1; return o.id }", "unknown []"],
    ["(o) => { o = x; return o.id }", "unknown []"],
    ["(o) => { var o = x; return o.id }", "unknown []"],
    ["(o) => { for (var o of xs) ; return o.id }", "unknown []"],
    ["function (o) { function o() {} return o.id }", "unknown []"],
    ["(o = {}) => o.id", "unknown []"],
    ["({ a } = {}) => a", "unknown []"],
    ["({ a, ...rest }) => a", "unknown []"],
    ["({ [k]: a }) => a", "unknown []"],
    ["([a, ...rest]) => a", "unknown []"],
    ["(...all) => all", "unknown unknown"],
    ["function (o) { return o.id + arguments.length }", "unknown unknown"],
    ["(o) => o.id + arguments.length", "[id] []"],
    ["(o) => eval('o') + o.id", "unknown unknown"],
    ["(o) => { with (x) o.id }", "unknown unknown"],
    ["class { constructor(o) { o.id } }", "unknown unknown"],
    ["(o) => typeof o", "unknown []"],
  ])("%s reads %s", (text, expected) => {
    expect(fields(text)).toBe(expected);
  });
});
