// The corpus: each entry makes a function, which must give in a fresh worker thread what it gives here, or be refused with
// an error that matches. `make` runs once; `args` are what the function is called with.
import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import fs, { existsSync } from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { perSlot } from "@millrace/closures";
import { MillraceError, RichMapFunction } from "@millrace/core";
import describe, { counter, double, increase, Point, quadruple, random, table } from "./helpers.mjs";
import * as constants from "./constants.mjs";
import * as helpers from "./helpers.mjs";

export const entries = [];

function same(name, make, ...args) {
  entries.push({ name, make, args });
}

function refused(name, pattern, make) {
  entries.push({ name, make, args: [], pattern });
}

const moduleConstant = 42;
let moduleVariable = 1;
moduleVariable = 2;
increase();
increase();

// Scopes: where a captured variable may stand

same("[C70] no capture", () => (x) => x + 1, 1);
same("[C70] a module constant", () => (x) => x + moduleConstant, 1);
same("[C70] a module variable that has changed", () => () => moduleVariable);
same("[C70] a parameter", () => ((n) => () => n)(7));
same("[C70] a default parameter", () => ((n = 4) => () => n)());
same("[C70] a default parameter that sees another", () => ((a, b = a + 1) => () => [a, b])(3));
same("[C70] a destructured parameter", () => (({ a, b: [c] }) => () => a + c)({ a: 1, b: [2] }));
same("[C70] a rest parameter", () => ((...all) => () => all)(1, 2, 3));
same("[C70] a variable of a block", () => { { const inner = 5; return () => inner; } });
same("[C70] an inner variable shadows an outer one", () => { const n = 1; { const n = 2; return () => n; } });
same("[C70] an iteration's own variable", () => { const all = []; for (let i = 0; i < 3; i++) all.push(() => i); return () => all.map((f) => f()); });
same("[C70] a variable of for of", () => { const all = []; for (const i of [4, 5]) all.push(() => i); return () => all.map((f) => f()); });
same("[C70] a variable of for in", () => { const all = []; for (const i in { a: 1, b: 2 }) all.push(() => i); return () => all.map((f) => f()); });
same("[C70] a var of a loop is one variable", () => { const all = []; for (var i = 0; i < 3; i++) all.push(() => i); return () => all.map((f) => f()); });
same("[C70] a variable of a catch clause", () => { try { throw new RangeError("x"); } catch (error) { return () => error.message; } });
same("[C70] a destructured catch clause", () => { try { throw new RangeError("x"); } catch ({ message }) { return () => message; } });
same("[C70] a variable of a switch", () => { switch (1) { case 1: { const n = 3; return () => n; } } });
same("[C70] a hoisted function", () => { return () => late(); function late() { return "late"; } });
same("[C70] a var that was assigned later", () => { const f = () => v; var v = 3; return f; });
same("[C70] a function that calls itself by its own name", () => function fact(n) { return n < 2 ? 1 : n * fact(n - 1); }, 6);
same("[C70] a declared function that calls itself", () => { function fact(n) { return n < 2 ? 1 : n * fact(n - 1); } return fact; }, 6);
same("[C70] a declared function whose name was given to another", () => { function f(n) { return n === 0 ? "old" : f(n - 1); } const old = f; f = () => "new"; return old; }, 1);
same("[C70] an arrow that calls itself through its variable", () => { const fact = (n) => (n < 2 ? 1 : n * fact(n - 1)); return fact; }, 6);
same("[C70] two functions that call each other", () => { const even = (n) => n === 0 || odd(n - 1); const odd = (n) => n !== 0 && even(n - 1); return even; }, 10);
same("[C70] three functions in a ring", () => { const a = (n) => (n ? b(n - 1) : "a"); const b = (n) => (n ? c(n - 1) : "b"); const c = (n) => (n ? a(n - 1) : "c"); return a; }, 5);
same("[C70] an object and a function that refer to each other", () => { const o = { n: 3, f: () => o.n }; return () => o.f(); });
same("[C70] closures of one factory", () => { const add = (n) => (x) => x + n; const [a, b] = [add(1), add(10)]; return (x) => [a(x), b(x)]; }, 5);
same("[C70] a name of unicode letters", () => { const größe = 3; const π = 3.14; return () => größe * π; });
same("[C70] names with dollar signs", () => { const $ = 1; const _ = 2; const $base = 3; const $millrace0 = 4; return () => [$, _, $base, $millrace0]; });
same("[C70] a name that only typeof asks for", () => () => typeof nowhere);
same("[C70] undefined, NaN and Infinity", () => () => [undefined, NaN, Infinity]);
same("[C70] deep nesting of scopes", () => { const a = 1; return (() => { const b = 2; return (() => { const c = 3; return () => a + b + c; })(); })(); });
same("[C70] a captured variable that is undefined", () => { const u = undefined; const n = null; return () => [u, n]; });
same("[C70] a name that nothing declares throws there as here", () => () => { try { return nowhere; } catch (error) { return error.name; } });

// Spellings of functions

