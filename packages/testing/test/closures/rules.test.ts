/**
 * Rules that need a look at graphs and sessions. These run in the test runner's own modules, which are functions around the code: one
 * more way in which programs run.
 */
import {
  type CapturedGraph,
  captureFunctions,
  decodeCapturedGraph,
  encodeCapturedGraph,
  perSlot,
  prepareCapture,
  reviveFunctions,
  watchCaptures,
} from "@millrace/closures";
import { type Host, isMillraceError, RichMapFunction } from "@millrace/core";
import { nodeHost } from "@millrace/host-node";
import { TestHost } from "@millrace/host-test";
import { describe, expect, test, vi } from "vitest";
import { runProgram } from "./run-program.js";
import { triple } from "./user-helpers.js";

vi.mock("./user-helpers.js", () => ({ triple: (x: number) => x * 300 }));

const host = nodeHost();
const scripts = host.scripts!;

function capture(...values: readonly unknown[]): CapturedGraph {
  return captureFunctions(
    values.map((value) => ({ value, where: { operator: "Filter at job.ts:12" } })),
    host,
  );
}

async function revive<T extends readonly unknown[]>(...values: T): Promise<T> {
  const { functions } = await reviveFunctions(decodeCapturedGraph(encodeCapturedGraph(capture(...values))), scripts);
  return functions as unknown as T;
}

function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isMillraceError(error)) return error.message;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("one graph", () => {
  test("[C60] two functions of a job share what they captured, and every revival has a copy of its own", async () => {
    const shared = { list: [1] };
    const graph = capture(
      () => shared,
      () => shared.list,
    );
    const first = (await reviveFunctions(graph, scripts)).functions as [() => typeof shared, () => number[]];
    const second = (await reviveFunctions(graph, scripts)).functions as [() => typeof shared, () => number[]];
    expect(first[0]().list).toBe(first[1]());
    expect(first[0]()).not.toBe(shared);
    expect(second[0]()).not.toBe(first[0]());
  });

  test("[C60] two captures see what a variable is at each time", async () => {
    let n = 1;
    const read = () => n;
    const before = capture(read);
    n = 2;
    const after = capture(read);
    const values = [];
    for (const graph of [before, after])
      values.push(((await reviveFunctions(graph, scripts)).functions[0] as () => number)());
    expect(values).toEqual([1, 2]);
  });

  test("[C74] the mocked helper of a test runner is what travels", async () => {
    const [call] = await revive((x: number) => triple(x));
    expect(call(2)).toBe(600);
  });

  test("[C85] a mock function of the test runner is refused", () => {
    const mock = vi.fn(() => 1);
    expect(refusalOf(() => capture(() => mock()))).toMatch(/mock is a mock function/);
  });

  test("[C82] rich function objects travel with their class and fields", async () => {
    class Add extends RichMapFunction<number, number> {
      readonly n: number;
      constructor(n: number) {
        super();
        this.n = n;
      }
      map(x: number): number {
        return x + this.n;
      }
    }
    const [add] = await revive(new Add(5));
    expect(add.map(1)).toBe(6);
  });

  test("[C66] every revival has its own value of perSlot", async () => {
    const cache = perSlot(() => new Map<string, number>());
    cache().set("here", 1);
    const graph = capture(() => cache());
    const [first] = (await reviveFunctions(graph, scripts)).functions as [() => Map<string, number>];
    const [second] = (await reviveFunctions(graph, scripts)).functions as [() => Map<string, number>];
    expect(first().size).toBe(0);
    expect(first()).toBe(first());
    expect(first()).not.toBe(second());
  });

  test("[C73] a handle travels in place of its object", async () => {
    class Data {
      readonly id = 7;
    }
    const data = new Data();
    const graph = captureFunctions([{ value: () => data.id, where: {} }], host, {
      handleOf: (value) => (value instanceof Data ? { data: { id: value.id } } : undefined),
    });
    const restored = await reviveFunctions(graph, scripts, {
      restoreHandle: (each) => ({ id: (each as Data).id + 1 }),
    });
    expect((restored.functions[0] as () => number)()).toBe(8);
    await expect(reviveFunctions(graph, scripts)).rejects.toThrow(/CAPTURE_CORRUPT/);
  });
});

