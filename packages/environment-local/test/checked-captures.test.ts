/** `checkCaptures`: functions run as they are, with the program's own data, and it is found out when they change them. Both engines do the same. */
import { perSlot, watchCaptures } from "@millrace/closures";
import {
  type EnvironmentOptions,
  type Host,
  LongCounter,
  RichMapFunction,
  type RuntimeContext,
  type Sink,
} from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";
import { afterAll, describe, expect, test } from "vitest";
import { localEngine } from "../src/index.js";

const host = nodeHost();
const withoutInspector: Host = { ...host, inspector: undefined };
const engines = [localEngine(host, { memory: "64MiB" }), collectionEngine(host, { watchCaptures })];
const bareEngines = [
  localEngine(withoutInspector, { memory: "64MiB" }),
  collectionEngine(withoutInspector, { watchCaptures }),
];
afterAll(async () => {
  for (const engine of [...engines, ...bareEngines]) await engine.close();
});

/** Functions that change what they captured, and the end of the path that leads to it. */
const changes: Record<string, () => readonly [path: RegExp, change: (n: number) => unknown]> = {
  "an array": () => {
    const seen: number[] = [];
    return [/an array, .* > seen /, (n) => seen.push(n)];
  },
  "a long array that keeps its length": () => {
    const seen = new Array<number>(10_000).fill(0);
    return [/an array, .* > seen /, (n) => seen.fill(n, 9_999)];
  },
  "a Map": () => {
    const counts = new Map<number, number>();
    return [/a Map, .* > counts /, (n) => counts.set(n, 1)];
  },
  "a Set": () => {
    const seen = new Set<number>();
    return [/a Set, .* > seen /, (n) => seen.add(n)];
  },
  "an object within others": () => {
    const state = { a: [{ total: 0 }] };
    return [/an object, .* > state > a > \[0\] /, (n) => (state.a[0]!.total += n)];
  },
  "a Date": () => {
    const day = new Date(0);
    return [/a Date, .* > day /, (n) => day.setTime(n)];
  },
  "a Buffer": () => {
    const bytes = Buffer.from("abc");
    return [/a Buffer, .* > bytes /, (n) => (bytes[1] = n)];
  },
  "a typed array": () => {
    const totals = new Float64Array(2);
    return [/a buffer, .* > totals > buffer /, (n) => (totals[1]! += n)];
  },
  "a buffer that was handed on": () => {
    const buffer = new ArrayBuffer(8);
    return [/a buffer, .* > buffer /, () => buffer.byteLength > 0 && structuredClone(buffer, { transfer: [buffer] })];
  },
  "a static field": () => {
    class Counter {
      static n = 0;
      read = () => Counter.n;
    }
    return [/a function or class, .* > Counter /, () => Counter.n++];
  },
  "what a helper captured": () => {
    const cache: Record<number, number> = {};
    const square = (n: number): number => (cache[n] ??= n * n);
    return [/an object, .* > square > cache /, (n) => square(n)];
  },
};

