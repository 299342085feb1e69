/** What random plans have found, each as the smallest program that shows it. */
import { ExecutionEnvironment } from "@millrace/dataset";
import { describe, expect, test } from "vitest";
import { referenceEngine } from "./engines.js";

const env = ExecutionEnvironment.onEngine(referenceEngine());

describe("bugs that random plans have found", () => {
  test("a projected field keeps a name with a dot in it", async () => {
    const rows = env.fromCollection([{ "p.q": 1, a: 2 }]);
    const crossed = rows.cross(env.fromCollection([{ b: 3 }])) as unknown as {
      projectFirst(path: string): { projectSecond(path: string): { collect(): Promise<unknown[]> } };
    };
    expect(await crossed.projectFirst("p\\.q").projectSecond("b").collect()).toEqual([{ "p.q": 1, b: 3 }]);
  });
});
