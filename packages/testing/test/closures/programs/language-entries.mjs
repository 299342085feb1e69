// More of the corpus: what is rare or nasty in the language. Each entry gives in the worker what it gives here, or is refused.
import own from "node:process";
import * as proc from "node:process";
import { Readable } from "node:stream";
import { inspect } from "node:util";
import vm from "node:vm";
import { MessageChannel } from "node:worker_threads";

export const entries = [];

function same(name, make, ...args) {
  entries.push({ name, make, args });
}

function refused(name, pattern, make) {
  entries.push({ name, make, args: [], pattern });
}

/** Node.js 20 does not tell undefined from what is not initialized. */
function sameOrUntold(name, make) {
  if (Number.parseInt(process.versions.node, 10) >= 22) same(name, make);
  else refused(name, /not yet initialized, or holds undefined/, make);
}

const sloppy = (text) => (0, eval)(text);

// Parameters, arguments, eval and with

same("[C77] default parameters closing over others and outer", () => { let n = 5; const f = (a = n, b = () => a + n, c = b()) => { a = 100; return [a, b(), c]; }; return f; });
same("[C77] var shadows parameter closure", () => function f(a, g = () => a) { var a = 2; return [a, g()]; }, 1);
same("[C77] a parameter and a var of the body with its name, both captured", () => { function outer(x, get = () => x) { var x = 9; return [() => x, get]; } const [a, b] = outer(1); return () => [a(), b()]; });
same("[C77] a parameter and a var of its name in a generator", () => { function* outer(x, get = () => x) { var x = 9; yield [() => x, get]; } const [[a, b]] = [...outer(1)]; return () => [a(), b()]; });
same("[C77] a parameter that was set through arguments", () => { const make = sloppy("(function (a) { arguments[0] = 9; return () => a; })"); return make(1); });
same("[C77] sloppy function in block hoisting", () => sloppy("(function () { { function f() { return 1; } } return () => f(); })")());
same("[C77] sloppy function in block after assignment", () => sloppy("(function () { { function f() { return 1; } f = 5; } return () => typeof f; })")());
same("[C77] a variable that a direct eval made", () => sloppy("(function () { eval('var hidden = 7'); return () => hidden; })")());
same("[C77] a variable that a direct eval put before a global", () => { globalThis.shadowed9 = "global"; return sloppy("(function (code) { eval(code); return () => shadowed9; })")("var shadowed9 = 'eval'"); });
same("[C77] a variable that a direct eval put before a parameter", () => sloppy("(function (hidden) { return (function (code) { eval(code); return () => hidden; })('var hidden = 2'); })")(1));
same("[C77] eval in strict has own scope", () => sloppy("(function (hidden) { 'use strict'; return eval('var hidden = 3; (() => hidden)'); })")(1));
same("[C67] function made in a direct eval in a method", () => { class A { m() { const q = 4; return eval("() => q"); } } return new A().m(); });
same("[C77] with in sloppy, body not captured function", () => sloppy("(function (o) { return function (x) { with (o) { return a + x; } }; })")({ a: 5 }), 2);
same("[C77] with inside own body over param", () => sloppy("(function (o) { with (o) { return a; } })"), { a: 3 });
same("[C77] function around with later", () => sloppy("(function (o) { const outer = 1; with (o) {} return () => outer; })")({}));
same("[C77] labelled blocks", () => (n) => { a: { b: for (;;) { if (n > 1) break a; break b; } return "b"; } return "a"; }, 2);
same("[C77] labelled continue", () => () => { let s = ""; o: for (const i of [1, 2, 3]) { for (const j of [1, 2, 3]) { if (j === 2) continue o; s += `${i}${j} `; } } return s; });

// What is not yet initialized

same("[C70] TDZ inside own body", () => () => { try { x; let x = 1; } catch (e) { return e.name; } });
same("[C70] TDZ in default param", () => (a = b, b) => [a, b], 1, 2);
same("[C70] typeof TDZ", () => () => { try { typeof x; const x = 1; } catch (e) { return e.name; } });
same("[C70] class TDZ heritage", () => () => { try { class A extends A {} } catch (e) { return e.name; } });
sameOrUntold("[C97] const x = undefined declared behind", () => { const f = () => x; const x = undefined; return f; });
sameOrUntold("[C97] let without init declared behind", () => { const f = () => x; let x; return f; });
same("[C97] let x undefined behind with a later sibling", () => { const f = () => [x, y]; let x; const y = 1; return f; });
same("[C97] let x undefined behind with a later sibling not captured by f", () => { const f = () => x; let x; const y = 1; const g = () => y; return [f, g][0]; });

sameOrUntold("[C97] a hoisted function behind a variable that holds undefined", () => { const f = look; const x = undefined; return f; function look() { return x; } });
refused("[C97] a hoisted function behind a variable that is not initialized", /not yet initialized/, () => { return look; const x = 1; function look() { return x; } });
same("[C97] a variable of a loop that holds undefined", () => { const all = []; for (const x of [undefined, 1]) all.push(() => x); return all[0]; });

// Private names

