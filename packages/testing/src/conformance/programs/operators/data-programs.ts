import { RichMapFunction } from "@millrace/core";
import { bag, law } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

interface Item {
  id: number;
  tags: string[];
}

function items(): Item[] {
  return integers(1, 6).map((id) => ({ id, tags: [`t${id}`] }));
}

/** Changes the record that it is given, and returns it. */
class MarkInPlace extends RichMapFunction<Item, Item> {
  override map(item: Item): Item {
    item.tags.push("marked");
    return item;
  }
}

class Point {
  readonly x: number;
  readonly y: number;

  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }

  get sum(): number {
    return this.x + this.y;
  }
}

/** Records are data: what a function does to the record it was given shows to no one else, and only data comes out. */
export const dataPrograms: readonly ConformanceProgram[] = [
  program("mutation/of a record that two operators read", {
    covers: ["B124", "T025"],
    operators: ["map", "union"],
    build: (env) => {
      const all = env.fromCollection(items());
      return all
        .map(new MarkInPlace())
        .union(all)
        .union(all.map(new MarkInPlace()))
        .map(({ id, tags }) => `${id} ${tags.join()}`);
    },
    expected: bag(integers(1, 6).flatMap((id) => [`${id} t${id},marked`, `${id} t${id}`, `${id} t${id},marked`])),
  }),
  program("mutation/by a plain function, beside a consumer that only reads", {
    covers: ["B124"],
    operators: ["map", "filter", "groupBy", "reduceGroup", "union"],
    keyKinds: ["field"],
    build: (env) => {
      const all = env.fromCollection(items());
      const changed = all.map((item) => {
        item.tags.push("changed");
        item.id = -item.id;
        return item;
      });
      const read = all.groupBy("id").reduceGroup((values) => [...values]);
      const kept = all.filter(({ id, tags }) => id > 0 && tags.length === 1);
      return changed
        .union(read)
        .union(kept)
        .map(({ id, tags }) => `${id} ${tags.join()}`);
    },
    expected: bag(integers(1, 6).flatMap((id) => [`${-id} t${id},changed`, `${id} t${id}`, `${id} t${id}`])),
  }),
  program("mutation/of the program's own objects does not happen", {
    covers: ["B124"],
    operators: ["map"],
    build: async (env) => {
      const own = items();
      const marked = await env.fromCollection(own).map(new MarkInPlace()).collect();
      return [marked.length, ...own.map(({ tags }) => tags.length)];
    },
    expected: bag([6, 1, 1, 1, 1, 1, 1]),
  }),
  program("mutation/of what was collected changes no later job", {
    covers: ["B124"],
    operators: ["collect"],
    build: async (env) => {
      const all = env.fromCollection(items()).map((item) => item);
      for (const item of await all.collect()) item.tags.push("changed");
      return all.map(({ tags }) => tags.length);
    },
    expected: bag([1, 1, 1, 1, 1, 1]),
  }),
  program("mutation/of a group's records", {
    covers: ["B071", "B124"],
    operators: ["groupBy", "reduceGroup", "union"],
    keyKinds: ["selector"],
    build: (env) => {
      const grouped = env.fromCollection(items()).groupBy(({ id }) => id % 2);
      const changing = grouped.reduceGroup((values) => {
        const members: Item[] = [];
        for (const value of values) {
          value.tags.push("changed");
          members.push(value);
        }
        return members;
      });
      const reading = grouped.reduceGroup((values) => [...values]);
      return changing.union(reading).map(({ id, tags }) => `${id} ${tags.length}`);
    },
    expected: bag(integers(1, 6).flatMap((id) => [`${id} 2`, `${id} 1`])),
  }),
  program("mutation/in reduce, of both arguments", {
    covers: ["B070", "B124"],
    operators: ["groupBy", "reduce", "union"],
    keyKinds: ["field"],
    build: (env) => {
      const sums = env.fromCollection(integers(1, 40).map((n) => ({ key: n % 4, n })));
      return sums
        .groupBy("key")
        .reduce((a, b) => {
          a.n += b.n;
          b.n = -1;
          return a;
        })
        .union(sums.filter(({ n }) => n < 5));
    },
    expected: bag([
      ...integers(0, 3).map((key) => ({
        key,
        n: integers(1, 40)
          .filter((n) => n % 4 === key)
          .reduce((a, b) => a + b, 0),
      })),
      ...integers(1, 4).map((n) => ({ key: n % 4, n })),
    ]),
  }),
  program("mutation/in a join with many matches", {
    covers: ["B036", "B124"],
    operators: ["join"],
    keyKinds: ["field"],
    build: (env) => {
      const left = env.fromElements({ key: 1, list: [0] });
      const right = env.fromElements({ key: 1, n: 1 }, { key: 1, n: 2 }, { key: 1, n: 3 });
      return left
        .join(right)
        .where("key")
        .equalTo("key")
        .with((l, r) => {
          l.list.push(r.n);
          r.n = 100;
          return l.list.join();
        });
    },
    expected: bag(["0,1", "0,2", "0,3"]),
  }),
  program("mutation/in a cross", {
    covers: ["B048", "B124"],
    operators: ["cross"],
    build: (env) =>
      env
        .fromElements({ list: [0] })
        .cross(env.fromElements(1, 2, 3))
        .with((l, r) => {
          l.list.push(r);
          return l.list.join();
        }),
    expected: bag(["0,1", "0,2", "0,3"]),
  }),
  program("mutation/of a record after it was emitted", {
    covers: ["B124"],
    operators: ["flatMap"],
    build: (env) =>
      env.fromElements(3).flatMap(function* (n) {
        const record = { i: 0 };
        for (; record.i < n; record.i++) yield record;
      }),
    expected: bag([{ i: 0 }, { i: 1 }, { i: 2 }]),
  }),
  program("mutation/of the constant input of an iteration", {
    covers: ["B090", "B124"],
    operators: ["iterate", "closeWith", "cross"],
    build: (env) => {
      const constant = env.fromElements({ list: [1] });
      const loop = env.fromElements({ sum: 0 }).iterate(4);
      const next = loop.cross(constant).with(({ sum }, { list }) => {
        const total = sum + list.length;
        list.push(1);
        return { sum: total };
      });
      return loop.closeWith(next);
    },
    expected: bag([{ sum: 4 }]),
  }),
  program("data/a class instance is its fields", {
    covers: ["B172"],
    operators: ["map"],
    build: (env) =>
      env
        .fromCollection([new Point(1, 2), new Point(3, 4)])
        .map((point) => ({ ...point, isPlain: !(point instanceof Point) })),
    expected: bag([
      { x: 1, y: 2, isPlain: true },
      { x: 3, y: 4, isPlain: true },
    ]),
  }),
  program("data/two fields that hold one object are two values", {
    covers: ["B124"],
    operators: ["map"],
    build: (env) =>
      env
        .fromElements(1)
        .map(() => {
          const shared = { n: 1 };
          return { a: shared, b: shared };
        })
        .map((record) => {
          record.a.n = 2;
          return record;
        }),
    expected: bag([{ a: { n: 2 }, b: { n: 1 } }]),
  }),
  program("layouts/many in one data set", {
    covers: ["B172", "B178"],
    operators: ["rebalance", "groupBy", "reduceGroup"],
    keyKinds: ["field", "mixed"],
    build: (env) =>
      env
        .fromCollection<{ key: unknown; [name: string]: unknown }>(manyLayouts())
        .rebalance()
        .groupBy("key")
        .reduceGroup(function* (rows) {
          const names: string[] = [];
          let key: unknown;
          for (const row of rows) {
            key = row.key;
            names.push(...Object.keys(row).filter((name) => name !== "key" && row[name] !== undefined));
          }
          yield { key, names: names.sort().join() };
        }),
    expected: bag([
      { key: 1, names: "a,b,b,c" },
      { key: "1", names: "a,d" },
      { key: null, names: "e" },
    ]),
  }),
  program("layouts/a field that is a number, then a text, then a row", {
    covers: ["B172", "B178"],
    operators: ["union", "map", "orderBy"],
    keyKinds: ["mixed"],
    build: (env) =>
      env
        .fromElements<{ v: unknown }>(
          { v: 5 },
          { v: "five" },
          { v: { five: 5 } },
          { v: 5.5 },
          { v: 5n },
          {} as { v: unknown },
        )
        .union(env.fromElements<{ v: unknown }>({ v: [5] }))
        .rebalance()
        .map(({ v }) => `${typeof v} ${Array.isArray(v)}`),
    expected: bag([
      "number false",
      "string false",
      "object false",
      "number false",
      "bigint false",
      "undefined false",
      "object true",
    ]),
  }),
  program("layouts/a field that appears late", {
    covers: ["B172"],
    operators: ["map", "groupBy", "reduceGroup"],
    keyKinds: ["field", "null"],
    build: (env) =>
      env
        .fromCollection(integers(1, 200))
        .map((n): { n: number; late?: string } => (n > 150 ? { n, late: "x" } : { n }))
        .rebalance()
        .groupBy("late")
        .reduceGroup((rows) => [[...rows].length]),
    expected: bag([150, 50]),
  }),
  program("plans/two consumers of one data set", {
    covers: ["B001"],
    operators: ["map", "filter", "join"],
    keyKinds: ["selector"],
    build: (env) => {
      const numbers = env
        .fromCollection(integers(1, 60))
        .rebalance()
        .map((n) => n * 3);
      const even = numbers.filter((n) => n % 2 === 0);
      const byFour = numbers.filter((n) => n % 4 === 0);
      return even
        .join(byFour)
        .where((n) => n)
        .equalTo((n) => n)
        .with((l) => l);
    },
    expected: bag(
      integers(1, 60)
        .map((n) => n * 3)
        .filter((n) => n % 4 === 0),
    ),
  }),
  program("plans/a data set meets itself again in a diamond", {
    covers: ["B001"],
    operators: ["groupBy", "reduceGroup", "join", "coGroup"],
    keyKinds: ["field"],
    build: (env) => {
      const base = env.fromCollection(integers(0, 49).map((n) => ({ key: n % 5, n }))).rebalance();
      const sums = base.groupBy("key").reduceGroup(function* (rows) {
        let key = 0;
        let total = 0;
        for (const row of rows) {
          key = row.key;
          total += row.n;
        }
        yield { key, total };
      });
      const above = base
        .join(sums)
        .where("key")
        .equalTo("key")
        .with(({ key, n }, { total }) => ({ key, isAbove: n > total / 10 }))
        .filter(({ isAbove }) => isAbove);
      return sums
        .coGroup(above)
        .where("key")
        .equalTo("key")
        .with((left, right) => [[...left].length * 100 + [...right].length]);
    },
    expected: bag([105, 105, 105, 105, 105]),
  }),
  program("plans/several jobs that use earlier results", {
    covers: ["B001", "B009"],
    operators: ["collect", "count", "fromCollection"],
    build: async (env) => {
      const squares = env.fromCollection(integers(1, 10)).map((n) => n * n);
      const total = await squares.count();
      const collected = await squares.filter((n) => n > 30).collect();
      const again = env.fromCollection(collected).map((n) => n / total);
      const sum = (await again.reduce((a, b) => a + b).collect())[0]!;
      return [total, collected.length, Math.round(sum * 10)];
    },
    expected: bag([10, 5, 330]),
  }),
  program("plans/two flows that never meet", {
    covers: ["T055"],
    operators: ["collect"],
    build: async (env) => {
      const first = env.fromElements("a", "b").map((text) => text.toUpperCase());
      const second = env.fromElements(1, 2).map((n) => n + 1);
      const [texts, numbers] = await Promise.all([first.collect(), second.collect()]);
      return [...texts, ...numbers];
    },
    expected: bag(["A", "B", 2, 3]),
  }),
  program("plans/a hundred operators in a row", {
    covers: ["B001"],
    operators: ["map"],
    build: (env) => {
      let numbers = env.fromCollection(integers(1, 10)).map((n) => n);
      for (let i = 0; i < 100; i++) numbers = numbers.map((n) => n + 1);
      return numbers;
    },
    expected: bag(integers(101, 110)),
  }),
  program("plans/results are records, never views of each other", {
    covers: ["B124"],
    operators: ["map", "union", "collect"],
    build: async (env) => {
      const all = env.fromCollection(items());
      const [first, second] = [await all.collect(), await all.collect()];
      return [first.some((item, i) => item === second[i] || item.tags === second[i]!.tags)];
    },
    expected: law("no object is shared", ([isShared]: readonly boolean[]) =>
      isShared === false ? undefined : "two results share an object",
    ),
  }),
];

function manyLayouts(): { key: unknown; [name: string]: unknown }[] {
  return [
    { key: 1, a: 1 },
    { key: 1, b: "x" },
    { b: [1, 2], key: 1, c: null, d: undefined },
    { key: "1", d: { deep: true } },
    { a: 2n, key: "1" },
    { key: null, e: new Date(0) },
  ];
}
