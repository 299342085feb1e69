import {
  type PlainRecord,
  RichFlatMapFunction,
  RichMapFunction,
  RichMapPartitionFunction,
  type RuntimeContext,
} from "@millrace/core";
import { bag, law, ordered } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

/** Numbers its records; every subtask counts on its own, since it has an object of its own. */
class Numbering extends RichMapFunction<number, { subtask: number; position: number }> {
  private position = 0;

  override map(_value: number, context: RuntimeContext): { subtask: number; position: number } {
    return { subtask: context.subtaskIndex, position: this.position++ };
  }
}

class Twice extends RichFlatMapFunction<number, number> {
  override flatMap(value: number, out: { collect(record: number): void }): void {
    out.collect(value);
    out.collect(value);
  }
}

class CountPartition extends RichMapPartitionFunction<number, { subtask: number; count: number }> {
  override mapPartition(
    values: Iterable<number>,
    out: { collect(record: { subtask: number; count: number }): void },
    context: RuntimeContext,
  ): void {
    let count = 0;
    for (const _ of values) count++;
    out.collect({ subtask: context.subtaskIndex, count });
  }
}

export const recordPrograms: readonly ConformanceProgram[] = [
  program("map/one result per record", {
    covers: ["B020", "T014"],
    operators: ["map"],
    build: (env) => env.fromCollection(integers(1, 50)).map((n) => ({ n, square: n * n })),
    expected: bag(integers(1, 50).map((n) => ({ n, square: n * n }))),
  }),
  program("map/an empty input stays empty", {
    covers: ["B020"],
    operators: ["map", "flatMap", "filter"],
    build: (env) =>
      env
        .fromCollection<number>([])
        .map((n) => n + 1)
        .flatMap((n) => [n, n])
        .filter((n) => n > 0),
    expected: bag([]),
  }),
  program("map/null is a record", {
    covers: ["B020"],
    operators: ["map"],
    build: (env) => env.fromCollection(integers(1, 3)).map((n) => (n === 2 ? null : n)),
    expected: bag([1, null, 3]),
  }),
  program("map/every kind of value survives", {
    covers: ["B170", "B171", "B172", "B173"],
    operators: ["map", "rebalance"],
    build: (env) =>
      env
        .fromCollection(everyKind() as PlainRecord[])
        .rebalance()
        .map((record) => record),
    expected: bag(everyKind()),
  }),
  program("map/an object with a map method", {
    covers: ["B020", "B110"],
    operators: ["map"],
    build: (env) => env.fromCollection(integers(1, 3)).map({ map: (n: number) => n * 10 }),
    expected: bag([10, 20, 30]),
  }),
  program("map/every subtask has a function object of its own", {
    covers: ["B110", "B111"],
    operators: ["rebalance", "map"],
    build: (env) => env.fromCollection(integers(1, 100)).rebalance().map(new Numbering()),
    expected: law(
      "every subtask counts from 0 without gaps",
      (records: readonly { subtask: number; position: number }[], parallelism) => {
        for (let subtask = 0; subtask < parallelism; subtask++) {
          const positions = records.filter((record) => record.subtask === subtask).map(({ position }) => position);
          const wrong = positions.sort((a, b) => a - b).findIndex((position, i) => position !== i);
          if (wrong >= 0) return `subtask ${subtask} has ${positions.join()}`;
        }
        return records.length === 100 ? undefined : `there are ${records.length} records`;
      },
    ),
  }),
  program("map/the same function object in two operators is not shared", {
    covers: ["B110"],
    operators: ["map", "union"],
    build: (env) => {
      const numbering = new Numbering();
      const numbers = env.fromCollection(integers(1, 10)).setParallelism(1);
      const first = numbers.map(numbering).setParallelism(1);
      const second = numbers.map(numbering).setParallelism(1);
      return first.union(second).map(({ position }) => position);
    },
    expected: bag([...integers(0, 9), ...integers(0, 9)]),
  }),
  program("flatMap/none, one and many results", {
    covers: ["B022", "T009"],
    operators: ["flatMap"],
    build: (env) => env.fromCollection(integers(0, 3)).flatMap((n) => Array.from({ length: n }, (_, i) => `${n}:${i}`)),
    expected: bag(["1:0", "2:0", "2:1", "3:0", "3:1", "3:2"]),
  }),
  program("flatMap/a set, a map, a generator and nothing", {
    covers: ["B022"],
    operators: ["flatMap", "union"],
    build: (env) => {
      const numbers = env.fromCollection(integers(1, 2));
      return numbers
        .flatMap((n) => new Set([`set ${n}`, `set ${n}`]))
        .union(
          numbers.flatMap(function* (n) {
            yield `generator ${n}`;
            if (n === 2) return;
            yield "more";
          }),
        )
        .union(numbers.flatMap((n) => (n === 1 ? ["once"] : undefined)));
    },
    expected: bag(["set 1", "set 2", "generator 1", "more", "generator 2", "once"]),
  }),
  program("flatMap/results written to the collector", {
    covers: ["B022", "T009"],
    operators: ["flatMap"],
    build: (env) => env.fromCollection(integers(1, 20)).flatMap(new Twice()),
    expected: bag(integers(1, 20).flatMap((n) => [n, n])),
  }),
  program("flatMap/what is returned and what is written both count", {
    covers: ["B022"],
    operators: ["flatMap"],
    build: (env) =>
      env.fromCollection(integers(1, 3)).flatMap((n, out: { collect(record: string): void }) => {
        out.collect(`written ${n}`);
        return [`returned ${n}`];
      }),
    expected: bag(integers(1, 3).flatMap((n) => [`written ${n}`, `returned ${n}`])),
  }),
  program("flatMap/very many results of one record", {
    covers: ["B022"],
    operators: ["flatMap", "reduceGroup"],
    build: (env) =>
      env
        .fromElements(20_000)
        .flatMap(function* (n) {
          for (let i = 0; i < n; i++) yield i;
        })
        .reduceGroup((values) => {
          let count = 0;
          let sum = 0;
          for (const value of values) {
            count++;
            sum += value;
          }
          return [{ count, sum }];
        }),
    expected: bag([{ count: 20_000, sum: 199_990_000 }]),
  }),
  program("filter/keeps what is true", {
    covers: ["B023", "T007"],
    operators: ["filter"],
    build: (env) => env.fromCollection(integers(1, 100)).filter((n) => n % 7 === 0),
    expected: bag(integers(1, 14).map((n) => n * 7)),
  }),
  program("mapPartition/is called once for each partition", {
    covers: ["B021", "T015"],
    operators: ["rebalance", "mapPartition"],
    build: (env) => env.fromCollection(integers(1, 100)).rebalance().mapPartition(new CountPartition()),
    expected: law(
      "there is one call per subtask, and the calls see every record",
      (calls: readonly { subtask: number; count: number }[], parallelism) => {
        const subtasks = calls.map(({ subtask }) => subtask).sort((a, b) => a - b);
        if (subtasks.join() !== integers(0, parallelism - 1).join()) return `subtasks ${subtasks.join()} were called`;
        const total = calls.reduce((sum, { count }) => sum + count, 0);
        return total === 100 ? undefined : `they saw ${total} records`;
      },
    ),
  }),
  program("mapPartition/is called for empty partitions too", {
    covers: ["B021"],
    operators: ["mapPartition"],
    build: (env) => env.fromCollection<number>([]).rebalance().mapPartition(new CountPartition()),
    expected: law("every subtask is called and sees nothing", (calls: readonly { count: number }[], parallelism) =>
      calls.length === parallelism && calls.every(({ count }) => count === 0)
        ? undefined
        : `${calls.length} calls saw ${calls.map(({ count }) => count).join()} records`,
    ),
  }),
  program("mapPartition/many outputs of one call", {
    covers: ["B021"],
    operators: ["rebalance", "mapPartition"],
    build: (env) =>
      env
        .fromCollection(integers(1, 30))
        .rebalance()
        .mapPartition(function* (values) {
          for (const value of values) {
            for (let i = 0; i < 100; i++) yield value * 1000 + i;
          }
        }),
    expected: bag(integers(1, 30).flatMap((value) => integers(0, 99).map((i) => value * 1000 + i))),
  }),
  program("mapPartition/the input need not be read", {
    covers: ["B021"],
    operators: ["rebalance", "mapPartition"],
    build: (env) =>
      env
        .fromCollection(integers(1, 1000))
        .rebalance()
        .mapPartition((_values, _out: unknown, context) => [context.numParallelSubtasks])
        .distinct(),
    expected: law("it knows the parallelism", (found: readonly number[], parallelism) =>
      found.join() === String(parallelism) ? undefined : `it says ${found.join()}`,
    ),
  }),
  program("mapPartition/the input can be read once", {
    covers: ["B021"],
    operators: ["mapPartition"],
    build: (env) =>
      env.fromCollection(integers(1, 10)).mapPartition((values) => {
        const first = [...values];
        const second = [...values];
        return [first.length + second.length];
      }),
    expected: { kind: "failure", code: "ITERABLE_CONSUMED", texts: [] },
  }),
  program("project/order, repetition and nested paths", {
    covers: ["B024", "T017"],
    operators: ["project"],
    build: (env) =>
      env.fromElements({ a: 1, b: { c: "x" }, d: [7, 8] as [number, number] }).project("b.c", "a", "a", "d.1"),
    expected: bag([["x", 1, 1, 8]]),
  }),
  program("project/5-tuples", {
    covers: ["B024", "T017"],
    operators: ["project"],
    build: (env) =>
      env.fromCollection(integers(1, 5).map((n): [number, string, number] => [n, `t${n}`, -n])).project(2, 1),
    expected: bag(integers(1, 5).map((n) => [-n, `t${n}`])),
  }),
  program("reduce/one record is the result, the function is not called", {
    covers: ["B025", "B070"],
    operators: ["reduce"],
    build: (env) =>
      env.fromElements(42).reduce(() => {
        throw new Error("there is nothing to combine");
      }),
    expected: bag([42]),
  }),
  program("reduce/an empty input has no result", {
    covers: ["B025"],
    operators: ["reduce"],
    build: (env) => env.fromCollection<number>([]).reduce((a, b) => a + b),
    expected: bag([]),
  }),
  program("reduceGroup/an empty input is not reduced", {
    covers: ["B026"],
    operators: ["reduceGroup"],
    build: (env) => env.fromCollection<number>([]).reduceGroup(() => ["called"]),
    expected: bag([]),
  }),
  program("reduceGroup/a group can be read once", {
    covers: ["B071"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["selector"],
    build: (env) =>
      env
        .fromCollection(integers(1, 10))
        .groupBy((n) => n % 2)
        .reduceGroup((values) => {
          const first = [...values];
          const second = [...values];
          return [first.length + second.length];
        }),
    expected: { kind: "failure", code: "ITERABLE_CONSUMED", texts: [] },
  }),
  program("reduceGroup/a group need not be read to its end", {
    covers: ["B071"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["selector"],
    build: (env) =>
      env
        .fromCollection(integers(1, 100))
        .groupBy((n) => n % 5)
        .sortGroup((n) => n, "ascending")
        .reduceGroup((values) => {
          for (const value of values) return [value];
          return [];
        }),
    expected: bag([1, 2, 3, 4, 5]),
  }),
  program("reduceGroup/whole groups, with and without a combiner", {
    covers: ["B071", "B072"],
    operators: ["groupBy", "reduceGroup", "union"],
    keyKinds: ["selector"],
    build: (env) => {
      const grouped = env
        .fromCollection(integers(1, 1000).map((n) => ({ group: n % 13, sum: n })))
        .rebalance()
        .groupBy("group");
      type Sum = { group: number; sum: number };
      const add = function* (values: Iterable<Sum>): Generator<Sum> {
        let group = 0;
        let sum = 0;
        for (const value of values) {
          group = value.group;
          sum += value.sum;
        }
        yield { group, sum };
      };
      return grouped.reduceGroup(add).union(grouped.reduceGroup({ reduceGroup: add, combine: add }));
    },
    expected: bag(
      integers(0, 12).flatMap((group) => {
        const sum = integers(1, 1000)
          .filter((n) => n % 13 === group)
          .reduce((a, b) => a + b, 0);
        return [
          { group, sum },
          { group, sum },
        ];
      }),
    ),
  }),
  program("combineGroup/then reduceGroup equals one reduceGroup", {
    covers: ["B027", "T011"],
    operators: ["groupBy", "combineGroup", "reduceGroup"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 500).map((n) => ({ key: n % 11, n })))
        .rebalance()
        .groupBy("key")
        .combineGroup(function* (values) {
          let key = -1;
          let count = 0;
          for (const value of values) {
            key = value.key;
            count++;
          }
          yield [key, count];
        })
        .groupBy(0)
        .reduceGroup(function* (parts) {
          let key = -1;
          let count = 0;
          for (const part of parts) {
            key = part[0];
            count += part[1];
          }
          yield { key, count };
        }),
    expected: bag(
      integers(0, 10).map((key) => ({ key, count: integers(1, 500).filter((n) => n % 11 === key).length })),
    ),
  }),
  program("combineGroup/of whole partitions, none of whose records is left out", {
    covers: ["B027"],
    operators: ["combineGroup", "reduce"],
    build: (env) =>
      env
        .fromCollection(integers(1, 5000))
        .rebalance()
        .map((n) => n + 1)
        .combineGroup(function* (values) {
          let sum = 0;
          for (const value of values) sum += value;
          yield sum;
        })
        .reduce((a, b) => a + b),
    expected: bag([integers(2, 5001).reduce((a, b) => a + b)]),
  }),
  program("collect/partitions come in order at parallelism 1", {
    covers: ["B009", "T026"],
    operators: ["collect"],
    build: (env) => env.fromCollection(integers(1, 100)),
    expected: ordered(integers(1, 100)),
  }),
  program("count/of 10, and of 10 times 10", {
    covers: ["B009", "T026"],
    operators: ["count", "cross"],
    build: async (env) => {
      const ten = env.fromCollection(integers(1, 10));
      return [await ten.count(), await ten.cross(ten).count(), await ten.filter(() => false).count()];
    },
    expected: ordered([10, 100, 0]),
  }),
];

function everyKind(): unknown[] {
  return [
    true,
    -0,
    Number.NaN,
    2 ** 53 + 2,
    Number.MIN_VALUE,
    -(2n ** 63n),
    2n ** 63n - 1n,
    "",
    "a\u0000b",
    "\ud800 alone",
    "\u{1f600}",
    new Date(0),
    new Date(Number.NaN),
    Uint8Array.of(0, 255),
    [],
    [1, [2, [3, null]]],
    { a: { b: { c: [] } } },
    {},
    new Map<unknown, unknown>([
      ["b", 1],
      ["a", [2]],
    ]),
  ];
}
