import { expect, test } from "vitest";
import { commitSinks, type SinkToCommit } from "../../src/index.js";

/** Sinks that note their commit; the one named `failing` fails. */
function sinksOf(names: readonly string[], done: string[], failing?: string): readonly SinkToCommit[] {
  return names.map((name) => ({
    sink: { name, ...(name === "rows" ? {} : { place: "out/b.csv" }) },
    where: { operator: `operator ${name}` },
    commit: async () => {
      if (name === failing) throw new RangeError("no room");
      done.push(name);
    },
  }));
}

const NAMES = ["rows", "CSV to out/b.csv", "lines"];

test("sinks commit one after the other", async () => {
  const done: string[] = [];
  await commitSinks(sinksOf(NAMES, done));
  expect(done).toEqual(NAMES);
  await commitSinks([]);
});

test.each([
  ["rows", 'No sink is committed: "rows", "CSV to out/b.csv", "lines" (to "out/b.csv").'],
  ["CSV to out/b.csv", 'Committed, and there to stay: "rows". Not committed: "CSV to out/b.csv", "lines" (to'],
  ["lines", 'Committed, and there to stay: "rows", "CSV to out/b.csv". Not committed: "lines" (to "out/b.csv").'],
])("%s that fails is told apart from those before it, and none after it commits", async (failing, text) => {
  const done: string[] = [];
  await expect(commitSinks(sinksOf(NAMES, done, failing))).rejects.toMatchObject({
    code: "COMMIT_FAILED",
    what: expect.stringContaining("could not be committed: it threw RangeError: no room"),
    fix: expect.stringContaining(text),
    where: { operator: `operator ${failing}` },
    cause: expect.any(RangeError),
  });
  expect(done).toEqual(NAMES.slice(0, NAMES.indexOf(failing)));
});