describe("what is refused", () => {
  test("[C85] the message has the operator, the path, the kind and what to do", () => {
    const client = { socket: new WeakMap() };
    expect(refusalOf(() => capture(() => client))).toBe(
      "Filter at job.ts:12 > the function > client > socket is a WeakMap, which cannot travel to another thread. Expected data, functions and " +
        "classes of the program, built-ins and exports of packages. Where: Filter at job.ts:12. Capture plain data made from it, or make it where " +
        "it is used: perSlot(() => …), or open() of a rich function. [CAPTURE_REFUSED, docs/errors/CAPTURE_REFUSED.md]",
    );
  });

  test("[C84] values never show, only names and kinds", () => {
    const secret = { password: "hunter2", key: new Map([["hunter3", new WeakSet()]]) };
    const message = refusalOf(() => capture(() => secret));
    expect(message).toContain("secret > key > value 0 is a WeakSet");
    expect(message).not.toMatch(/hunter/);
  });

  test("[C83] more than 2,000 functions are an error with the path that led there", () => {
    const many = { list: Array.from({ length: 2_100 }, (_, index) => () => index) };
    const still: Host = { ...host, clock: { now: () => 0, monotonic: () => 0 } };
    expect(refusalOf(() => captureFunctions([{ value: () => many, where: {} }], still))).toMatch(
      /many > list.*more than 2000 others.*keep it external.*CAPTURE_TOO_LARGE/s,
    );
  });

  test("[C83] more than 64 MiB are an error that names broadcast sets, more than 1 MiB a warning", () => {
    const large = new Uint8Array(65 * 1024 * 1024);
    expect(refusalOf(() => capture(() => large))).toMatch(/large.*64 MiB.*broadcast set.*CAPTURE_TOO_LARGE/s);
    const warnings: string[] = [];
    const notSmall = new Uint8Array(2 * 1024 * 1024);
    captureFunctions([{ value: () => notSmall, where: {} }], host, { warn: (message) => warnings.push(message) });
    expect(warnings.join()).toMatch(/captured 2\.0 MiB; a broadcast set is cheaper/);
  });

  test("[C83] more than a second is an error", () => {
    let now = 0;
    const before = { slow: true };
    const slow: Host = {
      ...host,
      inspector: { open: () => host.inspector!.open() },
      clock: { now: () => 0, monotonic: () => (now += 2_000) },
    };
    expect(refusalOf(() => captureFunctions([{ value: () => before, where: {} }], slow))).toMatch(/more than 1000 ms/);
  });

  test("[C83] more than 50 ms are a warning", () => {
    let now = 0;
    const slow: Host = { ...host, clock: { now: () => 0, monotonic: () => (now += 60) } };
    const warnings: string[] = [];
    captureFunctions([{ value: () => 1, where: {} }], slow, { warn: (message) => warnings.push(message) });
    expect(warnings.join()).toMatch(/^Capturing the functions of this job took \d+ ms\.$/);
  });

  test("[C89] a host without an inspector is told so", () => {
    const action = () => captureFunctions([{ value: () => 1, where: {} }], new TestHost());
    expect(refusalOf(action)).toMatch(/test host cannot look into functions.*inline.*UNSUPPORTED_BY_HOST/s);
  });
});

describe("a capture that was prepared", () => {
  test("[C98] the next capture takes what was prepared, once", async () => {
    let numSessions = 0;
    const open = () => {
      numSessions++;
      return host.inspector!.open();
    };
    const counting: Host = { ...host, inspector: { open } };
    const n = 2;
    const twice = (x: number) => x * n;
    prepareCapture(counting);
    prepareCapture(counting);
    expect(numSessions).toBe(1);
    // Nothing stops at this while it is prepared.
    // biome-ignore lint/suspicious/noDebugger: what is tested
    debugger;
    for (const expected of [1, 2]) {
      const graph = captureFunctions([{ value: twice, where: {} }], counting);
      expect(numSessions).toBe(expected);
      expect(((await reviveFunctions(graph, scripts)).functions[0] as typeof twice)(4)).toBe(8);
    }
    prepareCapture(counting);
    expect(numSessions).toBe(2);
  });

  test("[C98] where functions cannot be captured, preparing does nothing", () => {
    expect(() => prepareCapture(new TestHost())).not.toThrow();
  });
});