for (const [name, make] of Object.entries({
  arrow: () => (x) => [x, moduleConstant],
  "arrow with a body": () => (x) => { return [x, moduleConstant]; },
  "arrow without parentheses": () => x => [x, moduleConstant],
  "function expression": () => function (x) { return [x, moduleConstant]; },
  "named function expression": () => function named(x) { return [x, moduleConstant, typeof named]; },
  "function declaration": () => { function declared(x) { return [x, moduleConstant]; } return declared; },
  method: () => ({ m(x) { return [x, moduleConstant]; } }).m,
  "method with a computed key": () => ({ ["a" + 1](x) { return [x, moduleConstant]; } }).a1,
  "method with a quoted key": () => ({ "a b"(x) { return [x, moduleConstant]; } })["a b"],
  "method with a number as key": () => ({ 1(x) { return [x, moduleConstant]; } })[1],
  "method named by a keyword": () => ({ class(x) { return [x, moduleConstant]; } }).class,
  "method named get": () => ({ get(x) { return [x, moduleConstant]; } }).get,
  "method named async": () => ({ async(x) { return [x, moduleConstant]; } }).async,
  "method named static": () => ({ static(x) { return [x, moduleConstant]; } }).static,
  "method with a symbol as key": () => ({ [Symbol.iterator](x) { return [x, moduleConstant]; } })[Symbol.iterator],
  "getter as a function": () => Object.getOwnPropertyDescriptor({ get x() { return moduleConstant; } }, "x").get,
  "setter as a function": () => Object.getOwnPropertyDescriptor({ set x(v) { v.length; } }, "x").set,
  "async arrow": () => async (x) => [x, moduleConstant],
  "async function": () => async function (x) { return [await x, moduleConstant]; },
  "async method": () => ({ async m(x) { return [await x, moduleConstant]; } }).m,
  generator: () => { const g = function* (x) { yield x; yield moduleConstant; }; return (x) => [...g(x)]; },
  "generator method": () => { const o = { *m(x) { yield x; yield moduleConstant; } }; return (x) => [...o.m(x)]; },
  "async generator": () => { const g = async function* (x) { yield x; yield moduleConstant; }; return async (x) => { const all = []; for await (const each of g(x)) all.push(each); return all; }; },
  "async generator method": () => { const o = { async *m(x) { yield x; } }; return async (x) => { const all = []; for await (const each of o.m(x)) all.push(each); return all; }; },
  "static method of a class": () => (class { static m(x) { return [x, moduleConstant]; } }).m,
  "method of a class": () => (class { m(x) { return [x, moduleConstant]; } }).prototype.m,
  "getter of a class": () => Object.getOwnPropertyDescriptor((class { get m() { return moduleConstant; } }).prototype, "m").get,
  "static async generator of a class": () => { const { m } = class { static async *m(x) { yield x; } }; return async (x) => { const all = []; for await (const each of m(x)) all.push(each); return all; }; },
  "function with default parameters": () => (x, y = x + moduleConstant) => [x, y],
  "function with destructured parameters": () => ([x] = [1], { y = moduleConstant } = {}) => [x, y],
  "function of several lines": () => (x) => {
    const y = x;

    return [y, moduleConstant];
  },
  "function with a comment in its head": () => function /* head */ (/* x */ x) { return [x, moduleConstant]; },
  "function that ends in a comment": () => (x) => [x, moduleConstant] // end
  ,
  "function with a template": () => (x) => `${x}${`${moduleConstant}`}`,
  "function with a regular expression that holds a slash": () => (x) => /[/]\/(.)/.test(`//${x}`),
  "function with a string that holds a line separator": () => (x) => ["\u2028", " ", x].join(""),
  "immediately made function": () => ((n) => (x) => [x, n])(moduleConstant),
  "arrow that gives an object": () => (x) => ({ x, moduleConstant }),
  "function with new.target": () => function F(x) { return [x, new.target === undefined]; },
  "function with its own arguments": () => function () { return [...arguments]; },
  "function with its own this": () => function () { return this === undefined || typeof this; },
})) {
  same(`[C77] ${name}`, make, 3);
}

// Strictness

same("[C77] code of a module is strict", () => function () { return this === undefined; });
same("[C77] a made sloppy function is sloppy", () => { const f = (0, eval)("(function () { return typeof this; })"); return () => f.call(1); });
same("[C77] a made strict function is strict", () => { const f = (0, eval)("(function () { 'use strict'; return typeof this; })"); return () => f.call(1); });
same("[C77] a made sloppy function has octals and delete", () => (0, eval)("(function () { var o = { a: 010 }; delete o.a; return [010, Object.keys(o).length]; })"));

// Data, each kind captured in each way

