import { existsSync } from "node:fs";
import type { Plan } from "@millrace/common-api";
import type { Engine, Host } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";
import { TestHost } from "@millrace/host-test";
import { describe, expect, test } from "vitest";
import {
  bag,
  type ConformanceProgram,
  conformanceTests,
  type Expectation,
  law,
  ordered,
  runConformance,
} from "../../src/index.js";

const engine = collectionEngine(nodeHost());

function made(
  name: string,
  build: ConformanceProgram["build"],
  expected: Expectation,
  more: Partial<ConformanceProgram> = {},
): ConformanceProgram {
  return {
    name,
    covers: ["B020"],
    operators: ["map"],
    keyKinds: [],
    referenceCase: undefined,
    rule: undefined,
    needs: [],
    parallelism: undefined,
    environment: undefined,
    build,
    expected,
    ...more,
  };
}

async function* neverEnding(never: Promise<never>): AsyncGenerator<readonly unknown[]> {
  yield await never;
}

const right = made("made/right", (env) => env.fromElements(1, 2).map((n) => n + 1), bag([2, 3]));
const wrong = made("made/wrong", (env) => env.fromElements(1, 2).map((n) => n + 1), bag([2, 4]));
const throwing = made(
  "made/throwing",
  (env) =>
    env.fromElements(1).map((): number => {
      throw new Error("no luck");
    }),
  bag([1]),
);