describe("captured data that change", () => {
  const changes: Record<string, () => [() => unknown]> = {
    "a property": () => {
      const o = { n: 0 };
      return [() => o.n++];
    },
    "a new property": () => {
      const o: Record<string, number> = {};
      return [() => (o.x = 1)];
    },
    "a deleted property": () => {
      const o: { x?: number } = { x: 1 };
      return [() => delete o.x];
    },
    "an item of an array": () => {
      const a = [1, 2];
      return [() => (a[1] = 3)];
    },
    "a longer array": () => {
      const a = [1, 2];
      return [() => a.push(3)];
    },
    "a sorted array": () => {
      const a = [2, 1];
      return [() => a.sort()];
    },
    "an entry of a Map": () => {
      const m = new Map([["a", 1]]);
      return [() => m.set("a", 2)];
    },
    "an item of a Set": () => {
      const s = new Set([1]);
      return [() => s.add(2)];
    },
    "a Date": () => {
      const d = new Date(0);
      return [() => d.setTime(1)];
    },
    "a byte": () => {
      const b = new Uint8Array(4);
      return [() => (b[0] = 1)];
    },
    "a byte of a Buffer": () => {
      const b = Buffer.from([1, 2]);
      return [() => (b[0] = 9)];
    },
    "a field of an instance": () => {
      class Counter {
        n = 0;
        add() {
          this.n++;
        }
      }
      const c = new Counter();
      return [() => c.add()];
    },
  };

  Object.assign(changes, {
    "a property under a symbol": () => {
      const key = Symbol("own");
      const o = { [key]: 1 };
      return [() => o[key]++];
    },
    "a getter that was replaced": () => {
      const o = {
        get x() {
          return 1;
        },
      };
      return [() => Object.defineProperty(o, "x", { get: () => 2 })];
    },
    "an attribute": () => {
      const o = { x: 1 };
      return [() => Object.defineProperty(o, "x", { enumerable: false })];
    },
    "a frozen object": () => {
      const o = { x: 1 };
      return [() => Object.freeze(o)];
    },
    "a sign of zero": () => {
      const o = { x: 0 };
      return [() => (o.x = -0)];
    },
    "an object in place of an equal one": () => {
      const o = { x: { a: 1 } };
      return [() => (o.x = { a: 1 })];
    },
    "a long text": () => {
      const o = { x: "x".repeat(1_000) };
      return [() => (o.x = `${"x".repeat(999)}y`)];
    },
    "the order of keys": () => {
      const o: Record<string, number> = { a: 1, b: 2 };
      return [
        () => {
          delete o.a;
          o.a = 1;
        },
      ];
    },
    "a static field": () => {
      // biome-ignore lint/complexity/noStaticOnlyClass: a static field is what is tested
      class Counter {
        static n = 0;
      }
      return [() => Counter.n++];
    },
    "a property of a function": () => {
      const f = Object.assign(() => 1, { calls: 0 });
      return [() => f.calls++];
    },
    "a method of a class": () => {
      class A {
        m() {
          return 1;
        }
      }
      return [() => (A.prototype.m = () => 2)];
    },
    "a field of an error": () => {
      const e = Object.assign(new Error("x"), { n: 1 });
      return [() => e.n++];
    },
    "a URL": () => {
      const url = new URL("https://example.com/a");
      return [() => (url.pathname = "/b")];
    },
  } satisfies typeof changes);

  test.each(Object.entries(changes))("[C80] %s", async (_name, make) => {
    const revived = await reviveFunctions(capture(make()[0]), scripts);
    revived.checkCaptures();
    (revived.functions[0] as () => void)();
    expect(() => revived.checkCaptures()).toThrow(
      /changed captured data.*accumulator.*rich function.*perSlot.*CAPTURE_CHANGED/s,
    );
  });

  test.each(Object.entries(changes))("[C100] of the program itself: %s", (_name, make) => {
    const value = make()[0];
    const watch = watchCaptures([{ value, where: { operator: "Filter at job.ts:12" } }], host);
    watch.check();
    watch.begin();
    watch.check();
    (value as () => void)();
    watch.begin();
    expect(() => watch.check()).toThrow(/changed captured data: .*, Filter at job.ts:12 > .* > .*CAPTURE_CHANGED/s);
  });

  test("[C100] what captureFunctions refuses is refused", () => {
    const pending = Promise.resolve(1);
    const values = [{ value: () => pending, where: {} }];
    expect(refusalOf(() => watchCaptures(values, host))).toBe(refusalOf(() => captureFunctions(values, host)));
  });

  test("[C80] the position of a regular expression is no change", async () => {
    const expression = /a/g;
    const revived = await reviveFunctions(
      capture(() => expression.test("aa")),
      scripts,
    );
    (revived.functions[0] as () => boolean)();
    expect(() => revived.checkCaptures()).not.toThrow();
  });

  test("[C80] above 64 KiB what comes first is compared, and all of it when that is asked for", async () => {
    const small = { n: 1 };
    const large = { list: new Array<number>(20_000).fill(1) };
    const graph = capture(
      () => large.list.push(2),
      () => small.n++,
    );
    const usual = await reviveFunctions(graph, scripts);
    (usual.functions[0] as () => void)();
    expect(() => usual.checkCaptures()).not.toThrow();
    (usual.functions[1] as () => void)();
    expect(() => usual.checkCaptures()).toThrow(/CAPTURE_CHANGED/);
    const complete = await reviveFunctions(graph, scripts, { checksAllCaptures: true });
    (complete.functions[0] as () => void)();
    expect(() => complete.checkCaptures()).toThrow(/an array.*CAPTURE_CHANGED/s);
  });

  test("[C80] data that came back to what they were have not changed", async () => {
    const data = { n: 1, text: "x".repeat(1_000), list: [1], made: new Map([["a", -0]]) };
    const revived = await reviveFunctions(
      capture(() => {
        data.n++;
        data.n--;
        data.text = "x".repeat(1_000);
        data.list.push(2);
        data.list.pop();
        data.made.delete("a");
        data.made.set("a", -0);
      }),
      scripts,
    );
    (revived.functions[0] as () => void)();
    expect(() => revived.checkCaptures()).not.toThrow();
  });
});