const kinds = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  zero: () => 0,
  "minus zero": () => -0,
  NaN: () => Number.NaN,
  Infinity: () => Number.NEGATIVE_INFINITY,
  "a large number": () => Number.MAX_VALUE,
  "a fraction": () => 0.1 + 0.2,
  bigint: () => -(2n ** 70n),
  string: () => "täxt\n\"'`${}\u2028\u0000",
  "a lone surrogate": () => "\ud800x",
  "an empty string": () => "",
  "a registered symbol": () => Symbol.for("corpus"),
  "a well-known symbol": () => Symbol.asyncIterator,
  "a plain object": () => ({ a: 1, "b c": 2, 3: 4 }),
  "an object with __proto__ as a key": () => JSON.parse('{"__proto__": 1, "a": 2}'),
  "an object without prototype": () => Object.assign(Object.create(null), { a: 1 }),
  "an object with symbol keys": () => ({ [Symbol.for("k")]: 1, [Symbol.iterator]: null }),
  "an object with a hidden property": () => Object.defineProperty({}, "h", { value: 1 }),
  "an object with an accessor": () => ({ get a() { return 5; }, set a(v) { v.length; } }),
  "a frozen object": () => Object.freeze({ a: 1 }),
  "a sealed object": () => Object.seal({ a: 1 }),
  "an object that cannot be extended": () => Object.preventExtensions({ a: 1 }),
  "an object with an object as prototype": () => Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }),
  "a nested object": () => ({ a: { b: { c: [1, { d: 2 }] } } }),
  "an array": () => [1, "a", null, undefined, [2]],
  "an empty array": () => [],
  "an array with holes": () => [1, , 3],
  "an array with a property": () => Object.assign([1, 2], { extra: 3 }),
  "a frozen array": () => Object.freeze([1, 2]),
  "an array with a fixed length": () => Object.defineProperty([1, 2], "length", { writable: false }),
  "a long array with holes": () => { const a = []; a[1000] = 1; return a; },
  "an array of a subclass": () => { class List extends Array { sum() { return this.reduce((a, b) => a + b, 0); } } return List.from([1, 2]); },
  Map: () => new Map([["a", 1], [{ k: 1 }, new Map([[1, 2]])]]),
  "a Map with odd keys": () => new Map([[Number.NaN, 1], [undefined, 2], [null, 3]]),
  Set: () => new Set([1, "a", [2]]),
  "a subclass of Map": () => { class Counts extends Map { total() { return [...this.values()].length; } } return new Counts([["a", 1]]); },
  "a subclass of Set": () => { class Bag extends Set { has(x) { return super.has(x) || x === 0; } } return new Bag([1]); },
  Date: () => new Date(1234567890123),
  "an invalid Date": () => new Date(Number.NaN),
  RegExp: () => /a(?<n>\d+)[^/]\//giu,
  "a RegExp in use": () => { const r = /a/g; r.lastIndex = 3; return r; },
  "a RegExp with all flags": () => /x/dgimsuy,
  "a RegExp of sets": () => new RegExp("[a--b]", "v"),
  Error: () => new Error("message", { cause: new TypeError("inner") }),
  "an error with fields": () => Object.assign(new RangeError("m"), { code: "E", detail: { a: 1 } }),
  AggregateError: () => new AggregateError([new Error("a"), new Error("b")], "both"),
  "a user's error": () => { class MyError extends Error { name = "MyError"; constructor(m, extra) { super(m); this.extra = extra; } } return new MyError("m", 5); },
  Uint8Array: () => new Uint8Array([1, 2, 255]),
  Float64Array: () => new Float64Array([0.5, -0, Number.NaN]),
  BigInt64Array: () => new BigInt64Array([-1n, 2n]),
  Int16Array: () => Int16Array.of(-5, 5),
  "a part of an ArrayBuffer": () => new Uint16Array(new Uint16Array([1, 2, 3, 4]).buffer, 2, 2),
  ArrayBuffer: () => new Uint8Array([7, 8]).buffer,
  DataView: () => new DataView(new Uint8Array([0, 1, 2, 3]).buffer, 1, 2),
  "a subclass of Uint8Array": () => { class Bytes extends Uint8Array { first() { return this[0]; } } return new Bytes([9]); },
  Buffer: () => Buffer.from("häßlich"),
  "an empty Buffer": () => Buffer.alloc(0),
  "a boxed number": () => Object(5),
  "a boxed string": () => Object("ab"),
  "a boxed bigint": () => Object(5n),
  "a boxed boolean": () => Object(false),
  "a boxed symbol": () => Object(Symbol.for("b")),
  URL: () => new URL("https://user:pass@example.com:8080/a?b=c#d"),
  URLSearchParams: () => new URLSearchParams("a=1&a=2&b=%20"),
  TextEncoder: () => new TextEncoder(),
  TextDecoder: () => new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true }),
  "Intl.NumberFormat": () => new Intl.NumberFormat("de", { style: "currency", currency: "EUR" }),
  "Intl.DateTimeFormat": () => new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: "Asia/Tokyo" }),
  "Intl.Collator": () => new Intl.Collator("sv", { sensitivity: "base", numeric: true }),
  "Intl.PluralRules": () => new Intl.PluralRules("pl", { type: "ordinal" }),
  "Intl.PluralRules of the process": () => new Intl.PluralRules(),
  "Intl.NumberFormat of the process": () => new Intl.NumberFormat(),
  "Intl.DateTimeFormat of the process": () => new Intl.DateTimeFormat(),
  "Intl.Collator of the process": () => new Intl.Collator(),
  "Intl.ListFormat": () => new Intl.ListFormat("fr", { type: "disjunction" }),
  "Intl.RelativeTimeFormat": () => new Intl.RelativeTimeFormat("es", { numeric: "auto" }),
  "Intl.Segmenter": () => new Intl.Segmenter("ja", { granularity: "word" }),
  "Intl.DisplayNames": () => new Intl.DisplayNames("it", { type: "region" }),
  "an instance of a user's class": () => new Point(3, 4),
  "an instance with a method in it": () => ({ n: 2, twice() { return this.n * 2; } }),
  "an old-style instance": () => { function Old(n) { this.n = n; } Old.prototype.get = function () { return this.n; }; return new Old(3); },
};

for (const [kind, make] of Object.entries(kinds)) {
  same(`[C71] ${kind}, as a variable`, () => { const value = make(); return () => value; });
  same(`[C71] ${kind}, inside an object and an array`, () => { const held = { list: [make()] }; return () => held.list[0]; });
  same(`[C71] ${kind}, as a value of a Map`, () => { const held = new Map([[1, make()]]); return () => held.get(1); });
}
for (const [kind, make] of Object.entries(kinds)) {
  same(`[C71] ${kind}, as a field of an instance`, () => { class Holder { constructor(v) { this.v = v; } } const held = new Holder(make()); return () => [held.v, held.constructor.name]; });
}

// What is shared

same("[C60] one object by two ways is one object", () => { const o = { n: 1 }; const a = { o }; const b = [o]; return () => a.o === b[0]; });
same("[C60] a cycle", () => { const o = { n: 1 }; o.self = o; o.list = [o]; return () => o.self === o && o.list[0] === o; });
same("[C60] a Map in itself", () => { const m = new Map(); m.set(m, m); return () => m.get(m) === m; });
same("[C60] two views of one buffer", () => { const b = new ArrayBuffer(4); const x = new Uint8Array(b); const y = new Uint16Array(b); return () => x.buffer === y.buffer; });
same("[C60] a function in a list and by its name", () => { const f = () => 1; const list = [f]; return () => list[0] === f; });
same("[C60] a list nested 20,000 deep", () => { let list = null; for (let i = 0; i < 20000; i++) list = { next: list }; return () => { let n = 0; for (let at = list; at; at = at.next) n++; return n; }; });
same("[C72] a symbol of its own is one symbol", () => { const s = Symbol("own"); const o = { [s]: 1 }; return () => [o[s], s.description, Object.getOwnPropertySymbols(o)[0] === s]; });
same("[C72] a symbol without description", () => { const s = Symbol(); return () => [typeof s, s.description]; });
same("[C72] registered symbols are those of the registry", () => { const s = Symbol.for("reg"); return () => s === Symbol.for("reg"); });

// Descriptors

