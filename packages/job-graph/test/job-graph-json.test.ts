import { describe, expect, test } from "vitest";
import { JOB_GRAPH_VERSION, jobGraphFromJson, jobGraphToJson } from "../src/index.js";
import { graphOfEveryKind } from "./every-kind.js";

const NUM_OBJECTS = 3;

function travelled(json: unknown = jobGraphToJson(graphOfEveryKind())): unknown {
  return JSON.parse(JSON.stringify(json));
}

/** Returns the JSON form of the graph with one change somewhere in it. */
function changed(change: (graph: Record<string, unknown>) => void): unknown {
  const json = travelled() as Record<string, unknown>;
  change(json);
  return json;
}

function refusal(json: unknown): Error {
  try {
    jobGraphFromJson(json, NUM_OBJECTS);
  } catch (error) {
    expect(error).toMatchObject({ code: "INVALID_JOB_GRAPH" });
    return error as Error;
  }
  throw new Error("the graph was taken");
}

/** Visits every object and list in a JSON value, with the path that leads to it. */
function* nodesOf(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== "object" || value === null) return;
  yield path;
  for (const [name, each] of Object.entries(value)) yield* nodesOf(each, [...path, name]);
}

function at(json: unknown, path: readonly string[]): Record<string, unknown> {
  return path.reduce((node, name) => (node as Record<string, never>)[name], json) as Record<string, unknown>;
}

describe("JSON", () => {
  test("[J1] a graph with every kind of part comes back as it was", () => {
    const graph = graphOfEveryKind();
    expect(jobGraphFromJson(travelled(), NUM_OBJECTS)).toEqual(graph);
  });

  test("[J1] what was read has the same JSON form again", () => {
    expect(travelled(jobGraphToJson(jobGraphFromJson(travelled(), NUM_OBJECTS)))).toEqual(travelled());
  });

  test.each([[undefined], [0], [JOB_GRAPH_VERSION + 1], ["1"], [null]])("[J2] version %s is refused", (version) => {
    expect(refusal({ version }).message).toContain("graph.version");
  });

  test.each([[undefined], [null], [1], ["text"], [[]], [true]])("[J3] %s is no graph", (value) => {
    refusal(value);
  });

  test("[J3] an unknown field is refused, wherever it stands", () => {
    const free = (path: readonly string[]): boolean => path.includes("parameters");
    let numChanged = 0;
    const json = travelled();
    for (const path of nodesOf(travelled())) {
      const node = at(json, path);
      if (free(path) || Array.isArray(node)) continue;
      node.surplus = 1;
      expect(() => jobGraphFromJson(json, NUM_OBJECTS), path.join(".")).toThrow(/INVALID_JOB_GRAPH/);
      delete node.surplus;
      numChanged++;
    }
    jobGraphFromJson(json, NUM_OBJECTS);
    expect(numChanged).toBeGreaterThan(400);
  });

  test("[J3] no part can be something else: each is replaced by what it is not", () => {
    const json = travelled();
    for (const path of nodesOf(travelled())) {
      const name = path.at(-1);
      // Parameters, constants and types may be many things.
      if (name === undefined || path.some((each) => ["parameters", "value", "resultType"].includes(each))) continue;
      const parent = at(json, path.slice(0, -1));
      const right = parent[name];
      for (const wrong of [{ surprise: [] }, [[[1]]], false]) {
        parent[name] = wrong;
        const change = `${path.join(".")} = ${JSON.stringify(wrong)}`;
        expect(() => jobGraphFromJson(json, NUM_OBJECTS), change).toThrow(/INVALID_JOB_GRAPH/);
      }
      parent[name] = right;
    }
    jobGraphFromJson(json, NUM_OBJECTS);
  });

  test.each([
    ["a fraction", 1.5],
    ["a negative number", -1],
    ["a number as text", "1"],
    ["more than is exact", 2 ** 60],
    ["nothing", undefined],
  ])("[J3] %s is no parallelism", (_, value) => {
    const json = changed((graph) => {
      (graph.vertices as Record<string, unknown>[])[0]!.parallelism = value;
    });
    expect(refusal(json).message).toContain("graph.vertices[0].parallelism");
  });

  test("[J4] __proto__ and constructor are unknown fields", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      const text = JSON.stringify(travelled()).replace('{"version"', `{"${name}":{"isAdmin":true},"version"`);
      refusal(JSON.parse(text));
    }
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  test("[J4] a kind is found among the kinds only", () => {
    for (const kind of ["__proto__", "constructor", "hasOwnProperty"]) {
      refusal(
        changed((graph) => {
          (graph.vertices as { driver: object }[])[0]!.driver = { kind };
        }),
      );
    }
  });

  test("[J4] a parameter may have any name", () => {
    const text = JSON.stringify(travelled()).replaceAll('{"path":"x"}', '{"__proto__":"x","constructor":1}');
    const [source] = jobGraphFromJson(JSON.parse(text), NUM_OBJECTS).vertices;
    const parameters = source?.driver.kind === "source" ? source.driver.parameters : undefined;
    expect(Object.getPrototypeOf(parameters)).toBeNull();
    expect(Object.entries(parameters ?? {})).toEqual([
      ["__proto__", "x"],
      ["constructor", 1],
    ]);
  });

  test("[J5] what nests without end is refused", () => {
    const nested = (open: string, close: string): string => open.repeat(20_000) + close.repeat(20_000);
    const types = JSON.parse(nested('{"array":', "}").replace('{"array":}', '{"array":"string"}'));
    const expressions = JSON.parse(
      nested('{"op":"call","name":"not","args":[', "]}").replace("[]", '[{"op":"column","path":"a"}]'),
    );
    for (const [field, value] of [
      ["resultType", types],
      ["expression", expressions],
    ]) {
      const text = JSON.stringify(travelled());
      const json = JSON.parse(text, (name, each) => (name === field ? value : each));
      expect(refusal(json).message).toContain("levels deep");
    }
  });

  test("[J6] a message says where, and shows little of what", () => {
    const json = changed((graph) => {
      (graph.vertices as Record<string, unknown>[])[3]!.name = { long: "x".repeat(1000) };
    });
    const { message } = refusal(json);
    expect(message).toContain("graph.vertices[3].name");
    expect(message.length).toBeLessThan(300);
  });
});