describe("the wire", () => {
  const bytes = encodeCapturedGraph(
    capture(
      (
        (data: Map<string, Uint8Array>) => () =>
          data
      )(new Map([["a", new Uint8Array([1, 2, 3])]])),
    ),
  );

  test("[C88] what is encoded is decoded as it was, from shared memory too", async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    for (const each of [bytes, shared]) {
      const revived = await reviveFunctions(decodeCapturedGraph(each), scripts);
      expect((revived.functions[0] as () => unknown)()).toEqual(new Map([["a", new Uint8Array([1, 2, 3])]]));
    }
  });

  test("[C88] every cut-off input is refused", () => {
    for (let length = 0; length < bytes.length - 8; length++) {
      expect(refusalOf(() => decodeCapturedGraph(bytes.subarray(0, length)))).toMatch(/CAPTURE_CORRUPT/);
    }
  });

  test("[C88] another version, another magic and too many bytes are refused", () => {
    const version = bytes.slice();
    version[4] = 99;
    expect(refusalOf(() => decodeCapturedGraph(version))).toMatch(/version 99/);
    const magic = bytes.slice();
    magic[0] = 0;
    expect(refusalOf(() => decodeCapturedGraph(magic))).toMatch(/do not begin/);
    expect(refusalOf(() => decodeCapturedGraph(bytes, 10))).toMatch(/more than the 10/);
  });

  const started = { argv: [], execArgv: [], env: {} };
  test.each([
    ["a node that is not there", { roots: [["node", 99]] }],
    ["an unknown tag", { roots: [["what", 1]] }],
    ["an unknown type", { nodes: [{ type: "evil" }] }],
    [
      "a name that is no identifier",
      { units: [{ text: "x", script: 0, line: 1, column: 1, names: ["a){evil()"] }], scripts: [{ url: "x" }] },
    ],
    ["a buffer that is not there", { nodes: [{ type: "bytes", chunk: 4 }] }],
    ["an argument that is no text", { process: { ...started, argv: [1] } }],
    ["keys without values", { nodes: [{ type: "record", keys: ["a"], values: [] }] }],
  ])("[C88] %s is refused", (_name, part) => {
    const content = { scripts: [], units: [], nodes: [], roots: [], setUp: [], process: started, ...part };
    const graph = { version: 2, content, chunks: [], sizeBytes: 0, numFunctions: 0 } as unknown as CapturedGraph;
    expect(refusalOf(() => decodeCapturedGraph(encodeCapturedGraph(graph)))).toMatch(/CAPTURE_CORRUPT/);
  });
});

describe("the inspector", () => {
  test("[C91] a session reads only what it is asked for", () => {
    const wanted = 1;
    const other = { untouched: true };
    const look = () => [wanted, other];
    const session = host.inspector!.open();
    try {
      const inspected = session.inspect(look)!;
      expect(session.script(inspected.scriptId)!.source).toContain("const wanted = 1");
      const values = inspected.scopes.flatMap((scope) => (scope.kind === "global" ? [] : [...scope.read(["wanted"])]));
      expect(values).toEqual([["wanted", { value: 1, isUninitialized: false }]]);
      expect(session.inspect(Math.max)).toBeUndefined();
    } finally {
      session.close();
    }
  });

  test("[C91] after the capture nothing of it is left on the global object", () => {
    const before = Reflect.ownKeys(globalThis).length;
    const held = { before };
    capture(() => held);
    expect(Reflect.ownKeys(globalThis).length).toBe(before);
  });

  test("[C91] captured objects can be collected afterwards", async () => {
    expect(await runProgram(process.execPath, ["--expose-gc", "collected.mjs"])).toBe("collected");
  });
});