same("[C68] attributes of properties", () => { const o = Object.defineProperties({}, { a: { value: 1 }, b: { value: 2, enumerable: true }, c: { value: 3, writable: true }, d: { get: () => 4, configurable: true } }); return () => Object.getOwnPropertyDescriptors(o).a.writable + JSON.stringify(Object.entries(Object.getOwnPropertyDescriptors(o)).map(([k, d]) => [k, d.writable, d.enumerable, d.configurable, typeof d.get, d.value])); });
same("[C68] frozenness", () => { const a = Object.freeze([1]); const b = Object.seal({ x: 1 }); const c = Object.preventExtensions({}); return () => [Object.isFrozen(a), Object.isSealed(b), Object.isFrozen(b), Object.isExtensible(c)]; });
same("[C68] holes stay holes", () => { const a = [, 1, , ,]; return () => [a.length, 0 in a, 1 in a, Object.keys(a)]; });
same("[C68] own properties of a function", () => { const f = () => f.limit; f.limit = 5; Object.defineProperty(f, "hidden", { value: 6 }); f[Symbol.for("s")] = 7; return () => [f(), f.hidden, f[Symbol.for("s")], Object.keys(f)]; });
same("[C68] name and length of a function", () => { const f = (a, b, c = 1) => c; const g = Object.defineProperty(() => 1, "name", { value: "renamed" }); return () => [f.name, f.length, g.name]; });
same("[C68] a function without a name", () => { const f = function () {}; delete f.name; return () => [Object.hasOwn(f, "name"), f.length]; });
same("[C68] a function with another prototype", () => { const f = () => 1; Object.setPrototypeOf(f, { extra: 5 }); return () => f.extra; });
same("[C68] a frozen function", () => { const f = Object.freeze(() => 1); return () => Object.isFrozen(f); });
same("[C69] a getter is not called", () => { let calls = 0; const o = { get a() { return calls; } }; const look = () => Object.getOwnPropertyDescriptor(o, "a").get !== undefined; calls += 0; return look; });

// Classes

