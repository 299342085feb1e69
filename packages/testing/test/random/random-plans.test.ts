import { MapOperator, type Plan } from "@millrace/common-api";
import { bareHost, type Engine } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { describe, expect, test } from "vitest";
import { randomPlanText, runRandomPlans } from "../../src/index.js";
import { wrongEngines } from "../wrong-engines/wrong-engines.js";
import { FUZZ_SEED, fuzzCount, referenceEngine } from "./engines.js";

const wrong = (name: string): Engine<Plan> => {
  const found = wrongEngines.find((engine) => engine.name === name);
  if (found === undefined) throw new Error(`there is no engine that ${name}`);
  return found.create(bareHost());
};

describe("random plans on the reference engine", () => {
  const count = fuzzCount(300);

  test(`[RP2] agree at any parallelism, with and without hints and checks (FUZZ_SEED=${FUZZ_SEED}, FUZZ_COUNT=${count})`, async () => {
    const report = await runRandomPlans({ engine: referenceEngine(), seed: FUZZ_SEED, count });
    expect(report.failures, String(report)).toEqual([]);
    // A replay is too short to have everything.
    if (count >= 300) expect(report.neverDrawn, "[RP5]").toEqual([]);
  }, 120_000);
});

describe("a plan", () => {
  test("[RP1] depends on its seed only", () => {
    for (let seed = 0; seed < 50; seed++) expect(randomPlanText(seed)).toBe(randomPlanText(seed));
    expect(new Set(Array.from({ length: 50 }, (_, seed) => randomPlanText(seed))).size).toBe(50);
  });

  test("[RP1] shows its seed and reads like a program", () => {
    const text = randomPlanText(29);
    expect(text).toMatch(/^\/\/ seed 29\nconst d1 = env\.fromCollection\(\[/);
    expect(text).toMatch(/await d\d+\.(collect|count)\(\);|for await/);
  });
});

describe("a report", () => {
  test("[RP4] shows a plan that was cut down, and the seed that draws it again", async () => {
    const engine = wrong("gives a record of a semi join once per match");
    const report = await runRandomPlans({ engine });
    const [failure] = report.failures;
    expect(failure).toBeDefined();
    const { seed = 0, program = "" } = failure ?? {};
    expect(program.split("\n").length).toBeLessThan(randomPlanText(seed).split("\n").length);
    expect(program).toContain(".semiJoin(");
    expect(String(report)).toContain(program);
    const replayed = await runRandomPlans({ engine, seed, count: 1 });
    expect(replayed.failures[0]?.program).toBe(program);
  });

  test("[RP4] goes on after a failure when it is asked to", async () => {
    const engine = wrong("takes the greatest for minBy");
    const report = await runRandomPlans({ engine, count: 400, maxFailures: 2, maxShrinkRuns: 0 });
    expect(report.failures).toHaveLength(2);
  });

  test("[RP3] shows an error of the engine as a difference", async () => {
    const inner = referenceEngine();
    const engine: Engine<Plan> = {
      name: inner.name,
      host: inner.host,
      defaultParallelism: (options) => inner.defaultParallelism(options),
      start: (plan, job) => {
        if (plan.operators.some((operator) => operator instanceof MapOperator))
          throw new Error("there are no maps here");
        return inner.start(plan, job);
      },
      explain: (plan, options) => inner.explain(plan, options),
      close: () => inner.close(),
    };
    const report = await runRandomPlans({ engine });
    expect(report.failures[0]?.difference).toContain("failed with Error: there are no maps here");
  });

  test("[RP5] counts how often everything was drawn, what was never drawn included", async () => {
    const report = await runRandomPlans({ engine: referenceEngine(), count: 1, variants: [] });
    expect(report.drawn.operator.get("source")).toBeGreaterThan(0);
    expect(report.neverDrawn.length).toBeGreaterThan(0);
    expect(String(report)).toContain("never drawn: ");
  });

  test("a factory of environments stands for an engine, and its environments are closed", async () => {
    let numOpen = 0;
    const inner = referenceEngine();
    const createEnvironment = () => {
      numOpen++;
      const engine: Engine<Plan> = Object.assign(Object.create(inner) as Engine<Plan>, {
        start: (...args: Parameters<typeof inner.start>) => inner.start(...args),
        defaultParallelism: () => 1,
        close: () => {
          numOpen--;
          return Promise.resolve();
        },
      });
      return ExecutionEnvironment.onEngine(engine);
    };
    const report = await runRandomPlans({ createEnvironment, count: 5 });
    expect(report.failures).toEqual([]);
    expect(numOpen).toBe(0);
  });
});
