import { watchCaptures } from "@millrace/closures";
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";
import { describe, expect, test } from "vitest";
import { conformancePrograms, conformanceTests } from "../../src/index.js";

const engine = collectionEngine(nodeHost(), { watchCaptures });

/** Programs by the part of the name before the slash, so that a failure is found in a list of hundreds. */
const chapters = new Map<string, (typeof tests)[number][]>();
const tests = conformanceTests({ engine, environment: { checkCaptures: true } });
for (const each of tests) {
  const chapter = each.name.slice(0, each.name.indexOf("/"));
  const list = chapters.get(chapter) ?? [];
  list.push(each);
  chapters.set(chapter, list);
}

for (const [chapter, list] of chapters) {
  describe(chapter, () => {
    for (const { name, run } of list) test(`[C30] ${name}`, run);
  });
}

test("[C30] every program runs at parallelism 1, 2 and 7, but those that hold at some only", () => {
  const numRuns = conformancePrograms.map(({ parallelism }) => parallelism?.length ?? 3).reduce((a, b) => a + b);
  expect(tests.length).toBe(numRuns);
});
