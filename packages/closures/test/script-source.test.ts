import { describe, expect, it } from "vitest";
import { type FunctionAnalysis, isAnalyzed, parseScript, type ScriptSource } from "../src/index.js";

function parsed(source: string, goal: "module" | "script" = "module"): ScriptSource {
  const script = parseScript(source, goal);
  if (script.kind === "unparsable") throw new Error(script.reason);
  return script;
}

/** Analyzes the function at the mark `¦`, which is taken out of the source. */
function atMark(marked: string, goal: "module" | "script" = "module"): FunctionAnalysis | undefined {
  const offset = marked.indexOf("¦");
  const before = marked.slice(0, offset).split("\n");
  const script = parsed(marked.replace("¦", ""), goal);
  const analysis = script.functionAt(before.length, (before.at(-1) ?? "").length + 1);
  return analysis !== undefined && isAnalyzed(analysis) ? analysis : undefined;
}

describe("[C50] functions by position", () => {
  it.each([
    ["¦function f(a) {}", "function f a"],
    ["function f¦(a) {}", "function f a"],
    ["const f = ¦(a) => a", "arrow - a"],
    ["const f = async ¦a => a", "arrow - a"],
    ["const f = (a = ¦(b) => b) => a", "arrow - b"],
    ["const f = ¦(a = (b) => b) => a", "arrow - a"],
    ["const f = (a) => ¦(b) => a", "arrow - b"],
    ["class A { static async *m¦(a) {} }", "method m a"],
    ["class A { get x¦() { return 1 } }", "getter x "],
    ["class A { [() => 1]¦(a) {} }", "method - a"],
    ["class A { [¦(k) => 1](a) {} }", "arrow - k"],
    ["class A extends B { constructor¦(a) {} }", "class A a"],
    ["¦class A { m(a) {} }", "class A "],
    ["const o = { 'a b'¦(c) {} }", "method a b c"],
    ["class A { constructor(a) { this.f = ¦(b) => b } }", "arrow - b"],
  ])("%s", (source, expected) => {
    const analysis = atMark(source);
    const parameters = analysis?.parameters.map((parameter) => parameter.name).join(" ");
    expect(`${analysis?.kind} ${analysis?.name ?? "-"} ${parameters}`).toBe(expected);
  });

  it("[C50] no function's head is there", () => {
    const script = parsed("const a = 1;\nfunction f() { return 1 }");
    expect(script.functionAt(1, 1)).toBeUndefined();
    expect(script.functionAt(2, 20)).toBeUndefined();
    expect(script.functionAt(9, 1)).toBeUndefined();
  });

  it("[C50] a function is analyzed once", () => {
    const script = parsed("const f = (x) => x");
    expect(script.functionAt(1, 11)).toBe(script.functionAt(1, 12));
  });
});

describe("[C51] what only the script tells", () => {
  it.each([
    ["¦() => 1", "module", "strict"],
    ["¦() => 1", "script", "sloppy"],
    ["'use strict'; ¦() => 1", "script", "strict"],
    ["function f() { 'use strict'; ¦() => 1 }", "script", "strict"],
    ["class A { m() { return ¦() => 1 } }", "script", "strict"],
    ["class A extends f(¦() => 1) {}", "script", "strict"],
    ["¦function f() { 'use strict' }", "script", "strict"],
  ] as const)("[C51] %s in a %s is %s", (source, goal, expected) => {
    expect(atMark(source, goal)?.strictness).toBe(expected);
  });

  it("[C51] the own name of a declaration is a variable around it, of an expression it is not", () => {
    const names = (source: string) => atMark(source)?.freeNames.map((free) => free.name);
    expect(names("¦function f() { return f }")).toEqual(["f"]);
    expect(names("const g = ¦function f() { return f }")).toEqual([]);
    expect(names("const g = ¦function f() { f = 1 }")).toEqual([]);
  });

  it("[C51] names of functions around are free", () => {
    const analysis = atMark("let a; function f(b) { const c = 1; return ¦(d) => a + b + c + d }");
    expect(analysis?.freeNames.map((free) => free.name)).toEqual(["a", "b", "c"]);
  });

  it("[C51] positions are those of the script", () => {
    expect(atMark("let n;\nconst f = ¦() => n")?.freeNames[0]?.position).toEqual({ offset: 23, line: 2, column: 17 });
  });
});

describe("[C52] scripts of all kinds", () => {
  it("[C52] CommonJS at the top", () => {
    expect(atMark("if (new.target) return; with (a) b; module.exports = ¦() => 1", "script")?.kind).toBe("arrow");
  });

  it("[C52] modules with imports and top-level await", () => {
    expect(atMark("#!/usr/bin/env node\nimport { a } from 'a'; await a; export default ¦() => a")?.kind).toBe("arrow");
  });

  it("[C52] broken source", () => {
    expect(parseScript("const = 1", "module")).toMatchObject({
      kind: "unparsable",
      reason: "Unexpected token",
      position: { line: 1, column: 7 },
    });
  });
});
