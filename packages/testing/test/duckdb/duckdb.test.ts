/**
 * A second opinion on the reference engine: what relational plans mean is known to DuckDB as well, which shares no line of
 * code with us.
 */
import { DuckDBInstance } from "@duckdb/node-api";
import type { Plan } from "@millrace/common-api";
import { bareHost, type Engine } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawPlan } from "../../src/random/generate/draw-plan.js";
import type { PlanSpec } from "../../src/random/plan-spec.js";
import { planText } from "../../src/random/plan-text.js";
import { runPlan } from "../../src/random/run/build-program.js";
import { bagDifference } from "../../src/random/run/compare-results.js";
import { FUZZ_SEED, fuzzCount, referenceEngine } from "../random/engines.js";
import { wrongEngines } from "../wrong-engines/wrong-engines.js";
import { sqlOf } from "./plan-to-sql.js";

let database: DuckDBInstance;

beforeAll(async () => {
  database = await DuckDBInstance.create(":memory:", { threads: "1" });
});

afterAll(() => database.closeSync());

/** Returns the rows of each result as DuckDB computes it. */
async function runOnDuckDb(plan: PlanSpec): Promise<readonly (readonly unknown[])[]> {
  const connection = await database.connect();
  try {
    const { definitions, queries } = sqlOf(plan);
    for (const definition of definitions) await connection.run(definition);
    const results: unknown[][] = [];
    for (const query of queries) results.push((await connection.runAndReadAll(query)).getRowObjectsJS());
    return results;
  } finally {
    connection.closeSync();
  }
}

/** Returns what DuckDB and an engine disagree about; undefined when they agree. */
async function disagreement(plan: PlanSpec, engine: Engine<Plan>): Promise<string | undefined> {
  const env = ExecutionEnvironment.onEngine(engine, { parallelism: 3 });
  const { results } = await runPlan(plan, env, true);
  const expected = await runOnDuckDb(plan);
  for (const [index, { kind }] of plan.sinks.entries()) {
    const actual = kind === "count" ? (results[index] ?? []).map((n) => ({ n })) : (results[index] ?? []);
    const difference = bagDifference(expected[index] ?? [], actual);
    if (difference !== undefined) return `result ${index + 1}: ${difference}`;
  }
  return undefined;
}

describe("relational random plans", () => {
  const count = fuzzCount(150);

  test(`[RP7] mean on the collection engine what they mean in DuckDB (FUZZ_SEED=${FUZZ_SEED}, FUZZ_COUNT=${count})`, async () => {
    const engine = referenceEngine();
    for (let seed = FUZZ_SEED; seed < FUZZ_SEED + count; seed++) {
      const { plan } = drawPlan(seed, "relational");
      const difference = await disagreement(plan, engine);
      expect(difference, `seed ${seed}\n${planText(plan)}\n${sqlOf(plan).definitions.join(";\n")}`).toBeUndefined();
    }
  }, 120_000);

  const visible = [
    "matches null keys in joins",
    "runs a left outer join as an inner one",
    "gives a record of a semi join once per match",
    "orders ascending only",
    "puts nulls last in every order",
    "gives one record too many",
  ];

  test.each(visible)(
    "[RP7] DuckDB disagrees with an engine that %s",
    async (name) => {
      const engine = wrongEngines.find((each) => each.name === name)?.create(bareHost());
      if (engine === undefined) throw new Error("there is no such engine");
      let seed = 1;
      while (seed < 300 && (await disagreement(drawPlan(seed, "relational").plan, engine)) === undefined) seed++;
      expect(seed).toBeLessThan(300);
    },
    60_000,
  );
});
