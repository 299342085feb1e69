import { describe, expect, it } from "vitest";
import { analyze, freeNames, uses } from "./summary.js";

type Case = readonly [text: string, expected: string];

function check(rule: string, cases: readonly Case[]): void {
  describe(rule, () => {
    it.each(cases)("%s", (text, expected) => {
      expect(uses(text)).toBe(expected);
    });
  });
}

check("[C24] arguments", [
  ["function () { return arguments }", "ownArguments"],
  ["foo() { return () => arguments[0] }", "ownArguments"],
  ["() => arguments", "outerArguments"],
  ["() => () => arguments", "outerArguments"],
  ["() => function () { return arguments }", ""],
  ["(arguments) => arguments", ""],
  ["function (a = arguments) {}", "ownArguments"],
  ["function () { let arguments; arguments }", ""],
  ["function () { var arguments; arguments }", "ownArguments"],
  ["() => ({ m() { return arguments } })", ""],
  ["function () { arguments = 1 }", "ownArguments"],
  ["() => typeof arguments", "outerArguments"],
  ["() => arguments.length", "outerArguments"],
]);

describe("[C24] arguments is no free name", () => {
  it("[C24] read in an arrow", () => expect(freeNames("() => arguments")).toBe(""));
  it("[C24] assigned in an arrow, it is a variable around the arrow", () => {
    expect(freeNames("() => { arguments = 1 }")).toBe("!arguments(=)");
  });
});

check("[C25] this, super and new.target", [
  ["() => this", "outerThis"],
  ["function () { return this }", "ownThis"],
  ["() => () => this.x", "outerThis"],
  ["function () { return () => this }", "ownThis"],
  ["() => function () { return this }", ""],
  ["() => ({ m() { return this }, get x() { return this } })", ""],
  ["() => ({ [this.k]: 1 })", "outerThis"],
  [
    "() => class extends this.B { [this.k]() { return this } f = this; static { this } static s = this }",
    "outerThis*2",
  ],
  ["class extends this.B { m() { return this } f = () => this; [this.k] = 1 }", "outerThis*2"],
  ["m() { return super.m() + super['n'] }", "ownSuper*2"],
  ["() => super.m()", "outerSuper"],
  ["() => super()", "outerSuper"],
  ["() => ({ m() { return super.m() } })", ""],
  ["class extends B { constructor() { super() } m() { super.m() } }", ""],
  ["function () { return new.target }", "ownNewTarget"],
  ["() => new.target", "outerNewTarget"],
  ["() => function () { return new.target }", ""],
  ["(a = this) => a", "outerThis"],
  ["get x() { return this.y }", "ownThis"],
]);

check("[C26] import", [
  ["() => import.meta.url", "importMeta"],
  ["() => function () { return import.meta }", "importMeta"],
  ["async () => (await import('x')).default", "dynamicImport"],
  ["() => import(this.x)", "outerThis dynamicImport"],
]);

check("[C27] eval", [
  ["() => eval('1')", "directEval"],
  ["() => () => (eval)('1')", "directEval"],
  ["() => { const eval2 = eval; eval2('1') }", ""],
  ["() => eval?.('1')", ""],
  ["() => (0, eval)('1')", ""],
  ["() => globalThis.eval('1')", ""],
  ["(x) => new eval(x)", ""],
]);

describe("[C27] eval", () => {
  it("[C27] is a direct eval also by a local name", () => {
    expect(analyze("(eval) => eval('1')", "sloppy").uses.directEval).toHaveLength(1);
  });
  it("[C27] the name itself is free", () => expect(freeNames("() => eval('1')")).toBe("eval"));
});

describe("[C28] with", () => {
  it("[C28] names inside may be properties and count as free", () => {
    expect(freeNames("(o) => { let a; with (o) { a; b; c = 1 } }")).toBe("b !c(=)");
    expect(uses("(o) => { with (o) { a } }")).toBe("with");
  });
});

describe("[C24] [C25] [C26] [C27] positions", () => {
  it("are those of the word in the text", () => {
    const { uses: found } = analyze("() => {\n  this; eval(1);\n  import(2) }");
    expect(found.outerThis).toEqual([{ offset: 10, line: 2, column: 3 }]);
    expect(found.directEval[0]).toMatchObject({ line: 2, column: 9 });
    expect(found.dynamicImport[0]).toMatchObject({ line: 3, column: 3 });
  });
});
