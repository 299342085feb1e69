import { nodeHost } from "@millrace/host-node";
import { describe, expect, test } from "vitest";
import { conformanceTests, runConformance } from "../../src/index.js";
import { copyingEngine, wrongEngines } from "../wrong-engines/wrong-engines.js";

/** Few enough partitions that most have records, enough that a key can be in the wrong one. */
const parallelism = [3];
const filter = ({ needs }: { readonly needs: readonly string[] }) => needs.length === 0;

describe("engines with one mistake each", () => {
  test("[C33] an engine that only copies its plan passes", async () => {
    const report = await runConformance({ engine: copyingEngine.create(nodeHost()), parallelism, filter });
    expect(String(report)).toMatch(/^\d+ passed, 0 failed$/);
  });

  test.each(wrongEngines)("[C33] a program catches an engine that $name", async ({ create }) => {
    const runs = conformanceTests({ engine: create(nodeHost()), parallelism, filter });
    let caughtBy: string | undefined;
    for (const { program, run } of runs) {
      const caught = await run().then(
        () => false,
        () => true,
      );
      if (!caught) continue;
      caughtBy = program.name;
      break;
    }
    expect(caughtBy).toBeDefined();
  });
});
