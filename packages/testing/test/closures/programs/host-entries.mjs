// More of the corpus: built-ins that the program changed, rare forms of what the language has, objects of the host.
import assert from "node:assert";
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { createSecretKey, webcrypto } from "node:crypto";
import { EventEmitter } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { debuglog, inherits, inspect, promisify, types } from "node:util";
import vm from "node:vm";
import zlib from "node:zlib";

export const entries = [];

function same(name, make, ...args) {
  entries.push({ name, make, args });
}

function refused(name, pattern, make) {
  entries.push({ name, make, args: [], pattern });
}

/** Some versions of Node.js do not have the thing; there the entry captures nothing of it. */
function refusedWith(thing, name, pattern, make) {
  if (thing) refused(name, pattern, make);
  else same(name, make);
}

const sloppy = (text) => (0, eval)(text);

// Built-ins that the program added to, replaced or set

/** Makes an entry that changes a property of a built-in for as long as it is captured. */
function changing(holder, key, descriptor, make) {
  return () => {
    const old = Object.getOwnPropertyDescriptor(holder, key);
    Object.defineProperty(holder, key, { configurable: true, writable: true, ...descriptor });
    entries.restore = () => (old === undefined ? delete holder[key] : Object.defineProperty(holder, key, old));
    return make();
  };
}

refused("[C76] a number that was added to Math", /the built-in Math\.tau9, which the program has added/, changing(Math, "tau9", { value: 6.28, enumerable: true }, () => () => Math.tau9));
refused("[C76] Math as a whole, to which a number was added", /Math\.tau9, which the program has added/, changing(Math, "tau9", { value: 6.28 }, () => { const m = Math; return () => m.tau9; }));
same("[C76] another member of Math, to which a number was added", changing(Math, "tau9", { value: 6.28 }, () => () => Math.max(1, 2)));
refused("[C76] a setting that was added to JSON", /JSON\.mine, which the program has added/, changing(JSON, "mine", { value: 5 }, () => () => JSON.mine));
refused("[C76] a symbol that was added to Symbol", /Symbol\.mine, which the program has added/, changing(Symbol, "mine", { value: Symbol("mine") }, () => () => typeof Symbol.mine));
refused("[C76] a static method that was added, by destructuring", /Date\.zero, which the program has added/, changing(Date, "zero", { value: () => 0 }, () => () => { const { zero } = Date; return zero; }));
refused("[C76] a hidden method that was added to arrays", /uses \.last9, which the program has added to a built-in/, changing(Array.prototype, "last9", { value() { return this.at(-1); } }, () => () => typeof [1, 2].last9));
refused("[C76] a property that was added to every object", /uses \.extra9, which the program has added to a built-in/, changing(Object.prototype, "extra9", { value: 7 }, () => () => ({}).extra9));
refused("[C76] a method that was added to iterators", /uses \.extra9, which the program has added/, changing(Object.getPrototypeOf([][Symbol.iterator]()), "extra9", { value: () => 1 }, () => () => [].values().extra9));
refused("[C76] toJSON that was added to Maps, where JSON is written", /uses \.toJSON, which the program has added/, changing(Map.prototype, "toJSON", { value() { return [...this]; } }, () => () => JSON.stringify(new Map([[1, 2]]))));
same("[C76] toJSON that was added to Maps, where none is written", changing(Map.prototype, "toJSON", { value() { return [...this]; } }, () => () => new Map([[1, 2]]).size));
refused("[C76] an iterator that was added to numbers", /has added the built-in Number\.prototype\.Symbol\(Symbol\.iterator\), which code uses/, changing(Number.prototype, Symbol.iterator, { value: function* () {} }, () => () => [...5]));
refused("[C76] toString that was added to Maps", /has added the built-in Map\.prototype\.toString/, changing(Map.prototype, "toString", { value: () => "mine" }, () => () => `${new Map()}`));
refused("[C76] a method of the console that was replaced", /the built-in console\.debug, which the program has replaced/, changing(console, "debug", { value: () => "mine", enumerable: true }, () => () => console.debug("x")));
refused("[C76] a method of the process that was replaced", /the built-in process\.cwd, which the program has replaced/, changing(process, "cwd", { value: () => "/mine", enumerable: true }, () => () => process.cwd()));
same("[C76] another method of the console than the replaced one", changing(console, "debug", { value: () => "mine", enumerable: true }, () => () => typeof console.log));
refused("[C76] a setting of a built-in", /Buffer\.poolSize, which the program has replaced/, changing(Buffer, "poolSize", { value: 16, enumerable: true }, () => () => Buffer.poolSize));
same("[C76] the hooks of errors are those of the worker", changing(Error, "prepareStackTrace", { value: () => "mine" }, () => () => new Error("x").message));