same("[C67] an instance of a class, its method", () => { class A { constructor(n) { this.n = n; } get() { return this.n + moduleConstant; } } const a = new A(1); return () => a.get(); });
same("[C67] a class that is instantiated there", () => { class A { constructor(n) { this.n = n; } } return () => new A(4).n; });
same("[C67] static fields as they are now", () => { class A { static n = 1; static { A.m = 2; } } A.n = 10; return () => [A.n, A.m]; });
same("[C67] static fields are not computed again", () => { const seen = []; class A { static n = seen.push(1); } return () => [A.n, Object.keys(A)]; });
same("[C67] static methods and accessors", () => { class A { static v = 3; static get x() { return A.v; } static m() { return this.v; } } return () => [A.x, A.m()]; });
same("[C67] instance fields", () => { class A { a = moduleConstant; b = this.a + 1; ["c"] = 3; } return () => { const { a, b, c } = new A(); return [a, b, c]; }; });
same("[C67] private fields of instances that are made there", () => { class A { #n = 1; static #twice(n) { return n * 2; } inc() { return A.#twice(++this.#n); } #m() { return this.#n; } get() { return this.#m(); } has(o) { return #n in o; } } return () => { const a = new A(); a.inc(); return [a.get(), a.has(a), a.has({})]; }; });
same("[C67] inheritance", () => { class A { m() { return "A"; } } class B extends A { m() { return `B${super.m()}`; } } const b = new B(); return () => [b.m(), b instanceof A, new B() instanceof B]; });
same("[C67] inheritance of statics", () => { class A { static make() { return new this(); } } class B extends A { x = 5; } return () => B.make().x; });
same("[C67] a base that is given later in the script", () => { const make = () => new B(); class A {} class B extends A { k = 1; } return () => [make().k, make() instanceof A]; });
same("[C67] a base that mentions its heir", () => { class A { heir() { return new B(); } } class B extends A { n = 2; } return () => new A().heir().n; });
same("[C67] an heir first, whose base mentions it", () => { class A { heir() { return new B(); } } class B extends A { n = 2; } const b = new B(); return () => b.heir().n; });
same("[C67] a mixin", () => { const M = (Base) => class extends Base { mixed() { return "mixed"; } }; class A { a() { return 1; } } class B extends M(A) {} const b = new B(); return () => [b.mixed(), b.a()]; });
same("[C67] two classes of one mixin", () => { const M = (Base, n) => class extends Base { mixed() { return n; } }; const A = M(Object, 1); const B = M(Object, 2); return () => [new A().mixed(), new B().mixed()]; });
same("[C67] a method of a mixin that was given to another class of it", () => { const M = (Base, n) => class extends Base { mixed() { return n; } }; const A = M(Object, 1); const B = M(Object, 2); A.prototype.mixed = B.prototype.mixed; return () => new A().mixed(); });
same("[C67] a static method and an accessor of a mixin that were given to another class", () => { const M = (n) => class { static s() { return n; } get v() { return n; } }; const A = M(1); const B = M(2); A.s = B.s; Object.defineProperty(A.prototype, "v", Object.getOwnPropertyDescriptor(B.prototype, "v")); return () => [A.s(), new A().v, B.s(), new B().v]; });
same("[C67] a method of a mixin that names its class", () => { const M = (n) => class X { static n = n; m() { return X.n; } }; const A = M(1); const B = M(2); A.prototype.m = B.prototype.m; return () => new A().m(); });
same("[C67] one method of two classes is one function", () => { const M = () => class { m() { return 1; } }; const A = M(); const B = M(); A.prototype.m = B.prototype.m; return () => [A.prototype.m === B.prototype.m, new A().m()]; });
same("[C67] a method of the same text from another place", () => { const old = 1; class A { m() { return old; } } const B = ((old) => class { m() { return old; } })(2); A.prototype.m = B.prototype.m; return () => new A().m(); });
same("[C67] classes that a loop makes", () => { const all = []; for (const n of [1, 2]) all.push(class { m() { return n; } }); return () => all.map((A) => new A().m()); });
same("[C67] a mixin with super", () => { const M = (Base, n) => class extends Base { m() { return `${super.m?.()}${n}`; } }; const A = M(M(Object, 1), 2); return () => new A().m(); });
refused("[C94] a method with super that two classes of a mixin have", /two classes have|made several times/, () => { const M = (Base) => class extends Base { m() { return super.toString(); } }; const A = M(Object); const B = M(Array); A.prototype.m = B.prototype.m; return () => [new A(), new B()]; });
same("[C67] a class that extends null", () => { class N extends null { static s() { return 1; } } return () => [N.s(), Object.getPrototypeOf(N.prototype)]; });
same("[C67] a class that extends a built-in", () => { class E extends TypeError { get name() { return "E"; } } return () => { const e = new E("m"); return [e.name, e.message, e instanceof TypeError]; }; });
same("[C67] a class that extends a function", () => { function Old(n) { this.n = n; } Old.prototype.get = function () { return this.n; }; class New extends Old {} return () => new New(8).get(); });
same("[C67] a patched method", () => { class A { m() { return 1; } } const old = A.prototype.m; A.prototype.m = function () { return old.call(this) + 1; }; return () => new A().m(); });
same("[C67] an added method", () => { class A {} A.prototype.added = () => 5; return () => new A().added(); });
same("[C67] a deleted method", () => { class A { m() {} } delete A.prototype.m; return () => typeof new A().m; });
same("[C67] a decorated method", () => { class A { m() { return 1; } } Object.defineProperty(A.prototype, "m", { value: () => "decorated", enumerable: true }); return () => [new A().m(), Object.keys(A.prototype)]; });
same("[C67] an accessor of which half was replaced", () => { class A { get x() { return 1; } set x(v) {} } const d = Object.getOwnPropertyDescriptor(A.prototype, "x"); Object.defineProperty(A.prototype, "x", { ...d, get: () => 2 }); return () => new A().x; });
same("[C67] methods with computed keys", () => { const key = "dynamic"; class A { [key]() { return 1; } [Symbol.iterator]() { return [1, 2][Symbol.iterator](); } } return () => [new A().dynamic(), [...new A()]]; });
same("[C67] a method and the class are the same by both ways", () => { class A { m() { return 1; } } const o = { A, m: A.prototype.m }; const a = new A(); return () => [a.m === o.A.prototype.m]; });
same("[C67] the name of an anonymous class", () => { const A = class {}; return () => A.name; });
same("[C67] a class in a variable of another name", () => { const Outer = class Inner { static self() { return Inner; } }; return () => Outer.self() === Outer; });
same("[C67] a constructor property of an instance", () => { class A { static k = 3; } const a = new A(); return () => a.constructor.k; });
same("[C67] a class with a toStringTag", () => { class A { get [Symbol.toStringTag]() { return "Tagged"; } } const a = new A(); return () => String(a); });
same("[C67] a class with toJSON", () => { class A { constructor() { this.x = 1; } toJSON() { return { json: this.x }; } } const a = new A(); return () => JSON.stringify(a); });
same("[C67] a class with accessors in one line", () => { class A { get a() { return 1; } set a(v) { this.b = v; } static get s() { return 2; } } const a = new A(); return () => { const c = new A(); c.a = 5; return [a.a, c.b, A.s]; }; });
same("[C67] old-style inheritance", () => { function A() {} A.prototype.x = 1; function B() {} B.prototype = Object.create(A.prototype); B.prototype.constructor = B; const b = new B(); return () => [b.x, b instanceof A, b instanceof B]; });
same("[C67] a prototype that was replaced as a whole", () => { function A() {} A.prototype = { m() { return 4; } }; return () => new A().m(); });
same("[C67] generator methods of a class", () => { class A { *items() { yield 1; yield 2; } async *later() { yield 3; } } const a = new A(); return async () => { const all = [...a.items()]; for await (const x of a.later()) all.push(x); return all; }; });
same("[C67] a static block in the middle of a line", () => { class A { static a = 1; b() { return 2; } static { this.c = 3; } d() { return 4; } } const a = new A(); return () => [a.b(), a.d(), A.a, A.c]; });
same("[C67] fields without semicolons around a static one", () => {
  class A {
    a = 1
    static s = 2;
    ["b"]() { return this.a }
    static t
    c
  }
  return () => [new A().b(), A.s, "c" in new A(), "t" in A];
});

// super and home objects

same("[C94] super in a method of an object", () => { const o = { __proto__: { hi() { return "base"; } }, hi() { return `${super.hi()}!`; } }; return () => o.hi(); });
same("[C94] super in a getter of an object", () => { const o = { __proto__: { get x() { return 1; } }, get x() { return super.x + 1; } }; return () => o.x; });
same("[C94] super in an async generator and a setter of an object", () => { const base = { set v(x) { this.seen = x; }, async *all() { yield 1; } }; const o = { __proto__: base, set v(x) { super.v = x; }, async *all() { yield* super.all(); yield 2; } }; return async () => { const made = Object.create(o); made.v = 5; const all = []; for await (const x of o.all()) all.push(x); return [made.seen, all]; }; });
refused("[C94] a method with super in a copy of its object", /super whose object cannot be told/, () => { const base = { m() { return super.toString(); } }; const o = { ...base, __proto__: { toString: () => "other" } }; return () => o.m(); });
refused("[C94] a method with super that another object of the same name has", /super whose object cannot be told/, () => { const make = () => { const o = { __proto__: { hi: () => "right" }, m() { return super.hi(); } }; return o; }; const o = { ...make(), __proto__: { hi: () => "wrong" } }; return () => o.m(); });
refused("[C94] a method with super whose variable was given a copy", /super whose object cannot be told/, () => { let o = { m() { return super.toString(); } }; o = { ...o, __proto__: null }; return () => o.m(); });
refused("[C94] a method with super of an object that has no variable", /super whose object cannot be told/, () => { const make = () => ({ m() { return super.toString(); } }); const held = make(); return () => held.m(); });
same("[C94] super in a static method", () => { class A { static m() { return 1; } } class B extends A { static m() { return super.m() + 1; } } return () => B.m(); });
same("[C94] super in an arrow of a method", () => { class A { m() { return 1; } } class B extends A { m() { return [1, 2].map((x) => super.m() + x); } } const b = new B(); return () => b.m(); });
same("[C94] super in an accessor of a class", () => { class A { get v() { return 1; } } class B extends A { get v() { return super.v + 1; } } const b = new B(); return () => b.v; });
same("[C94] super in an async method", () => { class A { async m() { return 1; } } class B extends A { async m() { return (await super.m()) + 1; } } const b = new B(); return () => b.m(); });
same("[C77] import() of a module of Node.js", () => async () => typeof (await import("node:path")).join);
same("[C77] import() from the user's file", () => async () => (await import("./helpers.mjs")).table.b.c);

// Imports of the user's modules

same("[C61] an imported function", () => (x) => double(x), 4);
same("[C61] an imported function with helpers of its own", () => (x) => quadruple(x), 4);
same("[C61] a default import", () => (x) => describe(x), 4);
same("[C61] an imported class", () => () => [new Point(3, 4).length, Point.origin() instanceof Point]);
same("[C61] an imported binding that has changed", () => () => counter);
same("[C61] a random value of a module, which is not run again", () => () => random);
same("[C61] imported data", () => () => table.b.c);
same("[C74] members of a namespace", () => (x) => [helpers.double(x), helpers.table.a, helpers.counter], 3);
same("[C74] a namespace as a whole", () => { const whole = { constants }; return () => [Object.keys(whole.constants).sort(), whole.constants.square(3)]; });
refused("[C74] a namespace as a whole, one export of which cannot travel", /helpers > increase assigns/, () => { const whole = { helpers }; return () => whole; });
same("[C74] a module object that is read by name only", () => { const import_x = { __esModule: true, used: 1, socket: new EventEmitter() }; return () => import_x.used; });
same("[C74] a getter of a module object", () => { const __vi_import_0__ = { get used() { return moduleConstant; } }; return () => __vi_import_0__.used; });

// By reference

same("[C62] a function of Node.js", () => () => typeof existsSync(process.execPath));
same("[C62] a default import of Node.js", () => () => fs.existsSync(process.execPath));
same("[C62] a namespace of Node.js", () => () => path.basename("/a/b"));
same("[C62] a function of Node.js under another name", () => { const hash = createHash; return () => hash("sha256").update("x").digest("hex"); });
same("[C62] a function of Node.js in an object", () => { const tools = { join: path.join, posix: path.posix }; return () => tools.join("a", "b") + tools.posix.sep; });
same("[C62] instanceof by a class of Node.js", () => () => new EventEmitter() instanceof EventEmitter);
same("[C62] a class that extends one of Node.js", () => { class Bus extends EventEmitter { hi() { return "hi"; } } return () => { const bus = new Bus(); let seen; bus.on("x", (v) => { seen = v; }); bus.emit("x", 5); return [seen, bus.hi()]; }; });
same("[C64] a class of Millrace", () => () => new MillraceError({ code: "TIMEOUT", what: "x" }).code);
same("[C82] a rich function object", () => { class Add extends RichMapFunction { constructor(n) { super(); this.n = n; } map(x) { return x + this.n; } } const add = new Add(5); return (x) => [add.map(x), add instanceof RichMapFunction]; }, 2);

// Built-ins

for (const [name, make] of Object.entries({
  Number: () => Number,
  String: () => String,
  Boolean: () => Boolean,
  parseInt: () => parseInt,
  "Math.floor": () => Math.floor,
  "JSON.stringify": () => JSON.stringify,
  "Object.keys": () => Object.keys,
  "Array.isArray": () => Array.isArray,
  "String.raw": () => String.raw,
  "Number.isInteger": () => Number.isInteger,
  "Reflect.ownKeys": () => Reflect.ownKeys,
  "Object.defineProperty": () => Object.defineProperty,
  "Array.prototype.map": () => Array.prototype.map,
  "Function.prototype": () => Function.prototype,
  structuredClone: () => structuredClone,
  btoa: () => btoa,
  "Buffer.from": () => Buffer.from,
  "Map.prototype.get": () => Map.prototype.get,
  "the getter of Map.prototype.size": () => Object.getOwnPropertyDescriptor(Map.prototype, "size").get,
  "the class of typed arrays": () => Object.getPrototypeOf(Uint8Array),
  "Intl.NumberFormat": () => Intl.NumberFormat,
  Math: () => Math,
  JSON: () => JSON,
  Intl: () => Intl,
  Reflect: () => Reflect,
  Atomics: () => Atomics,
  console: () => console,
  Headers: () => Headers,
  fetch: () => fetch,
  EventTarget: () => EventTarget,
  WebAssembly: () => WebAssembly,
  Symbol: () => Symbol,
  Promise: () => Promise,
  Proxy: () => Proxy,
})) {
  same(`[C63] ${name} in a variable`, () => { const held = make(); return () => [typeof held, held.name ?? held[Symbol.toStringTag]]; });
}
same("[C63] a built-in as the function itself", () => Number, "5");
same("[C63] identity of a built-in", () => { const floor = Math.floor; const proto = Array.prototype; return () => [floor === Math.floor, proto === Array.prototype]; });
same("[C63] the constructors of async functions and generators", () => { const A = (async () => {}).constructor; const G = function* () {}.constructor; return () => [A.name, G.name]; });
same("[C75] built-ins by name", () => () => [Math.max(1, 2), JSON.stringify({}), typeof setTimeout, typeof URL, typeof Buffer, globalThis.Math === Math]);
same("[C75] what the program put on the global object", () => { globalThis.corpusHelper = (x) => x + 1; return (x) => corpusHelper(x); }, 1);
same("[C75] the environment of the process", () => () => typeof process.env.PATH);
same("[C66] perSlot makes one value", () => { const held = perSlot(() => ({ made: new EventEmitter() })); return () => [held() === held(), held().made instanceof EventEmitter]; });
same("[C66] perSlot in an object", () => { const clients = { a: perSlot(() => new Map([[1, moduleConstant]])) }; return () => clients.a().get(1); });

// Refused: objects that cannot travel

for (const [kind, make, pattern] of [
  ["a Promise", () => Promise.resolve(1), /a Promise/],
  ["a rejected Promise", () => { const p = Promise.reject(new Error("x")); p.catch(() => {}); return p; }, /a Promise/],
  ["a generator", () => (function* () {})(), /a generator/],
  ["an async generator", () => (async function* () {})(), /a generator/],
  ["an array iterator", () => [1][Symbol.iterator](), /ArrayIterator/],
  ["a Map iterator", () => new Map().entries(), /an iterator/],
  ["a Set iterator", () => new Set().values(), /an iterator/],
  ["a string iterator", () => "a"[Symbol.iterator](), /StringIterator/],
  ["a Proxy", () => new Proxy({}, {}), /a Proxy/],
  ["a callable Proxy", () => new Proxy(() => 1, {}), /a Proxy/],
  ["an object whose prototype is a Proxy", () => Object.create(new Proxy({}, {})), /prototype is a Proxy/],
  ["a WeakMap", () => new WeakMap(), /a WeakMap/],
  ["a WeakSet", () => new WeakSet(), /a WeakSet/],
  ["a WeakRef", () => new WeakRef({}), /WeakRef/],
  ["a FinalizationRegistry", () => new FinalizationRegistry(() => {}), /FinalizationRegistry/],
  ["a SharedArrayBuffer", () => new SharedArrayBuffer(8), /a SharedArrayBuffer/],
  ["a view of a SharedArrayBuffer", () => new Uint8Array(new SharedArrayBuffer(8)), /a SharedArrayBuffer/],
  ["a resizable ArrayBuffer", () => new ArrayBuffer(8, { maxByteLength: 16 }), /resizable/],
  ["a view of a resizable ArrayBuffer", () => new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 })), /resizable/],
  ["an arguments object", () => (function () { return arguments; })(1), /arguments object/],
  ["an AbortSignal", () => new AbortController().signal, /AbortSignal/],
  ["an AbortController", () => new AbortController(), /AbortController/],
  ["a web stream", () => new ReadableStream(), /ReadableStream/],
  ["a stream of Node.js", () => Readable.from([]), /Readable/],
  ["an EventEmitter", () => new EventEmitter(), /EventEmitter/],
  ["an EventTarget", () => new EventTarget(), /EventTarget/],
  ["an Event", () => new Event("x"), /Event/],
  ["a Blob", () => new Blob(["x"]), /Blob/],
  ["Headers", () => new Headers(), /Headers/],
  ["a Response", () => new Response("x"), /Response/],
  ["a FormData", () => new FormData(), /FormData/],
  ["a hash", () => createHash("sha256"), /Hash/],
  ["a bound function", () => ((x) => x).bind(null), /a bound function/],
  ["a bound native function", () => Math.max.bind(null, 1), /a bound function/],
  ["a native function without a path", () => Promise.withResolvers?.().resolve ?? new Proxy(() => 1, {}), /native function|Proxy/],
  ["a DOMException", () => new DOMException("x"), /DOMException/],
  ["a WebAssembly.Memory", () => new WebAssembly.Memory({ initial: 1 }), /WebAssembly\.Memory/],
  ["a WebAssembly.Module", () => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])), /WebAssembly\.Module/],
  ["a timer", () => { const t = setTimeout(() => {}, 1); clearTimeout(t); return t; }, /Timeout/],
  ["an Intl.Locale", () => new Intl.Locale("de"), /Intl\.Locale/],
  ["segments", () => new Intl.Segmenter("en").segment("a b"), /native function/],
  ["a MessageChannel", () => { const c = new MessageChannel(); c.port1.close(); return c; }, /MessageChannel/],
  ["a cryptographic key", () => { const { subtle } = globalThis.crypto; return subtle; }, /SubtleCrypto|Crypto/],
  ["an instance with a private field", () => new (class { #x = 1; get() { return this.#x; } })(), /#private/],
  ["an instance with a private method", () => new (class { #x() {} get() { return this.#x(); } })(), /#private/],
  ["an instance whose base has a private field", () => { class A { #x = 1; x() { return this.#x; } } return new (class extends A {})(); }, /#private/],
  ["an instance of a subclass of Promise", () => new (class extends Promise {})(() => {}), /a Promise/],
  ["an instance of a subclass of WeakMap", () => new (class extends WeakMap {})(), /a WeakMap/],
  ["an object made from a class of Node.js", () => Object.create(EventEmitter.prototype), /EventEmitter/],
  ["process", () => Object.create(process), /instance|Proxy|native|cannot/],
]) {
  refused(`[C85] ${kind}, as a variable`, pattern, () => { const value = make(); return () => value; });
  refused(`[C85] ${kind}, inside an object`, pattern, () => { const held = { deep: [make()] }; return () => held; });
}

// Refused: what functions do

refused("[C85] import.meta", /import\.meta/, () => () => import.meta.url);
refused("[C85] a direct eval", /direct eval/, () => { const n = 1; return () => eval("n"); });
refused("[C85] the this of a function around it", /this of the function around/, () => (function () { return () => this; }).call({}));
refused("[C85] the arguments of a function around it", /arguments of the function around/, () => (function () { return () => arguments[0]; })(1));
refused("[C85] the new.target of a function around it", /new\.target of the function around/, () => { function F() { this.f = () => new.target; } return new F().f; });
refused("[C85] the super of a method around it", /super of the function around/, () => ({ m() { return () => super.toString(); } }).m());
refused("[C85] a this in a helper", /this of the function around/, () => { const helper = (function () { return () => this; }).call({}); return () => helper(); });
refused("[C85] a class with a static private field", /static private field/, () => class { static #n = 1; static n() { return this.#n; } });
same("[C67] a class with a key that is not computed again", () => { let n = 0; const A = class { [`m${n++}`]() { return 1; } }; return () => [new A().m0(), Object.getOwnPropertyNames(A.prototype)]; });
refused("[C85] a class with a field whose key is computed", /field whose key is computed/, () => { const key = "k"; return class { [key] = 1; }; });
refused("[C85] a method that uses a private name of a class that does not come with it", /#x of a class/, () => { const { m } = new (class { #x = 1; m() { return this.#x; } })(); return m; });
refused("[C94] a method with super that was taken out of its object", /super whose object cannot be told/, () => { const { m } = { m() { return super.toString(); } }; return m; });
refused("[C85] a function inside of a with statement", /with statement/, () => (0, eval)("(function () { with ({ a: 1 }) { return () => a; } })")());
refused("[C85] a mock", /a mock function/, () => { const mock = Object.assign(() => 1, { _isMockFunction: true }); return () => mock(); });
refused("[C85] code that measures coverage", /coverage/, () => { const cov_1abc = () => ({ f: [0] }); return () => { cov_1abc().f[0]; return 1; }; });
refused("[C86] a variable that is not yet initialized", /not yet initialized/, () => { const f = () => late; entries.early = f; return f; const late = 1; });
refused("[C86] a class that is not yet initialized", /not yet initialized/, () => { const f = () => new Late(); return f; class Late {} });
refused("[C81] a captured variable that is assigned", /assigns the captured variable "n"/, () => { let n = 0; return () => n++; });
refused("[C81] a helper that assigns a captured variable", /assigns the captured variable "n"/, () => { let n = 0; const next = () => ++n; return () => next(); });
refused("[C81] a method of a captured class that assigns", /assigns the captured variable "n"/, () => { let n = 0; class A { m() { n += 1; } } return () => new A(); });
refused("[C81] a destructuring assignment", /assigns the captured variable "n"/, () => { let n = 0; return (x) => { [n] = x; return n; }; });
refused("[C81] the head of a loop", /assigns the captured variable "n"/, () => { let n = 0; return (x) => { for (n of x); return n; }; });
refused("[C75] the global object as a whole", /global object as a whole/, () => () => Object.keys(globalThis));
same("[C75] what the program put on the global object, through it", () => { globalThis.corpusThing = { n: 1 }; const thing = globalThis.corpusThing; return () => [globalThis.corpusThing.n, globalThis.corpusThing === thing, globalThis.crypto === crypto, globalThis.Math.max(1, 2), typeof globalThis.nowhere, global.corpusThing?.n]; });
refused("[C75] a global with a getter, through the global object", /read by a getter/, () => { Object.defineProperty(globalThis, "corpusGetter", { get: () => 1, configurable: true }); return () => globalThis.corpusGetter; });
refused("[C75] a global that is read by a getter", /read by a getter/, () => { Object.defineProperty(globalThis, "corpusGetter", { get: () => 1, configurable: true }); return () => corpusGetter; });
refused("[C76] a replaced built-in", /Math\.random, which the program has replaced/, () => { const { random: old } = Math; Math.random = () => 0.5; entries.restore = () => { Math.random = old; }; return () => Math.random(); });
refused("[C76] a replaced method of a built-in prototype", /uses \.trimEnd, a built-in method which the program has replaced/, () => { const old = String.prototype.trimEnd; String.prototype.trimEnd = () => "mine"; entries.restore = () => { String.prototype.trimEnd = old; }; return (text) => text.trimEnd(); });
function replacing(holder, key, value, make) {
  return () => { const old = Object.getOwnPropertyDescriptor(holder, key); const made = make(); if (value === undefined) delete holder[key]; else Object.defineProperty(holder, key, { ...old, ...value }); entries.restore = () => Object.defineProperty(holder, key, old); return made; };
}
const mine = { value: () => "mine" };
for (const [name, code] of Object.entries({
  "by a text": () => (text) => text["trimEnd"](),
  "by destructuring": () => (text) => { const { trimEnd } = text; return trimEnd.call(text); },
  "by a template": () => (text) => text[`trimEnd`](),
  "by a variable that holds its name": () => { const how = "trimEnd"; return (text) => text[how](); },
  "by a name that is a parameter": () => (text, how) => text[how](),
  "by an optional call": () => (text, how) => text?.[how]?.(),
  "by a computed tag": () => (text, how) => text[how]``,
  "by a helper": () => { const helper = (text) => text.trimEnd(); return (text) => helper(text); },
  "by a method of a class": () => { class A { m(text) { return text.trimEnd(); } } return () => new A().m("x "); },
})) {
  refused(`[C76] a replaced method of a prototype, used ${name}`, /trimEnd, a built-in method/, replacing(String.prototype, "trimEnd", mine, code));
}
refused("[C76] a deleted method of a prototype", /uses \.trimEnd/, replacing(String.prototype, "trimEnd", undefined, () => (text) => typeof text.trimEnd));
refused("[C76] a replaced accessor of a prototype", /uses \.size/, replacing(Map.prototype, "size", { get: () => 7 }, () => () => new Map().size));
refused("[C76] a replaced method that the language calls", /RegExp\.prototype\.exec, which code uses without naming it/, replacing(RegExp.prototype, "exec", { value: () => null }, () => (text) => /a/.test(text)));
refused("[C76] a replaced iterator", /Array\.prototype\.Symbol\(Symbol\.iterator\), which code uses/, replacing(Array.prototype, Symbol.iterator, { value: function () { return this.values(); } }, () => () => { for (const each of [1]) return each; }));
refused("[C76] a replaced function of an object that is captured as a whole", /Math\.random, which the program has replaced/, replacing(Math, "random", { value: () => 0.5 }, () => { const m = Math; return () => m.random(); }));
refused("[C76] a replaced function by way of the global object", /Math\.random, which the program has replaced/, replacing(Math, "random", { value: () => 0.5 }, () => () => globalThis.Math.random()));
same("[C76] a method of the program's with the name of a replaced function", replacing(Math, "random", { value: () => 0.5 }, () => { const dice = { random: () => 4 }; return () => dice.random(); }));
same("[C76] the old one of a replaced built-in", () => { const old = String.prototype.trimEnd; String.prototype.trimEnd = () => "mine"; entries.restore = () => { String.prototype.trimEnd = old; }; return (text) => Reflect.apply(old, text, []); }, "x ");
same("[C76] a computed name that is no call, while a method is replaced", replacing(String.prototype, "trimEnd", mine, () => (list, at) => list[at]), [1, 2], 1);
same("[C76] a local variable with the name of a replaced global", replacing(globalThis, "fetch", { value: () => "mock" }, () => () => { const fetch = () => "own"; return fetch(); }));
refused("[C76] a replaced global of the host", /the built-in fetch, which the program has replaced/, () => { const old = globalThis.fetch; globalThis.fetch = async () => "mock"; entries.restore = () => { globalThis.fetch = old; }; return () => fetch("x"); });
refused("[C62] a function of Node.js that nothing leads to", /not among the exports|instance of/, () => { const { emit } = process.stdout; const inner = Object.getOwnPropertyDescriptor(process, "emitWarning").value; return () => [emit, inner]; });
