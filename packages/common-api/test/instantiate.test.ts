import { Decimal, isMillraceError, LongCounter, MillraceError, RichMapFunction } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { CollectionSourceOperator, instantiate, OPERATOR } from "../src/index.js";
import { common } from "./operators.js";

const copyOf = <T extends object>(target: T): T => instantiate({ target, method: "map" }).target as T;

class Holder {
  value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
  map(): unknown {
    return this.value;
  }
}

describe("[O90] a function object for one subtask", () => {
  test("of a plain function is the function", () => {
    const target = (x: number): number => x;
    expect(instantiate({ target, method: "map" }).target).toBe(target);
  });

  test.each<[string, unknown]>([
    ["data", { a: [1, { b: null }], c: "x", d: 1n, e: undefined, [Symbol.for("s")]: 2 }],
    ["dates", new Date(5)],
    ["maps and sets", new Map<unknown, unknown>([["k", new Set([{ a: 1 }])]])],
    ["bytes", new Uint8Array([1, 2])],
    ["other typed arrays", new Float64Array([1.5])],
    ["buffers", new Uint8Array([1, 2]).buffer],
    ["views", new DataView(new ArrayBuffer(4), 1, 2)],
    ["URLs", new URL("https://example.org/a?b=c")],
    ["sparse arrays", Object.assign([], { 0: 1, 2: 3 })],
    ["errors", new RangeError("far", { cause: 1 })],
  ])("copies %s", (_name, value) => {
    const original = new Holder(value);
    const copy = copyOf(original);
    expect(copy).toBeInstanceOf(Holder);
    expect(copy).not.toBe(original);
    expect(copy.value).not.toBe(value);
    expect(copy.value).toEqual(value);
    expect(Object.getPrototypeOf(copy.value)).toBe(Object.getPrototypeOf(value));
  });

  test("copies regular expressions with their position", () => {
    const pattern = /a/g;
    pattern.lastIndex = 3;
    const copy = copyOf(new Holder(pattern)).value as RegExp;
    expect([copy.source, copy.flags, copy.lastIndex]).toEqual(["a", "g", 3]);
    expect(copy).not.toBe(pattern);
  });

  test("copies accumulators by their state, and instances with clone() by that", () => {
    const counter = new LongCounter();
    counter.add(3);
    class Cache {
      #entries: string[] = [];
      add(entry: string): number {
        return this.#entries.push(entry);
      }
      clone(): Cache {
        const copy = new Cache();
        copy.#entries = [...this.#entries];
        return copy;
      }
    }
    const cache = new Cache();
    cache.add("a");
    const copy = copyOf(new Holder({ counter, cache })).value as { counter: LongCounter; cache: Cache };
    copy.counter.add(4);
    expect([counter.getLocalValue(), copy.counter.getLocalValue()]).toEqual([3n, 7n]);
    expect([copy.cache.add("b"), cache.add("c")]).toEqual([2, 2]);
  });

  test("keeps classes, shared references and cycles", () => {
    const shared = new Holder([1]);
    const original = new Holder({ one: shared, two: shared }) as Holder & { self?: unknown };
    original.self = original;
    const copy = copyOf(original);
    const { one, two } = copy.value as { one: Holder; two: Holder };
    expect(one).toBe(two);
    expect(one).not.toBe(shared);
    expect(one.map()).toEqual([1]);
    expect(copy.self).toBe(copy);
  });

  test("keeps data sets, decimals and errors of ours, which never change", () => {
    const dataSet = { [OPERATOR]: new CollectionSourceOperator([], common("Source")), run: () => 1 };
    const decimal = Decimal.of("1.5");
    const error = new MillraceError({ code: "TIMEOUT", what: "x" });
    const copy = copyOf(new Holder([dataSet, decimal, error]));
    expect(copy.value).toEqual([dataSet, decimal, error]);
    for (const [index, each] of [dataSet, decimal, error].entries())
      expect((copy.value as unknown[])[index]).toBe(each);
  });

  test("keeps the methods of a literal, and copies its state", () => {
    const literal = {
      seen: [0],
      map(this: { seen: number[] }, n: number): number {
        return this.seen.push(n);
      },
    };
    const copy = copyOf(literal);
    copy.map(1);
    expect([copy.seen, literal.seen]).toEqual([[0, 1], [0]]);
  });

  test("keeps what a property is: hidden, constant, frozen", () => {
    const original = Object.freeze(Object.defineProperty(new Holder(1), "hidden", { value: [2] }));
    const copy = copyOf(original);
    expect(Object.isFrozen(copy)).toBe(true);
    expect(Object.getOwnPropertyDescriptor(copy, "hidden")).toEqual({
      value: [2],
      writable: false,
      enumerable: false,
      configurable: false,
    });
  });

  test("is what clone() returns", () => {
    class Cloning extends RichMapFunction<number, number> {
      readonly #n: number;
      constructor(n: number) {
        super();
        this.#n = n;
      }
      clone(): this {
        return new Cloning(this.#n + 1) as this;
      }
      override map(): number {
        return this.#n;
      }
    }
    expect(copyOf(new Cloning(1)).map()).toBe(2);
  });

  test.each([
    ["itself", (self: object) => self],
    ["nothing", () => undefined],
    ["something else", () => ({ other: 1 })],
  ])("is not %s", (_name, clone) => {
    const target = {
      map: () => 1,
      clone(): unknown {
        return clone(this);
      },
    };
    expect(() => copyOf(target)).toThrow(/clone\(\).*INVALID_FUNCTION/);
  });
});

describe("[O91] what cannot be copied is INVALID_FUNCTION that names the field", () => {
  test.each<[string, unknown, RegExp]>([
    ["a function", { deep: [() => 1] }, /Holder\.value\.deep\.0 holds a function/],
    ["a class", class {}, /Holder\.value holds a function/],
    ["a promise", Promise.resolve(), /Holder\.value holds an instance of Promise/],
    ["a weak map", { m: new WeakMap() }, /Holder\.value\.m holds an instance of WeakMap/],
    ["an abort signal", new AbortController().signal, /Holder\.value holds an instance of AbortSignal/],
    ["an accessor", Object.defineProperty({}, "x", { get: () => 1 }), /Holder\.value\.x holds an accessor/],
  ])("%s", (_name, value, message) => {
    try {
      copyOf(new Holder(value));
      expect.fail("it was copied");
    } catch (error) {
      expect(isMillraceError(error, "INVALID_FUNCTION")).toBe(true);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).toMatch(/open\(\)|clone\(\)/);
    }
  });
});