// Rare forms

same("[C71] Atomics on an array that is not shared", () => { const s = new Int32Array(4); return () => Atomics.add(s, 0, 0); });
same("[C71] an error that suppressed another", () => { const s = globalThis.SuppressedError ? new SuppressedError(new Error("a"), new Error("b"), "m") : 0; return () => s && [s.error.message, s.suppressed.message, s.message]; });
same("[C68] an error without its stack", () => { const e = new Error("x"); delete e.stack; return () => "stack" in e; });
same("[C71] an error whose stack was written", () => { const e = new Error("x"); e.stack = "custom"; return () => e.stack; });
same("[C71] an object that was given a stack", () => { const o = {}; Error.captureStackTrace(o); return () => [typeof o.stack, Object.keys(o)]; });
same("[C68] which keys of an error are seen", () => { const e = new TypeError("x", { cause: 5 }); return () => [Reflect.ownKeys(e).sort(), e.cause, Object.keys(e)]; });
same("[C68] a frozen error", () => { const e = Object.freeze(new Error("x")); return () => [Object.isFrozen(e), e.message]; });
same("[C71] an error with the prototype of objects", () => { const e = Object.setPrototypeOf(new Error("x"), Object.prototype); return () => [Object.prototype.toString.call(e), types.isNativeError(e)]; });
same("[C71] errors that cause each other", () => { const a = new Error("a"); const b = new Error("b", { cause: a }); a.cause = b; return () => [a.cause.message, a.cause.cause === a]; });
same("[C71] an AggregateError that was given one more", () => { const a = new AggregateError([1], "m"); a.errors.push(2); return () => [a.errors, Object.getOwnPropertyDescriptor(a, "errors").enumerable]; });
same("[C71] a subclass of AggregateError", () => { class X extends AggregateError { n() { return this.errors.length; } } const x = new X([new Error("a")], "m"); return () => [x.n(), x.name, x instanceof AggregateError]; });
same("[C71] an error of the file system", () => { let err; try { fs.readFileSync("/nope"); } catch (e) { err = e; } return () => [err.code, err.errno, err.message]; });
same("[C71] a Map without prototype", () => { const m = Object.setPrototypeOf(new Map([[1, 2]]), null); return () => Map.prototype.get.call(m, 1); });
same("[C71] an array without prototype", () => { const m = Object.setPrototypeOf([1, 2], null); return () => [Array.isArray(m), m.length]; });
same("[C71] an array with another prototype", () => { const m = Object.setPrototypeOf([1, 2], { hi() { return this.length; } }); return () => m.hi(); });
same("[C71] a Date with a method of its own", () => { const d = new Date(0); d.toString = () => "own"; return () => `${d}`; });
same("[C71] a RegExp with a method of its own", () => { const r = /a/; r.exec = () => null; return () => r.test("a"); });
same("[C71] a subclass of RegExp", () => { class R extends RegExp { test(s) { return !super.test(s); } } const r = new R("a", "g"); return () => r.test("a"); });
same("[C68] a frozen RegExp", () => { const r = Object.freeze(/a/); return () => [r.lastIndex, Object.isFrozen(r)]; });
same("[C71] a RegExp whose lastIndex is an object", () => { const r = /a/g; r.lastIndex = { valueOf() { return 0; } }; return () => typeof r.lastIndex; });
same("[C71] a RegExp that was compiled again", () => { const r = /a/; r.compile("b", "g"); return () => [r.source, r.flags]; });
same("[C71] an empty RegExp", () => { const r = new RegExp(""); return () => [r.source, r.test("")]; });
same("[C71] a RegExp of a line separator", () => { const r = new RegExp("\u2028"); return () => [r.source, r.test("\u2028")]; });
same("[C71] a subclass of Boolean", () => { class B extends Boolean { no() { return !this.valueOf(); } } const b = new B(true); return () => b.no(); });
same("[C70] an object with a method named then", () => { const t = { then(f) { f(5); } }; return async () => await t; });
same("[C71] a subclass of Float64Array with a field", () => { class V extends Float64Array { unit = "m"; norm() { return Math.hypot(...this); } } const v = new V([3, 4]); return () => [v.norm(), v.unit, v instanceof V]; });
same("[C68] a frozen array with an accessor", () => { const a = [1, 2, 3]; Object.defineProperty(a, 1, { get() { return this.length; }, enumerable: true }); Object.freeze(a); return () => [...a]; });
same("[C68] an array with a key that is no index", () => { const a = [1]; a[4294967295] = 2; return () => [a.length, Object.keys(a)]; });
same("[C68] the order of keys", () => { const o = { z: 1, [Symbol.for("a")]: 2, 5: 1, "-1": 3, "05": 4 }; return () => Reflect.ownKeys(o).map(String); });
same("[C68] an own property named __proto__", () => { const o = Object.defineProperty({}, "__proto__", { value: 5, enumerable: true }); return () => [Object.keys(o), o.__proto__]; });
same("[C67] an instance that was given to another class", () => { class A { m() { return "A"; } } class B { m() { return "B"; } } const a = Object.setPrototypeOf(new A(), B.prototype); return () => [a.m(), a instanceof B]; });
same("[C67] an object whose prototype is an instance", () => { class A { get x() { return this.y; } } const a = Object.create(new A(), { y: { value: 5 } }); return () => a.x; });
same("[C67] a getter with a symbol as key, on a prototype", () => { const s = Symbol("g"); class A {} Object.defineProperty(A.prototype, s, { get() { return 9; } }); const a = new A(); return () => a[s]; });
same("[C67] a generator function with a property", () => { function* g() { yield g.extra; } g.extra = 5; return () => [...g()]; });
same("[C77] an async generator method for for await", () => { const o = { async *[Symbol.asyncIterator]() { yield 1; yield* [2, 3]; } }; return async () => { const r = []; for await (const x of o) r.push(x); return r; }; });
same("[C77] the strings of a template that is evaluated there", () => { const tag = (s) => s; return () => { const f = () => tag`a${1}b`; return [f() === f(), f().raw, Object.isFrozen(f())]; }; });
same("[C77] a static method that calls a private one", () => { class A { static #h(x) { return x * 2; } static run(x) { return this.#h(x); } } return (x) => A.run(x); }, 4);
same("[C67] fields that refer to a captured object", () => { const d = { n: 1 }; class A { x = d; y = () => this.x.n; } return () => { const a = new A(); return [a.y(), a.x === d]; }; });
same("[C77] a function that calls itself through arguments", () => sloppy("(function (n) { return n ? arguments.callee(n - 1) + 1 : 0; })"), 3);
same("[C77] two parameters of one name", () => sloppy("(function (a, a) { return a; })"), 1, 2);
same("[C77] a comment of HTML in a script", () => sloppy("(function () { return 1 <!-- x\n; })"));
same("[C77] code made by Function", () => new Function("a", "b", "return a + b"), 1, 2);
same("[C77] code made by the constructor of async functions", () => new (async () => {}).constructor("a", "return await a"), 5);
same("[C77] code made by Function, with comments among its parameters", () => new Function("a /* , */", "b = 2 // c\n", "return a + b"), 1);
same("[C77] code made by the constructor of generators", () => { const g = new (function* () {}.constructor)("yield 1; yield 2"); return () => [...g()]; });
same("[C94] super in an object with another as its prototype", () => { const base = { hi() { return "base"; } }; const o = { __proto__: base, hi() { return "o" + super.hi(); } }; return () => o.hi(); });
same("[C94] an assignment to super", () => { class P { set v(x) { this._v = x; } } class Q extends P { set v(x) { super.v = x * 2; } get v() { return this._v; } } return () => { const q = new Q(); q.v = 4; return q.v; }; });
same("[C70] variables of a switch that functions share", () => { const r = []; switch (1) { case 1: let a = 1; r.push(() => a); case 2: let b = 2; r.push(() => a + b); } return () => r.map((f) => f()); });
same("[C70] a var in a catch clause, with the name of its parameter", () => { var e = "outer"; let f; try { throw "inner"; } catch (e) { var e = "changed"; f = () => e; } return () => [f(), e]; });
same("[C67] a class in a default parameter", () => { const f = (C = class { m() { return f.length; } }) => new C().m(); return f; });
same("[C67] inheritance by util.inherits", () => { function A() { EventEmitter.call(this); } inherits(A, EventEmitter); A.prototype.m = function () { return this instanceof EventEmitter; }; return () => new A().m(); });
same("[C67] a subclass of EventEmitter that is instantiated there", () => { class A extends EventEmitter { m() { let n = 0; this.on("x", () => n++); this.emit("x"); return n; } } return () => new A().m(); });
same("[C62] a member of a member of a module of Node.js", () => { const { strict } = assert; return () => typeof strict.equal; });
same("[C62] a function of an inner module of Node.js", () => { const { posix: { join } } = path; return () => join("a", "b"); });
refused("[C85] the performance of the process", /the class Performance/, () => { const p = performance; return () => typeof p.now(); });
same("[C62] crypto by its module", () => () => typeof webcrypto.randomUUID());
same("[C71] what structuredClone made", () => { const o = structuredClone({ d: new Date(3), m: new Map([[1, { x: 1 }]]) }); return () => [o.d.getTime(), o.m.get(1).x]; });
same("[C72] a boxed symbol of its own", () => { const s = Object(Symbol("u")); return () => s.description; });
same("[C72] a symbol as a key of a Map and of an object", () => { const s = Symbol("u"); const m = new Map([[s, 1]]); const o = { [s]: 2 }; return () => [m.get(s), o[s]]; });
same("[C71] a bigint of four thousand bits", () => { const b = 2n ** 4000n; return () => b.toString(36).length; });
same("[C71] keys of lone surrogates", () => { const o = { "\ud800": 1, "\udc00\ud800": 2 }; return () => Object.keys(o).map((k) => k.charCodeAt(0)); });
same("[C71] the bits of NaN", () => { const f = new Float64Array(1); new Uint32Array(f.buffer).set([1, 0x7ff80000]); return () => [...new Uint32Array(f.buffer)]; });
same("[C71] what Object.groupBy made", () => { const o = Object.groupBy ? Object.groupBy([1, 2], (x) => (x % 2 ? "a" : "b")) : Object.create(null); return () => [Object.getPrototypeOf(o), o.a]; });
same("[C71] the result of a RegExp with groups and indices", () => { const m = /(?<x>a)/d.exec("ba"); return () => [m.index, m.groups.x, m.input, m.indices[0], m.indices.groups.x]; });
same("[C68] a function with its own toString", () => { const f = () => 1; f.toString = () => "fake"; return () => [String(f), f()]; });
same("[C68] a function without prototype", () => { const f = Object.setPrototypeOf((x) => x + 1, null); return (x) => f(x); }, 1);
same("[C67] a class whose prototype is null", () => { class A { static m() { return 1; } } Object.setPrototypeOf(A, null); return () => A.m(); });
same("[C67] a constructor that returns another object", () => { const single = { n: 1 }; class A { constructor() { return single; } } return () => new A() === single; });
same("[C71] an array that was made for another class", () => { function Foo() {} const a = Reflect.construct(Array, [1, 2], Foo); return () => [Array.isArray(a), a instanceof Foo, a.length]; });
same("[C63] the prototype of iterators", () => { const ip = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())); return () => ip === Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())); });
same("[C63] the getter of caller", () => { const t = Object.getOwnPropertyDescriptor(Function.prototype, "caller")?.get; return () => typeof t; });
same("[C71] Intl.NumberFormat with rare options", () => { const s = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3, signDisplay: "exceptZero", useGrouping: "min2", roundingMode: "floor", trailingZeroDisplay: "stripIfInteger" }); return () => [1234.5, -0, 9999, 1e6].map((x) => s.format(x)); });
same("[C71] Intl.DateTimeFormat with another calendar", () => { const s = new Intl.DateTimeFormat("ja-u-ca-japanese", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }); return () => s.format(new Date(0)); });
same("[C71] Intl.Collator with options in its locale", () => { const s = new Intl.Collator(["de-u-co-phonebk", "en"], { caseFirst: "upper", ignorePunctuation: true }); return () => [s.compare("ä", "a"), s.resolvedOptions().collation]; });
same("[C71] Intl.NumberFormat of money", () => { const s = new Intl.NumberFormat("fr", { style: "currency", currency: "USD", currencyDisplay: "name", currencySign: "accounting", minimumFractionDigits: 0 }); return () => [s.format(-5), s.formatToParts(1).length]; });
same("[C71] Intl.NumberFormat of a unit", () => { const s = new Intl.NumberFormat("en", { style: "unit", unit: "liter-per-kilometer", unitDisplay: "long" }); return () => s.format(16); });
same("[C71] Intl.PluralRules with digits", () => { const s = new Intl.PluralRules("en", { minimumFractionDigits: 1 }); return () => s.select(1); });
same("[C71] Intl.DisplayNames without fallback", () => { const s = new Intl.DisplayNames("en", { type: "language", languageDisplay: "standard", fallback: "none" }); return () => [s.of("en-GB"), s.of("xx-XX")]; });
same("[C71] Intl.NumberFormat whose function was taken before", () => { const s = new Intl.NumberFormat("de"); s.format; return () => [1.5].map(s.format); });
same("[C71] a URL with everything in it", () => { const u = new URL("https://a%20b:c@xn--e1afmkfd.com/%7Efoo/?q=%E2%82%AC#é"); return () => u.href; });
same("[C71] JSON with keys that mean something", () => { const o = JSON.parse('{"__proto__": {"x": 1}, "constructor": 5}'); return () => [Object.keys(o), o.constructor, o.x]; });
same("[C71] an object that says another constructor", () => { const o = { constructor: Map }; return () => [o.constructor === Map, Object.getPrototypeOf(o) === Object.prototype]; });
same("[C71] an object that says another tag", () => { const o = { [Symbol.toStringTag]: "Map", size: 3 }; return () => Object.prototype.toString.call(o); });
same("[C67] a class with well-known symbols", () => { class A { static get [Symbol.species]() { return Map; } get [Symbol.unscopables]() { return { x: true }; } } return () => [A[Symbol.species] === Map, new A()[Symbol.unscopables].x]; });
same("[C67] a class that holds itself", () => { class A { static me = this; static n = this.name; } return () => [A.me === A, A.n]; });
same("[C67] a static property that stays", () => { class A {} Object.defineProperty(A, "k", { value: [1], enumerable: false }); return () => [A.k, Object.keys(A)]; });
same("[C67] the order of the keys of a class", () => { class A { static z = 1; static a() {} static 5 = 1; static [Symbol.for("q")] = 2; } A.later = 1; return () => Reflect.ownKeys(A).map(String); });
same("[C67] the order of the keys of a prototype", () => { class A { z() {} a() {} get q() { return 1; } 5() {} } A.prototype.late = 1; return () => Reflect.ownKeys(A.prototype).map(String); });
same("[C67] a class whose variable was given to another", () => { let A = class A { m() { return A.t; } static t = 1; }; const old = A; A = { t: 2 }; return () => new old().m(); });
same("[C67] a class that knows itself by its own name", () => sloppy("(() => { class A { m() { return A; } } const K = A; A = 5; return () => new K().m() === K; })()"));
same("[C67] static accessors", () => { class A { static _x = 1; static get x() { return A._x; } static set x(v) { A._x = v; } } return () => A.x; });
same("[C67] a class that was wrapped into another", () => { const wrap = (C) => ({ [C.name]: class extends C { extra() { return super.base() + 1; } } })[C.name]; class A { base() { return 1; } } const B = wrap(A); return () => [new B().extra(), B.name]; });
same("[C67] a base that an expression gives", () => { const L = [class { a() { return 1; } }]; class B extends L[0] { a() { return super.a() + 1; } } return () => new B().a(); });
same("[C67] a base that a call gives", () => { let calls = 0; const mk = () => { calls++; return class { v() { return 3; } }; }; class B extends mk() { v() { return super.v() + 1; } } const c = calls; return () => [new B().v(), c]; });
same("[C67] a static method that was patched in the base", () => { class A { static s() { return "A"; } } class B extends A {} A.s = () => "patched"; return () => B.s(); });
same("[C67] a private generator method", () => { class A { *#gen() { yield 1; yield 2; } [Symbol.iterator]() { return this.#gen(); } } return () => [...new A()]; });
same("[C67] an inner class that reads private fields of an outer one", () => { class Out { #o = 1; In = class { r(o) { return o.#o; } }; } return () => { const o = new Out(); return new o.In().r(o); }; });
same("[C77] a method with a bigint as key", () => { const o = { 1n() { return "big"; } }; return o[1]; });
same("[C77] a method with escapes in its key", () => ({ "a\u{1F600}\n"() { return 1; } })["a😀\n"]);
same("[C77] names with escapes", () => { const \u0061bc = 3; return () => abc + \u{61}bc; });
same("[C67] a private name with escapes", () => { class A { #\u0061 = 1; g() { return this.#a; } } return () => new A().g(); });
same("[C77] a tagged template with invalid escapes", () => { const t = (s) => [s[0], s.raw[0]]; return () => t`\unicode`; });
same("[C77] a function named by a symbol", () => { const s = Symbol("desc"); const o = { [s]() {} }; return () => o[s].name; });
same("[C77] name and length of an async generator", () => { const o = { async *["x y"](a, b = 1, ...c) {} }; const f = o["x y"]; return () => [f.name, f.length]; });
same("[C70] a parameter with the name of a global", () => ((Math) => () => Math.max)({ max: 7 }));
same("[C70] a variable named undefined", () => sloppy("(function () { var undefined = 5; return () => undefined; })()"));
refused("[C85] a variable named arguments", /the arguments of the function around/, () => sloppy("(function () { var arguments = 5; return () => arguments; })()"));
same("[C70] a variable named eval", () => sloppy("(function (eval) { return () => eval + 1; })(1)"));
same("[C75] functions, classes and variables of another script", () => { vm.runInThisContext("var replVar = 3; let replLet = 4; class ReplClass { m() { return replVar + replLet; } }; function replFn() { return new ReplClass().m(); }"); return () => replFn(); });
same("[C75] a constant of a script with the name of a global", () => { vm.runInThisContext("const btoa = (x) => 'mine' + x;"); return vm.runInThisContext("(x) => btoa(x)"); }, "q");
same("[C71] two Buffers of one memory", () => { const a = Buffer.alloc(8); const b = a.subarray(2, 4); a[2] = 9; return () => [b[0], a.buffer === b.buffer]; });
same("[C71] a subclass of DataView", () => { class DV extends DataView { first() { return this.getUint8(0); } } const d = new DV(new Uint8Array([7]).buffer); return () => d.first(); });
same("[C71] the order of a Set", () => { const s = new Set([3, 1, -0, 2]); s.delete(1); s.add(1); return () => [...s].map((x) => Object.is(x, -0) ? "-0" : x); });
same("[C67] a frozen object with a secret around it", () => { const make = () => { const secret = 5; return Object.freeze({ get: () => secret }); }; const o = make(); return () => [o.get(), Object.isFrozen(o)]; });
same("[C67] an object that shows itself in its own way", () => { class M { [inspect.custom]() { return "M!"; } } const m = new M(); return () => inspect(m); });
same("[C67] an instance that says its own JSON", () => { class M { constructor(v) { this.v = v; } toJSON() { return { m: this.v }; } } const m = new M(3); return () => JSON.stringify({ m, d: new Date(0) }); });
same("[C60] an instance in its own Map and Set", () => { class N { constructor() { this.kids = new Set(); this.m = new Map(); } } const a = new N(); a.kids.add(a); a.m.set(a, a.kids); return () => [a.kids.has(a), a.m.get(a) === a.kids]; });
same("[C77] import() of a module of Node.js", () => async () => typeof (await import("node:fs")).readFileSync);
same("[C77] import() of a captured name", () => { const which = "node:path"; return async () => (await import(which)).basename("/a/b"); });
same("[C63] setTimeout in a variable", () => { const st = setTimeout; return () => new Promise((r) => st(r, 1, "done")); });
same("[C60] arrays nested 50,000 deep", () => { let a = []; for (let i = 0; i < 50000; i++) a = [a]; return () => { let n = 0, b = a; while (b.length) { b = b[0]; n++; } return n; }; });
same("[C77] a deep recursion", () => (n) => { const f = (k) => (k ? f(k - 1) + 1 : 0); return f(n); }, 5000);

refused("[C85] an AsyncLocalStorage", /the class AsyncLocalStorage/, () => { const als = new AsyncLocalStorage(); return () => als.getStore(); });
refused("[C85] an AsyncResource", /the class AsyncResource/, () => { const r = new AsyncResource("x"); return () => r.asyncId() > 0; });
refused("[C85] a function with an asynchronous context", /a function of Node\.js/, () => AsyncLocalStorage.bind(() => 1));
refused("[C85] a KeyObject", /the class SecretKeyObject/, () => { const k = createSecretKey(Buffer.from("abc")); return () => k.symmetricKeySize; });
refused("[C85] a File", /the class File/, () => { const f = new File(["a"], "n"); return () => f.name; });
refused("[C85] a view of a detached ArrayBuffer", /a detached ArrayBuffer/, () => { const b = new ArrayBuffer(8); const v = new Uint8Array(b); structuredClone(b, { transfer: [b] }); return () => [v.length, v.byteLength]; });
refused("[C85] a detached ArrayBuffer", /a detached ArrayBuffer/, () => { const b = new ArrayBuffer(8); structuredClone(b, { transfer: [b] }); return () => b.byteLength; });
refused("[C85] a lock", /a SharedArrayBuffer/, () => { const s = new Int32Array(new SharedArrayBuffer(4)); return () => Atomics.wait(s, 0, 1); });
refused("[C85] an iterator helper", /an instance of (?:Array)?Iterator/, () => { const it = globalThis.Iterator ? Iterator.from([1, 2]).map((x) => x) : [1].values(); return () => it.next(); });
refused("[C85] a Buffer with a property", /an instance of Buffer/, () => { const b = Buffer.from("a"); b.tag = 1; return () => [b.tag, Buffer.isBuffer(b)]; });
refused("[C83] an array that is long and empty", /64 MiB/, () => { const a = []; a[4294967294 - 5] = 1; return () => [a.length, Object.keys(a)]; });
refused("[C85] a function that util.promisify made", /a function of Node\.js/, () => promisify((a, cb) => cb(null, a + 1)), 1);
refused("[C85] an instance of a subclass of EventEmitter", /the class EventEmitter/, () => { class A extends EventEmitter {} const a = new A(); return () => a.emit("x"); });
refused("[C85] a stream that packs", /the class Gzip/, () => { const z = zlib.createGzip(); return () => typeof z; });
refused("[C85] a console of its own", /the class Console/, () => { const c = new console.Console(process.stdout); return () => typeof c.log; });
refused("[C85] a logger of Node.js", /a function of Node\.js/, () => { const d = debuglog("x"); return () => typeof d; });
refused("[C85] a vm.Script", /the class Script/, () => { const s = new vm.Script("1"); return () => s.runInThisContext(); });
refused("[C85] a function of WebAssembly", /not where its script says|native function/, () => { const i = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,5,1,96,0,1,127,3,2,1,0,7,5,1,1,102,0,0,10,6,1,4,0,65,42,11]))); const f = i.exports.f; return () => f(); });
refused("[C85] a WebAssembly.Global", /WebAssembly\.Global/, () => { const g = new WebAssembly.Global({ value: "i32", mutable: true }, 4); return () => g.value; });
refused("[C85] a BroadcastChannel", /the class BroadcastChannel/, () => { const b = new BroadcastChannel("x"); b.close(); return () => b.name; });
refused("[C85] a MessagePort", /the class MessagePort/, () => { const { port1, port2 } = new MessageChannel(); port1.close(); return () => typeof port2; });
refused("[C85] an array that grows with its buffer", /a view of a resizable ArrayBuffer/, () => { const b = new ArrayBuffer(8, { maxByteLength: 16 }); const t = new Uint8Array(b); return () => t.length; });
refused("[C85] a DOMException as a cause", /the class DOMException/, () => { const e = new Error("x", { cause: new DOMException("d", "AbortError") }); return () => e.cause.name; });
refused("[C85] an error of a class of Node.js", /an instance of TypeError|the class/, () => { let err; try { Buffer.alloc("x"); } catch (e) { err = e; } return () => [err.code, err.name, err instanceof TypeError]; });
refused("[C85] an AssertionError", /the class AssertionError/, () => { let err; try { assert.equal(1, 2); } catch (e) { err = e; } return () => [err.code, err.actual]; });
refused("[C85] a bound call", /a bound function/, () => { const slice = Function.prototype.call.bind(Array.prototype.slice); return () => slice([1, 2, 3], 1); });
refused("[C85] an inner class without the outer one", /#o of a class/, () => { class Out { #o = 1; In = class { r(o) { return o.#o; } }; } const K = new Out().In; return () => typeof K; });
refused("[C85] an array with a private field", /#private fields/, () => { class L extends Array { #p = 1; g() { return this.#p; } } const l = new L(); return () => l.g(); });
refused("[C81] a function that runs once", /assigns the captured variable "done"/, () => { const once = (f) => { let done = false, r; return () => (done ? r : ((done = true), (r = f()))); }; return once(() => 5); });
refused("[C81] an assignment that makes a global", /assigns the captured variable "implicitX"/, () => sloppy("(function () { implicitX = 5; return typeof implicitX; })"));
refused("[C75] a comparison with the global object", /global object as a whole/, () => sloppy("(function () { return this === globalThis; })"));
refused("[C85] a WeakRef that is asked", /an instance of WeakRef/, () => { const o = { a: 1 }; const w = new WeakRef(o); return () => w.deref()?.a; });
refused("[C85] a static WeakSet", /a WeakSet/, () => { class A { static seen = new WeakSet(); } return () => A.seen.has({}); });

refusedWith(globalThis.URLPattern, "[C85] a URLPattern", /the class URLPattern/, () => { const p = globalThis.URLPattern ? new URLPattern({ pathname: "/a/:id" }) : 0; return () => p && p.test("http://a/a/1"); });
refusedWith(globalThis.Temporal, "[C85] a date of Temporal", /Temporal\.PlainDate/, () => { const d = globalThis.Temporal ? Temporal.PlainDate.from("2024-01-02") : 0; return () => d && d.toString(); });
refusedWith(globalThis.Temporal, "[C85] a duration of Temporal", /Temporal\.Duration/, () => { const d = { d: globalThis.Temporal ? Temporal.Duration.from({ hours: 1 }) : 1 }; return () => String(d.d); });
refusedWith(globalThis.Iterator, "[C85] an iterator of the program's that extends Iterator", /an instance of Iterator/, () => { if (!globalThis.Iterator) return () => 1; class It extends Iterator { next() { return { done: true }; } } const it = new It(); return () => [...it]; });
refusedWith(globalThis.DisposableStack, "[C85] a DisposableStack", /an instance of DisposableStack/, () => { const s = globalThis.DisposableStack ? new DisposableStack() : 0; return () => s && s.disposed; });
refusedWith(globalThis.navigator, "[C85] the navigator", /the class Navigator/, () => { const { navigator: n } = globalThis; return () => typeof n?.hardwareConcurrency; });