describe("running the kit", () => {
  test("[C20] every program has an environment of its own, with the parallelism of its run", async () => {
    const ids = new Set<string>();
    const seen: number[] = [];
    const look = made(
      "made/look",
      async (env, run) => {
        ids.add(env.id);
        seen.push(env.parallelism, run.parallelism);
        return [];
      },
      bag([]),
    );
    const report = await runConformance({ engine, programs: [look], parallelism: [1, 3] });
    expect(report.numPassed).toBe(2);
    expect([...ids]).toHaveLength(2);
    expect(seen).toEqual([1, 1, 3, 3]);
  });

  test("[C20] files of a run are removed, also when it failed", async () => {
    const paths: string[] = [];
    const writes = made(
      "made/writes",
      async (_env, run) => {
        const path = await run.writeFile("a.txt", "text");
        paths.push(path);
        expect(await run.readFile(path)).toBe("text");
        throw new Error("after writing");
      },
      bag([]),
      { needs: ["files"] },
    );
    const report = await runConformance({ engine, programs: [writes], parallelism: [1] });
    expect(report.numFailed).toBe(1);
    expect(paths).toHaveLength(1);
    expect(existsSync(paths[0]!)).toBe(false);
  });

  test("[C20] environments that the kit was given a function for are disposed of", async () => {
    let numClosed = 0;
    const createEnvironment = (options: object) => {
      const own = collectionEngine(nodeHost());
      const closing = {
        ...own,
        name: "own",
        start: own.start.bind(own),
        defaultParallelism: own.defaultParallelism.bind(own),
      };
      const counted = Object.assign(closing, {
        explain: own.explain.bind(own),
        close: async () => {
          numClosed++;
        },
      });
      return ExecutionEnvironment.onEngine(counted, options);
    };
    const report = await runConformance({ createEnvironment, programs: [right, wrong], parallelism: [2] });
    expect(report).toMatchObject({ numPassed: 1, numFailed: 1 });
    expect(numClosed).toBe(2);
  });

  test("[C21] a failing program does not stop the rest, and the report shows what was wrong", async () => {
    const report = await runConformance({ engine, programs: [wrong, throwing, right], parallelism: [2] });
    expect(report).toMatchObject({ numPassed: 1, numFailed: 2, numLeftOut: 0 });
    expect(report.failures.map(({ program }) => program)).toEqual(["made/wrong", "made/throwing"]);
    expect(String(report)).toContain(
      [
        "made/wrong (parallelism 2)",
        "  2 records came where 2 were expected; 1 are missing, 1 are wrong.",
        "    missing: 4",
        "    wrong: 3",
        "  It holds an engine to B020.",
      ].join("\n"),
    );
    expect(String(report)).toContain("no luck");
    expect(String(report)).toMatch(/\n1 passed, 2 failed$/);
  });

  test("[C21] long differences and long values are shortened", async () => {
    const long = made(
      "made/long",
      () => Array.from({ length: 100 }, (_, i) => `${i} ${"x".repeat(1000)}`),
      ordered([]),
    );
    const report = await runConformance({ engine, programs: [long], parallelism: [1] });
    expect(report.failures[0]!.difference.unexpected).toHaveLength(100);
    const text = String(report);
    expect(text).toContain("… and 92 more");
    expect(text.length).toBeLessThan(2500);
  });

  test("[C21] the rule of a program is part of its failure", async () => {
    const ruled = { ...wrong, rule: "Here it differs on purpose" };
    const report = await runConformance({ engine, programs: [ruled], parallelism: [1] });
    expect(String(report)).toContain("Here it differs on purpose.");
  });

  test("[C25] a program on an engine that hangs counts as failed when its time is up, and the next one is run", async () => {
    const host = new TestHost();
    const inner = collectionEngine(host);
    let numStarted = 0;
    const hanging: Engine<Plan> = {
      name: "hanging",
      host,
      defaultParallelism: (options) => inner.defaultParallelism(options),
      explain: (plan, options) => inner.explain(plan, options),
      close: () => inner.close(),
      start(plan, job) {
        if (numStarted++ > 0) return inner.start(plan, job);
        const never = new Promise<never>(() => {});
        return { id: "never", result: () => never, records: () => neverEnding(never), cancel: async () => {} };
      },
    };
    const running = runConformance({ engine: hanging, programs: [right, right], parallelism: [1], timeLimitMs: 500 });
    await host.time.advance(499);
    expect(numStarted).toBe(1);
    await host.time.advance(1);
    const report = await running;
    expect(report).toMatchObject({ numPassed: 1, numFailed: 1 });
    expect(String(report)).toContain("did not end within 500 ms");
    expect(host.time.numPendingTimers).toBe(0);
  });

  test("[C22] without files a program that needs them is left out, and counted", async () => {
    const host: Host = { ...nodeHost(), files: undefined };
    const needy = { ...right, needs: ["files"] as const };
    const bare = collectionEngine(host);
    const report = await runConformance({ engine: bare, programs: [needy, right], parallelism: [1] });
    expect(report).toMatchObject({ numPassed: 1, numFailed: 0, numLeftOut: 1 });
    expect(String(report)).toContain("1 left out");
    for (const each of conformanceTests({ engine: bare, programs: [needy] })) await each.run();
  });

  test("[C22] a program that uses files without saying so is told", async () => {
    const host: Host = { ...nodeHost(), files: undefined };
    const sly = made("made/sly", async (_env, run) => [await run.writeFile("a", "b")], bag([]));
    const report = await runConformance({ engine: collectionEngine(host), programs: [sly], parallelism: [1] });
    expect(String(report)).toContain("UNSUPPORTED_BY_HOST");
  });

  test("[C20] a program's own options of the environment win over those of the run", async () => {
    const seen: unknown[] = [];
    const look = made(
      "made/look",
      async (env) => {
        seen.push(env.options.executionRetries, env.options.checkRecords, env.options.executionMode);
        return [];
      },
      bag([]),
      { environment: { executionRetries: 3 } },
    );
    const environment = { executionRetries: 1, executionMode: "batch" } as const;
    await runConformance({ engine, programs: [look], parallelism: [1], environment });
    await runConformance({ engine, programs: [right], parallelism: [1], checkRecords: false });
    expect(seen).toEqual([3, true, "batch"]);
  });

  test("[C23] programs are chosen by a part of their name, or by a function", async () => {
    const programs = [right, wrong, throwing];
    expect(conformanceTests({ engine, programs, filter: "wro" }).map(({ name }) => name)).toEqual([
      "made/wrong (parallelism 1)",
      "made/wrong (parallelism 2)",
      "made/wrong (parallelism 7)",
    ]);
    const filter = ({ name }: ConformanceProgram) => name.endsWith("right");
    expect((await runConformance({ engine, programs, filter })).numPassed).toBe(3);
  });

  test("[C23] a program that holds at some parallelisms only is run at those", () => {
    const only = { ...right, parallelism: [2] };
    expect(conformanceTests({ engine, programs: [only] }).map(({ parallelism }) => parallelism)).toEqual([2]);
  });

  test("[C24] a run rejects with the difference", async () => {
    const [run] = conformanceTests({ engine, programs: [wrong], parallelism: [1] });
    await expect(run!.run()).rejects.toThrow("missing: 4");
  });

  test("[C5] a law is told the parallelism", async () => {
    const four = made(
      "made/four",
      (env) => env.generateSequence(1, 4).mapPartition((_values, _out: unknown, context) => [context.subtaskIndex]),
      law("as many as subtasks", (calls, parallelism) =>
        calls.length === parallelism ? undefined : `${calls.length}`,
      ),
    );
    expect((await runConformance({ engine, programs: [four], parallelism: [1, 2, 5] })).numPassed).toBe(3);
  });
});