describe.each([0, 1])("[O119] with the engine %s", (number) => {
  const engine = engines[number]!;
  const environment = (options: EnvironmentOptions = {}) =>
    ExecutionEnvironment.onEngine(engine, { progress: false, checkCaptures: true, ...options });

  test.each(Object.entries(changes))("a change is an error that names it: %s", async (_name, make) => {
    const [path, change] = make();
    const changed = environment()
      .fromElements(1, 2, 3)
      .map((n) => {
        change(n);
        return n;
      })
      .name("counts");
    await expect(changed.collect()).rejects.toMatchObject({
      code: "CAPTURE_CHANGED",
      what: expect.stringMatching(new RegExp(`${path.source.trimEnd()}$`)),
      fix: expect.stringMatching(/accumulator.*rich function.*perSlot/),
      where: {
        operator: "counts",
        file: expect.any(String),
        line: expect.any(Number),
      },
    });
  });

  test.each(Object.entries(changes))("nobody asked, and nothing is compared: %s", async (_name, make) => {
    const change = make()[1];
    const data = environment({ checkCaptures: false }).fromElements(1, 2);
    const same = data.map((n) => {
      change(n);
      return n;
    });
    expect(await same.collect()).toEqual([1, 2]);
  });

  test("no content shows", async () => {
    const secrets = ["hunter2"];
    const changed = environment()
      .fromElements("swordfish")
      .filter((text) => secrets.push(text) > 0);
    const error = await changed.collect().catch((each: Error) => each.message);
    expect(error).toMatch(/secrets/);
    expect(error).not.toMatch(/hunter2|swordfish/);
  });

  test("what is only read passes, and what came back to what it was", async () => {
    const limits = {
      low: 1,
      of: new Map([["a", [1]]]),
      days: [new Date(0)],
      bytes: Buffer.from("abc"),
      all: new Set([1]),
    };
    const expression = /\d+/g;
    const scratch: number[] = [];
    const kept = environment({ parallelism: 3 })
      .fromElements(1, 2, 3)
      .filter((n) => {
        scratch.push(n);
        scratch.pop();
        return (
          (expression.exec(`1 ${n}`)?.index ?? 0) >= 0 &&
          n > limits.low &&
          limits.of.size + limits.bytes.length + limits.all.size > 0
        );
      });
    expect([...(await kept.collect())].sort()).toEqual([2, 3]);
    expect(limits.days).toHaveLength(1);
  });

  test("accumulators, fields of rich functions, broadcast sets and perSlot are the ways out", async () => {
    class Numbered extends RichMapFunction<number, string> {
      seen: number[] = [];
      override map(n: number, context: RuntimeContext): string {
        slot().push(n);
        this.seen.push(n);
        context.getAccumulator("seen", LongCounter).add(1n);
        return `${this.seen.length}: ${n + Number(context.getBroadcastVariable(offsets)[0])}`;
      }
    }
    const env = environment();
    const offsets = env.fromElements(10);
    const slot = perSlot((): number[] => []);
    const texts: string[] = [];
    const sink: Sink<string> = {
      name: "texts",
      openWriter: async () => ({
        write: (each) => void texts.push(each),
        close: async () => undefined,
        abort: async () => undefined,
      }),
    };
    env.fromElements(1, 2).map(new Numbered()).withBroadcastSet(offsets, "offsets").output(sink);
    const result = await env.execute();
    expect(texts).toEqual(["1: 11", "2: 12"]);
    expect(result.getAccumulatorResult("seen", LongCounter)).toBe(2n);
  });

  test("what sets the job up may change what functions read", async () => {
    const settings = { factor: 1 };
    const env = environment();
    env.setUp(() => {
      settings.factor = 3;
    });
    expect(
      await env
        .fromElements(1, 2)
        .map((n) => n * settings.factor)
        .collect(),
    ).toEqual([3, 6]);
  });

  test("it is compared before a sink commits", async () => {
    const log: string[] = [];
    const seen: number[] = [];
    const env = environment({ executionRetries: 2 });
    const sink: Sink<number> = {
      name: "noting",
      openWriter: async () => ({ write() {}, close: async () => undefined, abort: async () => undefined }),
      commit: async () => void log.push("commits"),
      abort: async () => void log.push("aborts"),
    };
    env
      .fromElements(1, 2)
      .map((n) => seen.push(n))
      .output(sink);
    await expect(env.execute()).rejects.toMatchObject({ code: "CAPTURE_CHANGED" });
    expect({ log, seen }).toEqual({ log: ["aborts"], seen: [1, 2] });
  });

  test("an attempt that failed is followed by another, and what it changed is found out then", async () => {
    const seen: number[] = [];
    const failingOnce = (isChanging: boolean) =>
      environment({ executionRetries: 1 })
        .fromElements(1)
        .map((n, context) => {
          if (context.attemptNumber === 1) return n;
          if (isChanging) seen.push(n);
          throw new Error("not yet");
        })
        .collect();
    expect(await failingOnce(false)).toEqual([1]);
    await expect(failingOnce(true)).rejects.toMatchObject({ code: "CAPTURE_CHANGED" });
  });

  test("a job that fails or is cancelled says so", async () => {
    const seen: number[] = [];
    const failing = environment().fromElements(1);
    const boom = (n: number): number => {
      seen.push(n);
      throw new Error("boom");
    };
    await expect(failing.map(boom).collect()).rejects.toMatchObject({ code: "FUNCTION_FAILED" });
    const controller = new AbortController();
    const endless = environment()
      .generateSequence(1, 1e9)
      .filter((n) => seen.push(n) < 0);
    const onProgress = () => controller.abort("enough");
    const cancelled = endless.collect({ signal: controller.signal, onProgress });
    await expect(cancelled).rejects.toMatchObject({ code: "JOB_CANCELLED" });
  });

  test("what cannot be captured is refused before anything runs", async () => {
    const state = { pending: Promise.resolve(1) };
    const data = environment().fromElements(1);
    await expect(data.filter(() => state.pending !== undefined).collect()).rejects.toMatchObject({
      code: "CAPTURE_REFUSED",
      what: expect.stringMatching(/state > pending is a Promise/),
    });
  });

  test("a host that cannot look into functions refuses", async () => {
    const env = ExecutionEnvironment.onEngine(bareEngines[number]!, { progress: false, checkCaptures: true });
    await expect(
      env
        .fromElements(1)
        .map((n) => n)
        .collect(),
    ).rejects.toMatchObject({
      code: "UNSUPPORTED_BY_HOST",
      fix: expect.stringContaining("without checkCaptures"),
    });
  });
});

test("[O119] an engine that was not given what looks at captured data refuses", async () => {
  const env = ExecutionEnvironment.onEngine(collectionEngine(host), { progress: false, checkCaptures: true });
  await expect(env.fromElements(1).collect()).rejects.toMatchObject({
    code: "UNSUPPORTED_BY_HOST",
    fix: expect.stringContaining("watchCaptures"),
  });
});
