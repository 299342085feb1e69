/**
 * Runs a function text in a scope that records which free names are really read and written: a Proxy as the object of a
 * `with` statement has every name of the pool.
 */
import { FUEL, type GeneratedFunction, NAMES } from "./random-functions.js";

/** How many function calls one run may make. Every generated function starts with one use of it. */
const FUEL_PER_RUN = 300;

/** What a run saw. */
export interface Recorded {
  readonly reads: Set<string>;
  readonly writes: Set<string>;
  /** The fields that were read of the first and the second argument; `*` stands for any other use, `@` for iterating. */
  readonly fields: readonly [Set<string>, Set<string>];
  /** What a plain function returned; undefined also when it threw or could not be called. */
  result: unknown;
  /** Whether the text could be evaluated at all; an error inside the function does not count. */
  syntaxError: unknown;
}

/** Evaluates the text, then calls what comes out, with values that can be used in any way. */
export function record(generated: GeneratedFunction): Recorded {
  const recorded: Recorded = {
    reads: new Set(),
    writes: new Set(),
    fields: [new Set(), new Set()],
    result: undefined,
    syntaxError: undefined,
  };
  const anything = anyValue(FUEL_PER_RUN);
  const scope = new Proxy(Object.create(null), {
    has: (_target, key) => key === FUEL || (typeof key === "string" && NAMES.includes(key)),
    get: (_target, key) => {
      if (key === FUEL) return anything;
      if (typeof key !== "string") return undefined;
      recorded.reads.add(key);
      return anything;
    },
    set: (_target, key) => {
      recorded.writes.add(String(key));
      return true;
    },
    deleteProperty: (_target, key) => {
      recorded.writes.add(String(key));
      return true;
    },
  });
  let evaluate: (scope: object) => unknown;
  try {
    evaluate = evaluation(generated);
  } catch (error) {
    recorded.syntaxError = error;
    return recorded;
  }
  try {
    use(evaluate(scope), anything, recorded);
  } catch {
    // Random functions throw often; what they did before is recorded.
  }
  return recorded;
}

function evaluation({ kind, text, strictness }: GeneratedFunction): (scope: object) => unknown {
  const expression = kind === "method" ? `Object.values({ ${text} })[0]` : `(${text}\n)`;
  const directive = strictness === "strict" ? "'use strict';" : "";
  const source = `with (scope) { return (function () { ${directive} return ${expression}; })(); }`;
  return new Function("scope", source) as (scope: object) => unknown;
}

/** Calls a function, iterates a generator, makes an instance of a class and uses its members. */
function use(made: unknown, anything: unknown, recorded: Recorded): void {
  if (typeof made !== "function") return;
  if (/^class/.test(Function.prototype.toString.call(made))) {
    useObject(made, anything);
    useObject(made.prototype as object, anything);
    useObject(Reflect.construct(made, [anything, anything]) as object, anything);
    return;
  }
  const [first, second] = recorded.fields.map((fields) => observed(anything, fields));
  const result: unknown = Reflect.apply(made, anything, [first, second, anything]);
  if (!/GeneratorFunction/.test(Object.prototype.toString.call(made))) {
    recorded.result = result;
    return;
  }
  const generator = result as Iterator<unknown>;
  for (let left = 10; left > 0 && generator.next(anything).done !== true; left--);
}

function useObject(object: object, anything: unknown): void {
  for (const key of Reflect.ownKeys(object)) {
    if (key === "constructor" || key === "prototype") continue;
    try {
      const member: unknown = Reflect.get(object, key, anything);
      if (typeof member === "function" && member !== anything) Reflect.apply(member, anything, [anything, anything]);
    } catch {
      // The next member may get further.
    }
  }
}

/**
 * A value that can be called, constructed, iterated, extended, compared and converted; calls call their arguments.
 * It can be called a limited number of times, which is how a run ends that calls itself for ever.
 */
function anyValue(numCalls: number): unknown {
  let left = numCalls;
  function target(): void {}
  const proxy: unknown = new Proxy(target, {
    get: (_target, key) => {
      if (key === Symbol.toPrimitive) return () => 1;
      if (key === Symbol.iterator) return () => [proxy, proxy][Symbol.iterator]();
      if (key === "prototype") return target.prototype;
      return typeof key === "symbol" || key === "then" ? undefined : proxy;
    },
    apply: (_target, _receiver, values: unknown[]) => {
      if (left-- <= 0) throw new Error("out of fuel");
      for (const value of values) if (typeof value === "function" && value !== proxy) value(proxy);
      return proxy;
    },
    construct: () => ({}),
    set: () => true,
    defineProperty: () => true,
    deleteProperty: () => true,
    getOwnPropertyDescriptor: (object, key) => Reflect.getOwnPropertyDescriptor(object, key),
  });
  return proxy;
}

/** Wraps a value so that every use of it is noted. */
function observed(value: unknown, fields: Set<string>): unknown {
  const note = (): void => void fields.add("*");
  const passed = (trap: (...values: never[]) => unknown) => {
    return (...values: unknown[]): unknown => {
      note();
      return Reflect.apply(trap, undefined, values);
    };
  };
  return new Proxy(value as object, {
    get: (target, key) => {
      fields.add(typeof key === "string" ? key : key === Symbol.iterator ? "@" : "*");
      return Reflect.get(target, key);
    },
    set: passed(Reflect.set) as () => boolean,
    has: passed(Reflect.has) as () => boolean,
    ownKeys: passed(Reflect.ownKeys) as () => (string | symbol)[],
    deleteProperty: passed(Reflect.deleteProperty) as () => boolean,
    apply: passed(Reflect.apply),
    construct: passed(Reflect.construct) as () => object,
  });
}
