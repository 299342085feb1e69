/** A job that fails or is cancelled at any point leaves no output, no open file and no timer. */
import { ExecutionEnvironment } from "@millrace/dataset";
import { TestHost } from "@millrace/host-test";
import { describe, expect, test } from "vitest";
import { collectionEngine } from "../src/index.js";
import { expectError } from "./expect-error.js";

const TEXT = "to be\nor not to be\n".repeat(20);

function program(host: TestHost, parallelism: number, signal?: AbortSignal, onLine: () => void = () => undefined) {
  const env = ExecutionEnvironment.onEngine(collectionEngine(host), { parallelism });
  const words = env
    .readTextFile("in.txt")
    .map((line) => {
      onLine();
      return line;
    })
    .flatMap((line) => line.split(" "));
  words.writeAsText("words");
  words
    .map((word) => ({ word, n: 1 }))
    .groupBy("word")
    .sum("n")
    .writeAsCsv("counts.csv");
  return env.execute("words", signal === undefined ? {} : { signal });
}

const outputs = (host: TestHost): readonly string[] => host.memory.paths().filter((path) => path !== "/in.txt");

describe.each([1, 3])("[O18] at parallelism %i", (parallelism) => {
  test("a job that succeeds writes all, and closes all", async () => {
    const host = new TestHost({ files: { "in.txt": TEXT } });
    await program(host, parallelism);
    host.assertNothingLeft();
    expect(new Set(outputs(host).map((path) => path.split("/")[1]))).toEqual(new Set(["counts.csv", "words"]));
  });

  test("a job whose disk fails at any operation but the last ones leaves nothing", async () => {
    let numFailed = 0;
    for (let n = 1; ; n++) {
      const host = new TestHost({ files: { "in.txt": TEXT } });
      host.files.failAt(n, ["status", "list", "openRead", "openWrite", "read", "write", "sync", "makeDirectory"]);
      const outcome = await program(host, parallelism).then(
        () => "done",
        () => "failed",
      );
      host.assertNothingLeft();
      if (host.files.numFaults === 0) break;
      if (outcome === "done") continue;
      numFailed++;
      // Once the first sink has committed, its output stays.
      expect(outputs(host).filter((path) => !path.startsWith("/words"))).toEqual([]);
    }
    expect(numFailed).toBeGreaterThan(5);
  });

  test.each([1, 7, 40])("a job that is cancelled at line %i leaves nothing", async (line) => {
    const host = new TestHost({ files: { "in.txt": TEXT } });
    const controller = new AbortController();
    const lines: number[] = [];
    const job = program(host, parallelism, controller.signal, () => {
      lines.push(lines.length);
      if (lines.length === line) controller.abort();
    });
    await expectError(job, "JOB_CANCELLED");
    host.assertNothingLeft();
    expect(outputs(host)).toEqual([]);
  });
});

test("[O111] leaving the records of a data set early leaves nothing", async () => {
  const host = new TestHost({ files: { "in.txt": TEXT } });
  const env = ExecutionEnvironment.onEngine(collectionEngine(host), {});
  for await (const line of env.readTextFile("in.txt")) {
    expect(line).toBe("to be");
    break;
  }
  host.assertNothingLeft();
});
