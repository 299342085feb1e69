import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { conformancePrograms, coveredRows, keyNamings, keyValueKinds, referenceCases } from "../../src/index.js";

const dataFolder = new URL("../../data/", import.meta.url);

function dataOf(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`${file}.json`, dataFolder), "utf8")) as Record<string, unknown>;
}

/** Reads the ids of all cases out of a data file. Files of one example hold inputs, and cases by name. */
const idsOf: Record<string, () => string[]> = {
  dataset_ops: () => (dataOf("dataset_ops").cases as { id: string }[]).map(({ id }) => id),
  iterations: () => (dataOf("iterations").cases as { id: string }[]).map(({ id }) => id),
  record_jobs: () => Object.keys(dataOf("record_jobs")).filter((name) => !name.startsWith("_")),
  csv_formats: () => {
    const { csv, delimited, text, field_parsers, ...rest } = dataOf("csv_formats") as {
      csv: { id: string }[];
      delimited: unknown[];
      text: unknown[];
      field_parsers: Record<string, unknown>;
    };
    const parsers = Object.keys(field_parsers).filter((name) => name !== "source" && name !== "how");
    return [
      ...csv.map(({ id }) => `csv/${id}`),
      ...delimited.map((_, i) => `delimited/${i}`),
      ...text.map((_, i) => `text/${i}`),
      ...parsers.map((name) => `field_parsers/${name}`),
      ...Object.keys(rest),
    ];
  },
  wordcount: () => ["test_counts", "test_streaming_counts_as_tuples", "example_default_counts_COMPUTED_BY_US"],
  kmeans: () => Object.keys(dataOf("kmeans")).filter((name) => /^CENTERS_|centroids_after/.test(name)),
  pagerank: () => Object.keys(dataOf("pagerank")).filter((name) => /^RANKS_|ranks_after/.test(name)),
  connected_components: () => ["default_expected_COMPUTED_BY_US", "generator_rule"],
  triangles: () => ["TRIANGLES_BY_ID", "TRIANGLES_BY_DEGREE", "example_default_edges"],
  transitive_closure: () => ["closure_COMPUTED_BY_US", "size_per_superstep_COMPUTED_BY_US", "rule"],
  linear_regression: () => ["after_iterations_COMPUTED_BY_US"],
  weblog: () => ["EXCEPTED_RESULT"],
  empty_fields: () => Object.keys(dataOf("empty_fields")).filter((name) => name.startsWith("expected_")),
};

describe("the catalogue", () => {
  test("[C7] names are unique, and every program says what it covers", () => {
    const names = conformancePrograms.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    for (const { name, covers, operators } of conformancePrograms) {
      expect(name).toMatch(/^[^/]+\/./);
      expect(covers, name).not.toEqual([]);
      expect(operators, name).not.toEqual([]);
      for (const row of covers) expect(row, name).toMatch(/^[A-Z]+\d+$/);
    }
  });

  test("[C8] every case of the reference data has programs or a reason", () => {
    const files = readdirSync(dataFolder).filter((file) => file.endsWith(".json"));
    expect(files.map((file) => file.replace(".json", "")).sort()).toEqual(Object.keys(idsOf).sort());
    const ids = Object.entries(idsOf).flatMap(([file, list]) => list().map((id) => `${file}/${id}`));
    const cases = referenceCases();
    expect(cases.map(({ id }) => id).sort()).toEqual(ids.sort());
    for (const { id, programs, reason } of cases) {
      expect(programs.length > 0, id).toBe(reason === undefined);
    }
  });

  test("[C8] the numbers of cases are those of the reference", () => {
    const count = (file: string) => referenceCases().filter(({ id }) => id.startsWith(`${file}/`)).length;
    expect(count("dataset_ops")).toBe(107);
    expect(count("iterations")).toBe(27);
    expect(count("record_jobs")).toBe(14);
    expect(count("csv_formats")).toBe(39);
  });

  test("[C10] every row of the batch API has programs or a reason", () => {
    const rows = coveredRows();
    expect(rows.filter(({ programs, reason }) => programs.length === 0 && reason === undefined)).toEqual([]);
    expect(rows.filter(({ programs, reason }) => programs.length > 0 && reason !== undefined)).toEqual([]);
    expect(rows.length).toBe(150);
  });

  test("[C11] every rule of the common API is covered by a program, or is not about one", () => {
    const spec = readFileSync(new URL("../../../common-api/SPEC.md", import.meta.url), "utf8");
    const rules = [...spec.matchAll(/^- \*\*\[(O\d+)\]\*\*(.*)$/gm)].map(([, rule = "", text = ""]) => ({
      rule,
      text,
    }));
    expect(rules.length).toBeGreaterThan(90);
    // What only this engine does, what the client of an engine does, and what shows while a job runs.
    const notAbout = new Set(["O54", "O113", "O114"]);
    const covered = new Set(conformancePrograms.flatMap(({ covers }) => covers));
    const isPlan = ({ rule }: { rule: string }) => Number(rule.slice(1)) > 114;
    const open = rules.filter((each) => !covered.has(each.rule) && !notAbout.has(each.rule) && !isPlan(each));
    expect(open).toEqual([]);
    const known = new Set(rules.map(({ rule }) => rule));
    expect([...covered].filter((row) => /^O\d/.test(row) && !known.has(row))).toEqual([]);
  });

  test("[C9] every operator with a key meets every naming, every kind of values and every shape of input", () => {
    const operators = new Map<string, Set<string>>();
    for (const { name, keyKinds } of conformancePrograms) {
      const [, operator, subject] = /^keys\/(.+?): (.+)$/.exec(name) ?? [];
      if (operator === undefined || subject === undefined) continue;
      const kinds = operators.get(operator) ?? new Set();
      for (const kind of [...keyKinds, subject]) kinds.add(kind);
      operators.set(operator, kinds);
    }
    expect(operators.size).toBe(22);
    const shapes = ["an empty input", "one record", "all keys equal", "every record many times"];
    for (const [operator, kinds] of operators) {
      const takesOnePart = !kinds.has("several fields");
      const wanted = [...keyNamings, ...keyValueKinds, ...shapes].filter(
        (kind) => !takesOnePart || kind !== "several fields",
      );
      expect(
        wanted.filter((kind) => !kinds.has(kind)),
        operator,
      ).toEqual([]);
    }
  });

  test("[C8] a program that changes an expectation of the reference states the rule", () => {
    const rules = referenceCases().flatMap(({ rules }) => rules);
    expect(rules.length).toBeGreaterThan(5);
    for (const rule of rules) expect(rule.length).toBeGreaterThan(20);
  });
});