refused("[C85] class static block with private", /a function or class with a static private field, whose value nothing o/, () => { class A { static #c = 0; static { A.total = ++A.#c; } } return () => A.total; });
same("[C67] private method on static", () => { class A { static #p() { return 1; } static q() { return A.#p(); } } return () => A.q(); });
same("[C67] private accessor instance made there", () => { class A { #v = 1; get #x() { return this.#v; } set #x(v) { this.#v = v; } bump() { this.#x += 1; return this.#x; } } return () => new A().bump(); });
same("[C67] brand check", () => { class A { #x; static is(o) { return #x in o; } } return () => [A.is(new A()), A.is({})]; });
refused("[C85] a private field that a base's return put on a plain object", /a class with #private fields whose base returns objects of others from/, () => { class R { constructor(o) { return o; } } class S extends R { #x = 5; static read(o) { return o.#x; } } const o = { plain: 1 }; new S(o); return () => S.read(o); });
refused("[C85] a private field that a base's return put on a Map", /a class with #private fields whose base returns objects of others from/, () => { class R { constructor(o) { return o; } } class S extends R { #x = 5; static has(o) { return #x in o; } } const o = new Map(); new S(o); return () => S.has(o); });
refused("[C85] a private field that a base's return put on array", /a class with #private fields whose base returns objects of others from/, () => { class R { constructor(o) { return o; } } class S extends R { #x = 5; static has(o) { return #x in o; } } const o = [1]; new S(o); return () => S.has(o); });
refused("[C85] a private field that a base's return put on a function", /a class with #private fields whose base returns objects of others from/, () => { class R { constructor(o) { return o; } } class S extends R { #x = 5; static has(o) { return #x in o; } } const o = () => 1; new S(o); return () => [S.has(o), o()]; });
refused("[C85] a private field that a base's return put on a class", /a class with #private fields whose base returns objects of others from/, () => { class R { constructor(o) { return o; } } class S extends R { #x = 5; static has(o) { return #x in o; } } class T {} new S(T); return () => S.has(T); });
refused("[C85] a private field that a base's return put on a date", /a class with #private fields whose base returns objects of others from/, () => { class R { constructor(o) { return o; } } class S extends R { #x = 5; static has(o) { return #x in o; } } const T = new Date(5); new S(T); return () => S.has(T); });
refused("[C85] private field on frozen instance", /an object with #private fields/, () => { class A { #x = 1; get() { return this.#x; } } const a = Object.freeze(new A()); return () => a.get(); });

// Where methods are at home

refused("[C94] mixin methods with super swapped", /a method with super of a class that was made several times with differ/, () => { const M = (B) => class extends B { m() { return super.k(); } }; class P { k() { return "P"; } } class Q { k() { return "Q"; } } const A = M(P); const B = M(Q); [A.prototype.m, B.prototype.m] = [B.prototype.m, A.prototype.m]; return () => new A().m(); });
refused("[C94] mixin method with super moved, source deleted", /a method with super of a class that was made several times with differ/, () => { const M = (B) => class extends B { m() { return super.k(); } }; class P { k() { return "P"; } } class Q { k() { return "Q"; } } const A = M(P); const B = M(Q); A.prototype.m = B.prototype.m; delete B.prototype.m; return () => new A().m(); });
refused("[C94] mixin method with super moved", /a method with super of a class that was made several times with differ/, () => { const M = (B) => class extends B { m() { return super.k(); } }; class P { k() { return "P"; } } class Q { k() { return "Q"; } } const A = M(P); const B = M(Q); A.prototype.m = B.prototype.m; return () => new A().m(); });
refused("[C94] mixin static super moved", /a method with super of a class that was made several times with differ/, () => { const M = (B) => class extends B { static m() { return super.k(); } }; class P { static k() { return "P"; } } class Q { static k() { return "Q"; } } const A = M(P); const B = M(Q); A.m = B.m; return () => A.m(); });
refused("[C94] mixin getter super moved", /a method with super of a class that was made several times with differ/, () => { const M = (B) => class extends B { get m() { return super.k; } }; class P { get k() { return "P"; } } class Q { get k() { return "Q"; } } const A = M(P); const B = M(Q); Object.defineProperty(A.prototype, "m", Object.getOwnPropertyDescriptor(B.prototype, "m")); return () => new A().m; });
same("[C94] mixin super in arrow in field", () => { const M = (B) => class extends B { f = () => super.k(); }; class P { k() { return "P"; } } const A = M(P); return () => new A().f(); });
refused("[C85] arrow field of instance captured", /a function that uses the this of the function around it/, () => { class P { k = 3; f = () => this.k; } const p = new P(); return () => p.f(); });
refused("[C94] mixin used honestly twice with super", /a method with super of a class that was made several times with differ/, () => { const M = (B) => class extends B { m() { return "M" + super.m(); } }; class P { m() { return "P"; } } class Q { m() { return "Q"; } } const A = M(P); const B = M(Q); return () => [new A().m(), new B().m()]; });
same("[C94] class with super in function run twice, same base", () => { class P { m() { return "P"; } } const make = () => { class X extends P { m() { return "X" + super.m(); } } return X; }; const A = make(); make(); const held = [A, make()]; return () => held.map((X) => new X().m()); });
refused("[C94] method moved to plain object", /a method with super whose object cannot be told/, () => { class P { k() { return "P"; } } class Q extends P { m() { return super.k(); } } const o = { m: Q.prototype.m }; return () => o.m(); });
refused("[C94] method moved to plain object, class there too", /a method with super whose object cannot be told/, () => { class P { k() { return "P"; } } class Q extends P { m() { return super.k(); } } const o = { m: Q.prototype.m }; return () => [o.m(), new Q().m()]; });
same("[C67] setPrototypeOf of class after definition", () => { class P { k() { return "P"; } } class R { k() { return "R"; } } class Q extends P { m() { return super.k(); } } Object.setPrototypeOf(Q.prototype, R.prototype); return () => [new Q().m(), Object.getPrototypeOf(Q) === P]; });
same("[C70] setPrototypeOf of ctor after definition", () => { class P { constructor() { this.w = "P"; } } class R { constructor() { this.w = "R"; } } class Q extends P {} Object.setPrototypeOf(Q, R); return () => new Q().w; });

// What compilers emit, and new syntax

same("[C67] TypeScript decorators legacy", () => { const __decorate = function (decorators, target, key, desc) { var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d; for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r; return c > 3 && r && Object.defineProperty(target, key, r), r; }; const log = (t, k, d) => { const old = d.value; d.value = function (...a) { return `log ${old.apply(this, a)}`; }; }; class A { m() { return 1; } } __decorate([log], A.prototype, "m", null); return () => new A().m(); });
same("[C67] TypeScript's class decorator replaced alias", () => { var A_1; const reg = new Map(); const dec = (C) => { reg.set(C.name, C); return class extends C { extra = 1; }; }; let A = A_1 = class A { static make() { return new A_1(); } }; A = A_1 = dec(A); return () => [A.make().extra, reg.size]; });
same("[C67] TypeScript's enum", () => { let E; (function (E) { E[E["A"] = 0] = "A"; E[E["B"] = 1] = "B"; })(E || (E = {})); return (x) => [E.A, E[x]]; }, 1);
same("[C67] TypeScript's namespace", () => { var N; (function (N) { N.k = 3; function f() { return N.k; } N.f = f; let hidden = 1; N.bump = () => hidden; })(N || (N = {})); return () => [N.f(), N.bump()]; });
refused("[C81] TypeScript's namespace assigning", /assigns the captured variable "hidden"/, () => { var N; (function (N) { let hidden = 1; N.bump = () => ++hidden; })(N || (N = {})); return () => N.bump(); });
same("[C67] TypeScript's 5 decorators via esbuild-like", () => { const __runInit = []; class A { static [Symbol.metadata ?? "meta"] = { a: 1 }; accessor = 1; } return () => [A[Symbol.metadata ?? "meta"].a, new A().accessor]; });
same("[C77] using emulation by text", () => { try { return sloppy("(() => { const log = []; { using a = { [Symbol.dispose]() { log.push('disposed'); } }; log.push('in'); } return log; })"); } catch { return () => "no using"; } });
same("[C77] await using by text", () => { try { return sloppy("(async () => { const log = []; { await using a = { async [Symbol.asyncDispose]() { log.push('disposed'); } }; log.push('in'); } return log; })"); } catch { return () => "no using"; } });
same("[C77] captured using", () => { try { return sloppy("(() => { using a = { n: 5, [Symbol.dispose]() {} }; return () => a.n; })()"); } catch { return () => "no using"; } });
same("[C67] class accessor keyword text", () => { try { return sloppy("(() => { class A { accessor = 1; static async = 2; get = 3; set = 4; static static = 5; } return () => [new A().accessor, A.async, new A().get, new A().set, A.static]; })()"); } catch { return () => "none"; } });

// Generators, symbols, bound functions

same("[C77] async iterator object", () => { const it = { n: 0, [Symbol.asyncIterator]() { return this; }, async next() { return { done: this.n > 2, value: this.n++ }; } }; return async () => { const all = []; for await (const x of { __proto__: it, n: 0 }) all.push(x); return all; }; });
same("[C77] generator function with state in closure object", () => { const g = function* (n) { const s = yield n; return s; }; return (n) => { const i = g(n); return [i.next(), i.next(5), i.next()]; }; }, 3);
refused("[C85] generator prototype extended", /an instance of GeneratorFunction\.prototype/, () => { function* g() { yield 1; } g.prototype.extra = function () { return 7; }; return () => g().extra(); });
same("[C67] getter on a class via Object.defineProperty", () => { class A {} Object.defineProperty(A.prototype, "late", { get() { return this.x * 2; }, configurable: true }); return () => Object.assign(new A(), { x: 4 }).late; });
same("[C67] symbol-keyed methods and toPrimitive", () => { const s = Symbol("k"); class M { [s]() { return "s"; } [Symbol.toPrimitive](h) { return h === "number" ? 42 : "str"; } } return () => [new M()[s](), +new M(), `${new M()}`]; });
same("[C70] hasInstance and species", () => { class Even { static [Symbol.hasInstance](n) { return n % 2 === 0; } } class L extends Array { static get [Symbol.species]() { return Array; } } return () => [2 instanceof Even, L.from([1]).map((x) => x) instanceof L]; });
refused("[C85] bound method", /a bound function/, () => { const o = { n: 1, m() { return this.n; } }; const b = o.m.bind(o); return () => b(); });
refused("[C85] bound class", /a bound function/, () => { class A { constructor(n) { this.n = n; } } const B = A.bind(null, 5); return () => new B().n; });
same("[C77] new.target own", () => { function F() { return new.target === F; } return () => [Reflect.construct(F, [])].length; });
same("[C67] abstract by new.target in class", () => { class A { constructor() { this.t = new.target.name; } } class B extends A {} return () => new B().t; });
same("[C77] Reflect.construct with other newTarget", () => { class A { constructor() { this.k = 1; } } function O() {} return () => Reflect.construct(A, [], O) instanceof O; });

// Other realms, and code made from text

refused("[C85] cross-realm array", /an instance of the class Array, which is not the program's/, () => { const a = vm.runInNewContext("[1, 2, { x: 3 }]"); return () => [a.length, a[2].x, a instanceof Array]; });
refused("[C85] cross-realm Map", /an instance of the class Map, which is not the program's/, () => { const a = vm.runInNewContext("new Map([[1, 2]])"); return () => a.get(1); });
refused("[C85] cross-realm Date", /an instance of the class Date, which is not the program's/, () => { const a = vm.runInNewContext("new Date(5)"); return () => a.getTime(); });
refused("[C85] cross-realm error", /an instance of the class TypeError, which is not the program's/, () => { const a = vm.runInNewContext("new TypeError('x')"); return () => [a.message, a instanceof TypeError]; });
refused("[C85] cross-realm function", /of another realm/, () => { const f = vm.runInNewContext("(x) => [x, typeof globalThis.inner, Array.isArray([])]", { inner: 1 }); return () => f(2); });
refused("[C85] cross-realm function that names a global of its realm", /of another realm/, () => { const f = vm.runInNewContext("(x) => inner + x", { inner: 41 }); return () => f(1); });
refused("[C85] cross-realm class instance", /an instance of the class Object, which is not the program's/, () => { const f = vm.runInNewContext("class K { m() { return 3; } }; new K()"); return () => f.m(); });
same("[C71] cross-realm null-proto object", () => { const f = vm.runInNewContext("Object.assign(Object.create(null), { x: 1 })"); return () => f.x; });
refused("[C85] cross-realm built-in", /a native function to which no path leads/, () => { const f = vm.runInNewContext("Math.max"); return () => f(1, 2); });
same("[C77] vm script function", () => { const f = new vm.Script("var counterVm = 3; (function () { return counterVm; })").runInThisContext(); return () => f(); });
refused("[C85] vm.compileFunction", /a function that is not where its script says/, () => { const f = vm.compileFunction("return a + b", ["a"], { parsingContext: undefined, contextExtensions: [{ b: 2 }] }); return () => f(1); });
refused("[C85] vm.compileFunction plain", /a function that is not where its script says/, () => vm.compileFunction("return a + 1", ["a"]), 1);
same("[C77] Function constructor", () => new Function("a", "b", "return a + b"), 1, 2);
same("[C77] async Function constructor", () => new ((async () => {}).constructor)("a", "return await a"), 1);
same("[C77] Function constructor helper", () => { const f = new Function("x", "return x * 2"); return (x) => f(x); }, 4);
same("[C77] Function constructor naming a global", () => { globalThis.fromFunction = 3; return new Function("return fromFunction"); });

// What must be made in the worker

refused("[C85] SharedArrayBuffer in object", /a SharedArrayBuffer/, () => { const s = { s: new Int32Array(new SharedArrayBuffer(4)) }; return () => s.s[0]; });
refused("[C85] MessagePort", /an instance of the class MessagePort, which is not the program's/, () => { const { port1, port2 } = new MessageChannel(); port2.close(); port1.close(); return () => port1; });
refused("[C85] stream in Map", /an instance of the class Readable, which is not the program's/, () => { const m = new Map([["s", Readable.from([1])]]); return () => m.size; });
refused("[C85] web stream reader", /an instance of the class ReadableStreamDefaultReader, which is not the/, () => { const r = new ReadableStream({ start(c) { c.close(); } }).getReader(); return () => r; });
refused("[C85] WeakRef through class field", /an instance of WeakRef/, () => { class C { r = new WeakRef({}); } const c = new C(); return () => c; });

// Names

same("[C77] shadowed globals: undefined as param", () => { const f = (function (undefined) { return () => undefined; })(7); return f; });
same("[C71] shadowed globals: Object, Array, Map local", () => { const Map = class { get() { return "mine"; } }; const Object = { keys: () => "k" }; return () => [new Map().get(), Object.keys({})]; });
same("[C70] shadowed NaN and Infinity", () => { const NaN = 5; const Infinity = 6; return () => [NaN, Infinity]; });
same("[C70] shadowed globalThis", () => { const globalThis = { k: 1 }; return () => globalThis.k; });
same("[C70] shadowed require / module / exports names", () => { const require = (x) => x + 1; const module = { exports: 2 }; return () => [require(1), module.exports]; });
same("[C70] shadowed process", () => { const process = { env: { A: "mine" } }; return () => process.env.A; });
same("[C70] shadowed console", () => { const console = { log: (x) => x }; return () => console.log(3); });
same("[C77] local eval alias", () => { const e = eval; return () => e("1 + 1"); });
refused("[C85] local named eval", /a function with a direct eval/, () => { const f = sloppy("(function (eval) { return () => eval('x'); })")((t) => `not eval ${t}`); return f; });
refused("[C85] named arguments as variable in arrow", /a function that uses the arguments of the function around it/, () => sloppy("(function () { var arguments = 5; return () => arguments; })")());
same("[C77] parameter named async, of, let, yield, await", () => sloppy("(function (async, of, let, yield, await, static, get) { return [async, of, let, yield, await, static, get]; })"), 1, 2, 3, 4, 5, 6, 7);
same("[C70] captured let named let / yield", () => sloppy("(function () { var let = 1; var yield = 2; var async = 3; return () => [let, yield, async]; })")());
same("[C70] captured await in script", () => sloppy("(function () { var await = 1; return () => await; })")());
same("[C70] captured await, yield through late cycle", () => sloppy("(function () { var await = (n) => n ? f(n - 1) : 'end'; function f(n) { return await(n); } return f; })")(), 3);
same("[C70] unicode escapes in names", () => { const \u0061bc = 4; return () => abc + \u{61}bc; });
same("[C70] unicode escape vs property", () => { const o = { \u0061: 1 }; return () => o.a; });
same("[C77] html comments in sloppy", () => sloppy("(function () { <!-- hi\n return 1; })"));
same("[C77] directives that mean nothing", () => function () { "use strict"; "use asm"; return this === undefined; });
refused("[C85] asm.js module", /a function that is not where its script says/, () => sloppy("(function () { function M(stdlib) { 'use asm'; function f(x) { x = x | 0; return (x + 1) | 0; } return f; } return M(globalThis); })")(), 3);
same("[C67] getter-setter pairs in classes by computed symbol", () => { const k = Symbol("k"); class A { get [k]() { return 1; } set [k](v) { this.v = v; } } return () => { const a = new A(); a[k] = 3; return [a[k], a.v]; }; });
same("[C70] optional chaining / nullish on captured null", () => { const n = null; const u = undefined; return () => [n?.x, u?.(), n ?? "d"]; });
same("[C77] tagged template identity", () => { const seen = []; const tag = (s) => s; const f = () => tag`a${1}b`; return () => [f() === f(), f().raw.join()]; });
refused("[C85] tagged template cached object across helper", /the strings of a tagged template, which code knows by their identity/, () => { const f = () => ((s) => s)`x`; const held = f(); return () => held === f(); });

// Objects with something odd

same("[C71] regexp literal shared lastIndex", () => { const r = /a/g; r.test("aa"); return () => [r.lastIndex, r.test("aa"), r.lastIndex]; });
same("[C71] regexp with own property", () => { const r = Object.assign(/a/, { extra: 1 }); return () => r.extra; });
same("[C71] Date with own property and null proto", () => { const d = Object.setPrototypeOf(new Date(3), null); return () => Date.prototype.getTime.call(d); });
same("[C71] Map with overridden get as own property", () => { const m = new Map([[1, 2]]); m.get = () => "own"; return () => m.get(1); });
same("[C67] Map with replaced prototype method class", () => { class M extends Map { get(k) { return `x${super.get(k)}`; } } const m = new M([[1, 2]]); return () => m.get(1); });
same("[C94] array with proto swapped to null", () => { const a = Object.setPrototypeOf([1, 2], null); return () => [Array.isArray(a), Object.keys(a).length]; });
same("[C68] function with null proto", () => { const f = Object.setPrototypeOf(() => 1, null); return () => f(); });
same("[C70] function length redefined", () => { const f = (a, b) => 1; Object.defineProperty(f, "length", { value: 7 }); return () => f.length; });
same("[C67] frozen prototype class", () => { class A { m() { return 1; } } Object.freeze(A.prototype); Object.freeze(A); return () => [Object.isFrozen(A), Object.isFrozen(A.prototype), new A().m()]; });
same("[C67] instance with own method shadowing", () => { class A { m() { return 1; } } const a = new A(); a.m = () => 2; return () => [a.m(), A.prototype.m.call(a)]; });
refused("[C85] deleted constructor of prototype", /a class whose prototype says another constructor, with instances that /, () => { class A { m() { return 1; } } delete A.prototype.constructor; const a = new A(); return () => [a.m(), "constructor" in Object.getOwnPropertyDescriptors(Object.getPrototypeOf(a)), a instanceof A]; });
same("[C67] constructor replaced by another", () => { class A { m() { return 1; } } class B {} A.prototype.constructor = B; const a = new A(); return () => [a.m(), a.constructor === B]; });
same("[C67] prototype only, class unreachable by name", () => { const a = new (class { m() { return 8; } })(); return () => a.m(); });
same("[C67] Object.create of class prototype without constructor run", () => { class A { constructor() { throw new Error("no"); } m() { return 1; } } const a = Object.create(A.prototype); return () => a.m(); });
same("[C67] instances of two classes of the same name", () => { const mk = (n) => class Same { v() { return n; } }; const [A, B] = [mk(1), mk(2)]; const list = [new A(), new B()]; return () => list.map((x) => x.v()); });
same("[C70] accessor property whose getter closes over changed var", () => { let n = 1; const o = { get n() { return n; } }; n = 2; return () => o.n; });
same("[C71] error with cause cycle", () => { const e = new Error("a"); e.cause = e; return () => e.cause === e; });
same("[C67] AggregateError subclass with stack overwritten", () => { class X extends AggregateError { constructor() { super([1], "m"); this.stack = "mine"; } } const x = new X(); return () => [x.stack, x.errors, x instanceof AggregateError]; });

// Odds and ends

same("[C70] setTimeout captured, promisified", () => { const st = setTimeout; return async () => { await new Promise((r) => st(r, 1)); return "done"; }; });
same("[C70] performance captured", () => () => typeof performance.now());
same("[C70] structuredClone'd things", () => { const o = structuredClone(new Map([[{ a: 1 }, new Set([1])]])); return () => inspect(o); });
same("[C70] util.inspect custom symbol", () => { class A { [Symbol.for("nodejs.util.inspect.custom")]() { return "custom"; } } const a = new A(); return () => inspect(a); });
same("[C70] dynamic import computed", () => { const name = "node:os"; return async () => typeof (await import(name)).EOL; });
same("[C67] Set subclass with private made there", () => { class S extends Set { #n = 0; add(x) { this.#n++; return super.add(x); } get n() { return this.#n; } } return () => new S([1, 2]).n; });
same("[C67] user class that subclasses Function", () => { class F extends Function { constructor() { super("return 3"); } } const f = new F(); return () => f(); });
same("[C67] callable instance by setPrototypeOf", () => { class C { m() { return "m"; } } const f = Object.setPrototypeOf(() => 1, C.prototype); return () => [f(), f.m()]; });
same("[C71] proxy behind a getter that is not called", () => { const o = { get p() { return new Proxy({}, {}); } }; return () => typeof o.p; });
same("[C71] object with throwing getter", () => { const o = { get bad() { throw new Error("bad"); }, ok: 1 }; return () => o.ok; });
refused("[C85] revoked proxy", /a Proxy/, () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return () => typeof proxy; });
same("[C70] very deep closure chain", () => { let f = (x) => x; for (let i = 0; i < 300; i++) { const g = f; f = (x) => g(x) + 1; } return f; }, 0);
same("[C70] rare operators", () => (x) => (void 0, x ** 2 ** 1, ~x >>> 1, x), 5);
same("[C71] for-in over captured with inherited", () => { class A { constructor() { this.a = 1; } } A.prototype.b = 2; const o = new A(); return () => { const k = []; for (const x in o) k.push(x); return k; }; });
refused("[C97] switch let captured across cases", /a variable that is not yet initialized/, () => { let f; switch (2) { case 1: let q; case 2: f = () => typeof q; try { f(); } catch {} } return f; });
same("[C70] closure in for-let header updating", () => { const fs = []; for (let i = 0, get = () => i; i < 2; i++) fs.push(get); return () => fs.map((f) => f()); });
same("[C68] function name inference with symbols", () => { const s = Symbol("desc"); const o = { [s]: () => 1, [Symbol.iterator]: function () {} }; return () => [o[s].name, o[Symbol.iterator].name]; });
same("[C70] getter name", () => { const d = Object.getOwnPropertyDescriptor({ get x() { return 1; } }, "x"); return () => d.get.name; });
same("[C67] method name collisions with get", () => { const o = { get() { return 1; }, set() { return 2; }, async() { return 3; }, static() { return 4; }, await() { return 5; } }; return () => [o.get(), o.set(), o.async(), o.static(), o.await()]; });
same("[C67] async arrow in class field with this", () => { class A { v = 2; f = async () => this.v; } return async () => await new A().f(); });
same("[C77] arguments in nested arrows own", () => function () { return (() => (() => arguments.length)())(); }, 1, 2);
same("[C94] super property assignment", () => { class A {} class B extends A { m() { super.x = 4; return this.x; } } return () => new B().m(); });
same("[C94] super in a method of an object, whose base is a variable", () => { const base = { k() { return "k"; } }; const o = { __proto__: base, m() { return super.k(); } }; return () => o.m(); });
same("[C67] class expression in extends clause", () => { class B extends (class { k() { return 1; } }) { m() { return super.k(); } } return () => new B().m(); });
same("[C67] class extends call with side effects", () => { const log = []; const mk = () => { log.push(1); return class { k() { return log.length; } }; }; class B extends mk() {} return () => new B().k(); });
refused("[C85] extends a bound/proxy", /a function or class whose prototype is a Proxy/, () => { const P = new Proxy(class { k() { return 1; } }, {}); class B extends P {} return () => new B().k(); });
same("[C70] Object.groupBy null proto", () => { const o = { __proto__: null, a: [1] }; return () => [Object.getPrototypeOf(o), o.a]; });
same("[C71] Array of Array.fromAsync style", () => { const a = Array.from({ length: 3 }, (_, i) => i); return () => a; });
refused("[C85] arraybuffer transferred (detached)", /a detached ArrayBuffer/, () => { const b = new ArrayBuffer(8); const v = new Uint8Array(b); structuredClone(b, { transfer: [b] }); return () => v.length; });
same("[C71] Float16Array or none", () => { const F = globalThis.Float16Array; const v = F ? new F([1.5]) : new Float32Array([1.5]); return () => v[0]; });
refused("[C85] module-level class with static private used by helper", /a function or class with a static private field, whose value nothing o/, () => { class K { static #all = new Map(); static add(k) { K.#all.set(k, 1); return K.#all.size; } } return () => K.add(1); });
same("[C71] frozen captured array mutated by copy", () => { const a = Object.freeze([3, 1, 2]); return () => a.toSorted?.() ?? [...a].sort(); });
same("[C77] label function", () => sloppy("(function () { foo: function g() { return 1; } return g(); })"));
same("[C77] duplicate param sloppy", () => sloppy("(function (a, a) { return a; })"), 1, 2);
same("[C77] sloppy this boxed", () => sloppy("(function () { return typeof this; })"));
same("[C77] sloppy undeclared read", () => sloppy("(function () { return typeof undeclaredThing; })"));
refused("[C81] delete of captured", /assigns the captured variable "x"/, () => sloppy("(function () { var x = 1; return function () { return delete x; }; })")());
same("[C77] octal and legacy escapes", () => sloppy("(function () { return 010 + '\\101'; })"));

// Names around themselves, the process, mixins, and more objects

same("[C67] class expression that names its variable", () => { const A = class { static make() { return new A(); } n = 1; }; return () => [A.make().n, A.make() instanceof A, A.name]; });
same("[C67] named class expression of another name, both", () => { const A = class B { static both() { return A === B; } }; return () => A.both(); });
same("[C77] two names for itself", () => { const f = () => [f === g, g.name]; const g = f; return f; });
same("[C77] anonymous that refers to itself", () => { let f; f = ((x) => x)(() => [f.name, typeof f]); return f; });
same("[C77] self with deleted name", () => { const f = () => Object.hasOwn(f, "name"); delete f.name; return f; });
same("[C77] self by let in sloppy", () => sloppy("(function () { var let = function (n) { return n ? let(n - 1) : 'done'; }; return let; })")(), 2);
same("[C77] self named await in sloppy", () => sloppy("(function () { const await = (n) => n ? await(n - 1) : 'done'; return await; })")(), 2);
same("[C77] dollars everywhere", () => { const $ = 1, $$ = 2, $$$ = 3, $0 = 4, $1 = 5, $$0 = 6; const f = (n) => n ? f(n - 1) : [$, $$, $$$, $0, $1, $$0, `$${$0}$$$$`]; return f; }, 1);
same("[C77] async self", () => { const f = async (n) => n ? f(n - 1) : "end"; return f; }, 3);
same("[C77] generator self", () => { const f = function* (n) { yield n; if (n) yield* f(n - 1); }; return (n) => [...f(n)]; }, 3);
same("[C77] method self through object", () => { const o = { m(n) { return n ? o.m(n - 1) : "end"; }, get g() { return o; } }; return () => [o.m(2), o.g === o]; });
same("[C77] method that names itself by variable", () => { const { m } = { m(n) { return n ? m(n - 1) : "end"; } }; return m; }, 2);
same("[C77] getter that names itself", () => { const { get } = Object.getOwnPropertyDescriptor({ get x() { return get.name; } }, "x"); return () => get(); });
same("[C67] mutual classes and functions", () => { const f = () => new A().m(); class A { m() { return g(); } } const g = () => typeof f + typeof A; return f; });
same("[C70] base that is late", () => { class A { static sub() { return B; } } class B extends A { static up() { return super.sub() === B; } } return () => B.up(); });
same("[C67] class self in static arrow and default param", () => { class A { static f = (x = A) => x === A; } return () => A.f(); });
same("[C77] derived of itself's static", () => { class A { static K = class extends A { k() { return 1; } }; } return () => new A.K() instanceof A; });
same("[C70] const name shadowing wrapper pieces: set", () => { const set = 1, value = 2, values = 3, make = 4; const f = (n) => n ? f(0) : [set, value, values, make]; return f; }, 1);
same("[C70] captured name 'use strict' function param arguments names", () => { const evaluate = 1; return sloppy("(function (evaluate) { return function () { return typeof arguments + evaluate; }; })")(evaluate); });
same("[C78] process.env delete and in", () => () => { process.env.QQ = 1; const a = "QQ" in process.env; delete process.env.QQ; return [a, "QQ" in process.env, process.env.QQ]; });
same("[C78] process.env spread, keys, JSON", () => () => [typeof { ...process.env }.PATH, Object.keys(process.env).length > 0, JSON.stringify(process.env).length > 2]);
same("[C78] process.env defineProperty", () => () => { Object.defineProperty(process.env, "Q2", { value: "x", writable: true, enumerable: true, configurable: true }); return process.env.Q2; });
same("[C78] process.env destructured", () => { const { env: { PATH } } = process; return () => typeof PATH; });
same("[C70] destructured process inside", () => () => { const { env, argv, pid } = process; return [typeof env.PATH, Array.isArray(argv), pid > 0]; });
same("[C78] process methods", () => () => [typeof process.uptime(), typeof process.memoryUsage().rss, typeof process.memoryUsage.rss(), process.version === own.version, typeof process.hrtime()[0], process.emitWarning.name]);
same("[C78] process.nextTick and exitCode", () => () => new Promise((resolve) => process.nextTick(resolve, "ticked")));
same("[C78] process namespace whole", () => { const p = proc; return () => [typeof p.env.PATH, Object.keys(p).includes("argv"), p.default === own]; });
same("[C78] process argv mutated", () => () => { process.argv.push("x"); const n = process.argv.at(-1); process.argv.pop(); return n; });
same("[C78] process whole assigned title-like", () => () => { const p = process; p.millraceTest = 5; const r = [p.millraceTest, process.millraceTest]; delete p.millraceTest; return [...r, p.millraceTest]; });
same("[C78] globalThis.process twice", () => () => [globalThis.process === process, globalThis.process.env === process.env]);
same("[C78] process.env captured as env var in object", () => { const config = { env: process.env, argv: process.argv }; return () => [config.env === process.env, config.argv === process.argv, typeof config.env.PATH]; });
same("[C94] mixin method that names its class", () => { const M = (B) => class X extends B { m() { return X.name + super.k(); } }; class P { k() { return "P"; } } class Q { k() { return "Q"; } } const A = M(P); const B = M(Q); return () => [new A().m(), new B().m()]; });
refused("[C94] mixin method that names its class, swapped", /a method with super whose object cannot be told/, () => { const M = (B) => class X extends B { m() { return X.t + super.k(); } }; class P { k() { return "P"; } } class Q { k() { return "Q"; } } const A = M(P); const B = M(Q); A.t = "a"; B.t = "b"; [A.prototype.m, B.prototype.m] = [B.prototype.m, A.prototype.m]; return () => [new A().m(), new B().m()]; });
same("[C94] mixin of mixins, applied once each", () => { const M1 = (B) => class extends B { m() { return "1" + super.m(); } }; const M2 = (B) => class extends B { m() { return "2" + super.m(); } }; class P { m() { return "P"; } } const A = M2(M1(P)); return () => new A().m(); });
same("[C94] mixin with Base.prototype.call", () => { const M = (B) => class extends B { m() { return "M" + B.prototype.m.call(this); } }; class P { m() { return "P"; } } class Q { m() { return "Q"; } } const A = M(P); const B = M(Q); return () => [new A().m(), new B().m()]; });
same("[C94] mixin constructors with super(), twice", () => { const M = (B) => class extends B { constructor(...a) { super(...a); this.x = 1; } }; class P {} class Q { constructor(q) { this.q = q; } } const A = M(P); const B = M(Q); return () => [new A(), new B(2)].map((o) => [o.x, o.q]); });
same("[C67] function constructors swapped prototypes", () => { function A() {} function B() {} A.prototype.k = 1; B.prototype.k = 2; [A.prototype, B.prototype] = [B.prototype, A.prototype]; return () => [new A().k, new B().k, new A().constructor === B]; });
same("[C67] class with non-writable static & symbol static", () => { const s = Symbol("s"); class A { static [s] = 1; } Object.defineProperty(A, "fixed", { value: 2 }); return () => [A[s], A.fixed, Object.getOwnPropertyDescriptor(A, "fixed").writable]; });
same("[C67] class name replaced statically", () => { class A { static name = "Other"; } return () => A.name; });
same("[C67] frozen function with prototype", () => { function F() {} F.prototype.k = 1; Object.freeze(F); return () => [new F().k, Object.isFrozen(F), Object.getOwnPropertyDescriptor(F, "prototype").writable]; });
same("[C67] bare function with non-writable prototype", () => { function F() {} Object.defineProperty(F, "prototype", { writable: false }); return () => [new F() instanceof F, Object.getOwnPropertyDescriptor(F, "prototype").writable]; });
same("[C67] constructor property not enumerable / fixed", () => { function F() {} Object.defineProperty(F.prototype, "constructor", { writable: false, enumerable: true }); return () => Object.getOwnPropertyDescriptor(F.prototype, "constructor").enumerable; });
same("[C67] deleted constructor of an old-style function", () => { function F() {} delete F.prototype.constructor; const f = new F(); return () => [f instanceof F, "constructor" in Object.getOwnPropertyDescriptors(F.prototype)]; });
same("[C67] class A whose prototype's constructor is deleted, class first", () => { class A { m() { return 1; } } delete A.prototype.constructor; return () => [new A().m(), new A() instanceof A, Object.hasOwn(A.prototype, "constructor")]; });
same("[C67] class A whose constructor says B, class first", () => { class B {} class A { m() { return 1; } } A.prototype.constructor = B; return () => [new A().m(), new A().constructor === B]; });
same("[C67] array subclass instance with holes and private-free", () => { class L extends Array {} const l = new L(3); l[1] = 5; return () => [l.length, 0 in l, l instanceof L]; });
same("[C67] error subclass with accessor message", () => { class E extends Error { get message() { return "dyn"; } } const e = new E("x"); return () => [e.message, e instanceof E]; });
same("[C71] Map whose key is a function of the graph", () => { const k = () => 1; const m = new Map([[k, 2]]); return () => m.get(k); });
same("[C67] Set of classes", () => { class A {} class B {} const s = new Set([A, B]); return () => [s.has(A), s.size]; });
same("[C71] Symbol registry vs own of same text", () => { const a = Symbol("x"); const b = Symbol("x"); const o = { [a]: 1, [b]: 2 }; return () => [o[a], o[b], a !== b]; });
same("[C67] date subclass", () => { class D extends Date { y() { return this.getUTCFullYear(); } } const d = new D(0); return () => d.y(); });
same("[C71] typed array frozen empty, DataView offset", () => { const t = new Uint8Array(0); Object.preventExtensions(t); return () => Object.isExtensible(t); });
same("[C71] two buffers over pool", () => { const a = Buffer.from("ab"); const b = Buffer.from("cd"); return () => [a.toString(), b.toString(), a.buffer === b.buffer]; });
same("[C71] subarray sharing", () => { const t = new Float32Array(8); const s = t.subarray(2, 4); t[2] = 7; return () => [s[0], s.buffer === t.buffer, s.byteOffset]; });
refused("[C85] Intl with own property", /an instance of Intl\.NumberFormat/, () => { const n = new Intl.NumberFormat("de"); n.extra = 1; return () => n.extra; });
refused("[C85] URL with own property", /an instance of URL/, () => { const u = new URL("http://a/"); u.extra = 1; return () => u.extra; });
refused("[C85] URL subclass", /an instance of URL/, () => { class U extends URL { hi() { return this.host; } } const u = new U("http://a/"); return () => u.hi(); });
refused("[C85] Intl bound getter format", /a native function to which no path leads/, () => { const f = new Intl.NumberFormat("de").format; return () => f(1.5); });
same("[C71] regexp with sticky state and named groups", () => { const r = /(?<a>x)/y; r.lastIndex = 1; return () => r.exec("xx")?.groups.a; });
same("[C71] string object with props", () => { const s = Object.assign(new String("ab"), { z: 1 }); return () => [s.length, s.z, s[0]]; });
same("[C71] array-like arguments copy", () => { const a = (function () { return [...arguments]; })(1, 2); return () => a; });
same("[C71] object with integer-like keys order", () => { const o = { b: 1, 2: 2, a: 3, 1: 4 }; return () => Object.keys(o); });
same("[C71] accessor on array index", () => { const a = [1]; Object.defineProperty(a, 0, { get: () => 9 }); return () => a[0]; });
refused("[C76] Object.prototype polluted", /uses \.polluted, which the program has added to a built-in/, () => { Object.prototype.polluted = 7; entries.restore = () => { delete Object.prototype.polluted; }; return () => ({}).polluted; });
refused("[C76] Array.prototype extended", /uses \.extra9, which the program has added to a built-in/, () => { Array.prototype.extra9 = function () { return this.length; }; entries.restore = () => { delete Array.prototype.extra9; }; return () => [1, 2].extra9(); });
same("[C67] Function.prototype.call replaced", () => { const old = Function.prototype.call; Function.prototype.call = function (...a) { return Reflect.apply(old, this, a); }; entries.restore = () => { Function.prototype.call = old; }; return (f) => 1; });
refused("[C76] global added to builtin: Math.tau", /Math\.tau9, which the program has added/, () => { Math.tau9 = 6.28; entries.restore = () => { delete Math.tau9; }; return () => Math.tau9; });
same("[C71] JSON.rawJSON object", () => { const j = JSON.rawJSON ? JSON.rawJSON("1") : { j: 1 }; return () => typeof j; });
same("[C67] Symbol.prototype description etc", () => { const { description } = Symbol("q"); return () => description; });
refused("[C85] a URL and its searchParams", /a URL, or the searchParams of one, of which the other is captured too/, () => { const u = new URL("http://a/?x=1"); const p = u.searchParams; return () => u.searchParams === p; });
refused("[C85] the searchParams of a URL, then the URL", /a URL, or the searchParams of one, of which the other is captured too/, () => { const u = new URL("http://a/?x=1"); const held = { p: u.searchParams, u }; return () => held.u.searchParams === held.p; });
same("[C71] the searchParams of a URL that does not come along", () => { const p = new URL("http://a/?x=1").searchParams; return () => p.get("x"); });

// Methods of the same text in other places

class TopP { k() { return "P"; } } class TopQ { k() { return "Q"; } }
class TopA extends TopP { m() { return super.k(); } } class TopB extends TopQ { m() { return super.k(); } }
TopA.prototype.m = TopB.prototype.m;
class TopC { m() { return topx(); } } const topx = () => 1; class TopD { static { const topx = () => 2; TopD.E = class { m() { return topx(); } }; } }
TopC.prototype.m = TopD.E.prototype.m;
refused("[C94] top-level classes with the same method text, moved, with super", /a method with super whose object cannot be told/, () => () => new TopA().m());
same("[C67] top-level class given a method of the same text from another", () => () => new TopC().m());

// Proxies whose every trap throws: none runs, wherever they stand

const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, () => { throw new Error(`the trap ${name} ran`); }]));
for (const [place, put] of Object.entries({
  "as the function itself": (p) => p,
  "in a variable": (p) => () => p,
  "in an object": (p) => { const o = { p }; return () => o.p; },
  "as a prototype": (p) => { const o = Object.create(p); return () => o; },
  "as a constructor property": (p) => { const o = { constructor: p }; return () => o; },
  "as the constructor property of a prototype": (p) => { class A {} A.prototype.constructor = p; const a = new A(); return () => a; },
  "as the prototype property of a function": (p) => { const f = function () {}; f.prototype = p; return () => f; },
  "as the prototype of a function": (p) => { const f = Object.setPrototypeOf(() => 1, p); return () => f; },
  "as the base of a class": (p) => { class A {} Object.setPrototypeOf(A, p); return () => A; },
  "on the global object": (p) => { globalThis.spied = p; entries.restore = () => { delete globalThis.spied; }; return () => spied; },
  "as a key of a Map": (p) => { const m = new Map([[p, p]]); return () => m; },
  "as a getter": (p) => { const o = Object.defineProperty({}, "x", typeof p === "function" ? { get: p } : { value: p }); return () => o; },
  "in a variable that looks like a module": (p) => { const import_x = p; return () => import_x.y; },
})) {
  refused(`[C69] a Proxy of a function, ${place}`, /a Proxy/, () => put(new Proxy(function () {}, traps)));
  refused(`[C69] a Proxy of an object, ${place}`, /a Proxy/, () => put(new Proxy({}, traps)));
}
