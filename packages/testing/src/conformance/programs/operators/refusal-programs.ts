import { types } from "@millrace/core";
import { sum } from "@millrace/dataset";
import { failure } from "../../expectation.js";
import { type ConformanceProgram, type ProgramDefinition, program } from "../../program.js";

const rowType = types.row({ id: types.int32, name: types.string });
const rows = [{ id: 1, name: "a" }];

interface Refusal {
  readonly covers: readonly string[];
  readonly operators: readonly string[];
  readonly build: ProgramDefinition["build"];
  readonly expected: ProgramDefinition["expected"];
}

function refusal(name: string, definition: Refusal): ConformanceProgram {
  return program(`refusals/${name}`, { ...definition, covers: [...definition.covers, "T031"] });
}

/**
 * What is refused where it is written, before anything runs: each with its code and the words that a user needs. Casts stand
 * where the compiler refuses it too.
 */
export const refusalPrograms: readonly ConformanceProgram[] = [
  refusal("a key that the declared type does not have", {
    covers: ["B082", "B084"],
    operators: ["groupBy"],
    build: (env) =>
      env
        .fromCollection(rows, rowType)
        .groupBy("nam" as "name")
        .reduceGroup((values) => [...values]),
    expected: failure("UNKNOWN_FIELD", "nam", "name"),
  }),
  refusal("a key of a record that has no such field", {
    covers: ["B082"],
    operators: ["distinct"],
    build: (env) => env.fromElements("text").distinct("length" as never),
    expected: failure("UNKNOWN_FIELD", "length"),
  }),
  refusal("a position beyond the tuple", {
    covers: ["B080"],
    operators: ["groupBy"],
    build: (env) =>
      env
        .fromCollection<[number, string]>([[1, "a"]], types.tuple(types.int32, types.string))
        .groupBy(2 as 1)
        .reduceGroup((values) => [...values]),
    expected: failure("UNKNOWN_FIELD", "2"),
  }),
  refusal("a negative position", {
    covers: ["B080"],
    operators: ["sortPartition"],
    build: (env) => env.fromElements<[number]>([1]).sortPartition(-1 as 0, "ascending"),
    expected: failure("INVALID_KEY", "-1"),
  }),
  refusal("no key at all", {
    covers: ["B035"],
    operators: ["groupBy"],
    build: (env) =>
      (env.fromCollection(rows).groupBy as unknown as (this: unknown) => { first: (n: number) => never })
        .call(env.fromCollection(rows))
        .first(1),
    expected: failure("INVALID_KEY"),
  }),
  refusal("keys of different numbers", {
    covers: ["B036"],
    operators: ["join"],
    build: (env) => {
      const data = env.fromCollection(rows);
      return data
        .join(data)
        .where("id", "name")
        .equalTo(...(["id"] as never as ["id", "name"]))
        .with((l) => l);
    },
    expected: failure("KEY_MISMATCH"),
  }),
  refusal("keys of different types", {
    covers: ["B036"],
    operators: ["join"],
    build: (env) => {
      const data = env.fromCollection(rows, rowType);
      return data
        .join(data)
        .where("id")
        .equalTo("name" as never)
        .with((l) => l);
    },
    expected: failure("KEY_MISMATCH", "int32", "string"),
  }),
  refusal("a sum of strings", {
    covers: ["B028"],
    operators: ["sum"],
    build: (env) => env.fromCollection(rows, rowType).sum("name" as "id"),
    expected: failure("UNSUPPORTED_AGGREGATION", "name"),
  }),
  refusal("a sum of strings that nobody declared", {
    covers: ["B028"],
    operators: ["aggregate"],
    build: (env) => env.fromCollection(rows).aggregate({ total: sum("name" as "id") }),
    expected: failure("UNSUPPORTED_AGGREGATION", "name"),
  }),
  refusal("an aggregate of nothing", {
    covers: ["B028"],
    operators: ["aggregate"],
    build: (env) => env.fromCollection(rows).aggregate({}),
    expected: failure("INVALID_ARGUMENT"),
  }),
  refusal("first of none", {
    covers: ["B033"],
    operators: ["first"],
    build: (env) => env.fromCollection(rows).first(0),
    expected: failure("INVALID_ARGUMENT", "0"),
  }),
  refusal("a projection of a field that is not there", {
    covers: ["B024"],
    operators: ["project"],
    build: (env) => env.fromCollection(rows, rowType).project("nothing" as "id"),
    expected: failure("UNKNOWN_FIELD", "nothing"),
  }),
  refusal("a missing function", {
    covers: ["B020"],
    operators: ["map"],
    build: (env) => env.fromCollection(rows).map(undefined as never),
    expected: failure("INVALID_FUNCTION"),
  }),
  refusal("an object without the method", {
    covers: ["B020"],
    operators: ["filter"],
    build: (env) => env.fromCollection(rows).filter({ map: () => true } as never),
    expected: failure("INVALID_FUNCTION", "filter"),
  }),
  refusal("an order that is none", {
    covers: ["B055"],
    operators: ["orderBy"],
    build: (env) => env.fromCollection(rows).orderBy("id", "up" as "ascending"),
    expected: failure("INVALID_ARGUMENT", "up"),
  }),
  refusal("a parallelism of 0", {
    covers: ["B060"],
    operators: ["setParallelism"],
    build: (env) => env.fromCollection(rows).setParallelism(0),
    expected: failure("INVALID_ARGUMENT", "0"),
  }),
  refusal("a hint that is none", {
    covers: ["B040"],
    operators: ["join"],
    build: (env) => {
      const data = env.fromCollection(rows);
      return data
        .join(data, "fast" as never)
        .where("id")
        .equalTo("id")
        .with((l) => l);
    },
    expected: failure("INVALID_HINT", "fast"),
  }),
  refusal("an iteration of no supersteps", {
    covers: ["B090"],
    operators: ["iterate"],
    build: (env) => env.fromCollection(rows).iterate(0),
    expected: failure("INVALID_ARGUMENT", "0"),
  }),
  refusal("an iteration that is not closed", {
    covers: ["B090"],
    operators: ["iterate", "map"],
    build: (env) => {
      const loop = env.fromCollection(rows).iterate(3);
      return loop.map((row) => row);
    },
    expected: failure("ITERATION_NOT_CLOSED"),
  }),
  refusal("an iteration inside of another", {
    covers: ["B100"],
    operators: ["iterate", "closeWith"],
    build: (env) => {
      const outer = env.fromElements(1).iterate(3);
      const inner = outer.iterate(2);
      return outer.closeWith(inner.closeWith(inner.map((n) => n + 1)));
    },
    expected: failure("INVALID_ITERATION"),
  }),
  refusal("a solution set that is joined on another key", {
    covers: ["B093"],
    operators: ["iterateDelta", "join"],
    build: (env) => {
      const data = env.fromCollection(rows);
      const loop = data.iterateDelta(data, 3, "id");
      return loop.workset
        .join(loop.solutionSet)
        .where("name" as never)
        .equalTo("name" as never)
        .with((l) => l);
    },
    expected: failure("INVALID_KEY"),
  }),
  refusal("two convergence criteria", {
    covers: ["B098"],
    operators: ["iterate", "registerConvergenceCriterion"],
    build: (env) => {
      const loop = env.fromElements(1).iterate(3);
      for (const name of ["a", "b"]) {
        loop.registerConvergenceCriterion(
          name,
          () => ({ aggregate: () => {}, getAggregate: () => 0, reset: () => {} }),
          () => false,
        );
      }
      return loop.closeWith(loop.map((n) => n));
    },
    expected: failure("INVALID_ITERATION"),
  }),
  refusal("an aggregator's name twice", {
    covers: ["B097"],
    operators: ["iterate", "registerAggregator"],
    build: (env) => {
      const loop = env.fromElements(1).iterate(3);
      for (let i = 0; i < 2; i++) {
        loop.registerAggregator("same", () => ({ aggregate: () => {}, getAggregate: () => 0, reset: () => {} }));
      }
      return loop.closeWith(loop.map((n) => n));
    },
    expected: failure("DUPLICATE_NAME", "same"),
  }),
  refusal("a broadcast set's name twice", {
    covers: ["B113"],
    operators: ["withBroadcastSet"],
    build: (env) =>
      env
        .fromElements(1)
        .map((n) => n)
        .withBroadcastSet(env.fromElements(2), "same")
        .withBroadcastSet(env.fromElements(3), "same"),
    expected: failure("DUPLICATE_NAME", "same"),
  }),
  refusal("a cached file's name twice", {
    covers: ["B013"],
    operators: ["registerCachedFile"],
    build: (env) => {
      env.registerCachedFile("a.txt", "same");
      env.registerCachedFile("b.txt", "same");
      return env.fromElements(1);
    },
    expected: failure("DUPLICATE_NAME", "same"),
  }),
  refusal("a cached file that was not registered", {
    covers: ["B013"],
    operators: ["map"],
    build: (env) => env.fromElements(1).map((_n, context) => context.getCachedFile("missing").length),
    expected: failure("MISSING_CACHED_FILE", "missing"),
  }),
  refusal("a custom partitioner with two keys", {
    covers: ["B042"],
    operators: ["withPartitioner"],
    build: (env) =>
      env
        .fromCollection(rows)
        .groupBy("id", "name")
        .withPartitioner((() => 0) as never)
        .reduceGroup((values) => [...values]),
    expected: failure("INVALID_KEY"),
  }),
  refusal("a fraction above 1 without replacement", {
    covers: ["B059"],
    operators: ["sample"],
    build: (env) => env.fromElements(1).sample(1.5),
    expected: failure("INVALID_ARGUMENT", "1.5"),
  }),
  refusal("a string as a collection", {
    covers: ["B136"],
    operators: ["fromCollection"],
    build: (env) => env.fromCollection("text" as never),
    expected: failure("INVALID_ARGUMENT"),
  }),
];
