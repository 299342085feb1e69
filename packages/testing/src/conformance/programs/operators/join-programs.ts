import { bag, failure, law } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

interface Person {
  readonly id: number;
  readonly name: string;
  readonly town: string | null;
}

const people: readonly Person[] = [
  { id: 1, name: "Ada", town: "L" },
  { id: 2, name: "Bob", town: null },
  { id: 3, name: "Cy", town: "P" },
  { id: 4, name: "Di", town: "L" },
];
const towns = [
  { code: "L", label: "London" },
  { code: "P", label: "Paris" },
  { code: "R", label: "Rome" },
];

const hints = [
  "optimizer-chooses",
  "broadcast-hash-first",
  "broadcast-hash-second",
  "repartition-hash-first",
  "repartition-hash-second",
  "repartition-sort-merge",
] as const;

export const joinPrograms: readonly ConformanceProgram[] = [
  program("join/null keys match nothing", {
    covers: ["B036", "B085"],
    operators: ["join"],
    keyKinds: ["field", "nullable"],
    build: (env) => {
      const all = env.fromCollection(people);
      return all
        .join(all)
        .where("town")
        .equalTo("town")
        .with((l, r) => `${l.name} ${r.name}`);
    },
    expected: bag(["Ada Ada", "Ada Di", "Di Ada", "Di Di", "Cy Cy"]),
  }),
  ...hints.map((hint) =>
    program(`join/hint ${hint} changes nothing`, {
      covers: ["B040", "T012"],
      operators: ["join"],
      keyKinds: ["field"],
      build: (env) =>
        env
          .fromCollection(people)
          .join(env.fromCollection(towns), hint)
          .where("town")
          .equalTo("code")
          .with((person, town) => `${person.name} ${town.label}`),
      expected: bag(["Ada London", "Cy Paris", "Di London"]),
    }),
  ),
  ...hints
    .filter((hint) => hint !== "broadcast-hash-first")
    .map((hint) =>
      program(`left outer join/hint ${hint} changes nothing`, {
        covers: ["B043", "T013"],
        operators: ["leftOuterJoin"],
        keyKinds: ["field"],
        build: (env) =>
          env
            .fromCollection(people)
            .leftOuterJoin(env.fromCollection(towns), hint)
            .where("town")
            .equalTo("code")
            .with((person, town) => `${person.name} ${town?.label ?? "-"}`),
        expected: bag(["Ada London", "Bob -", "Cy Paris", "Di London"]),
      }),
    ),
  ...hints
    .filter((hint) => hint !== "broadcast-hash-second")
    .map((hint) =>
      program(`right outer join/hint ${hint} changes nothing`, {
        covers: ["B043", "T013"],
        operators: ["rightOuterJoin"],
        keyKinds: ["field"],
        build: (env) =>
          env
            .fromCollection(people)
            .rightOuterJoin(env.fromCollection(towns), hint)
            .where("town")
            .equalTo("code")
            .with((person, town) => `${person?.name ?? "-"} ${town.label}`),
        expected: bag(["Ada London", "Cy Paris", "Di London", "- Rome"]),
      }),
    ),
  ...hints
    .filter((hint) => !hint.startsWith("broadcast"))
    .map((hint) =>
      program(`full outer join/hint ${hint} changes nothing`, {
        covers: ["B043", "T013"],
        operators: ["fullOuterJoin"],
        keyKinds: ["field"],
        build: (env) =>
          env
            .fromCollection(people)
            .fullOuterJoin(env.fromCollection(towns), hint)
            .where("town")
            .equalTo("code")
            .with((person, town) => `${person?.name ?? "-"} ${town?.label ?? "-"}`),
        expected: bag(["Ada London", "Bob -", "Cy Paris", "Di London", "- Rome"]),
      }),
    ),
  program("left outer join/a hint that broadcasts the outer side is refused", {
    covers: ["B043"],
    operators: ["leftOuterJoin"],
    build: (env) => {
      const all = env.fromCollection(people);
      return all
        .leftOuterJoin(all, "broadcast-hash-first" as never)
        .where("id")
        .equalTo("id")
        .with((l) => l);
    },
    expected: failure("INVALID_HINT"),
  }),
  program("right outer join/a hint that broadcasts the outer side is refused", {
    covers: ["B043"],
    operators: ["rightOuterJoin"],
    build: (env) => {
      const all = env.fromCollection(people);
      return all
        .rightOuterJoin(all, "broadcast-hash-second" as never)
        .where("id")
        .equalTo("id")
        .with((_l, r) => r);
    },
    expected: failure("INVALID_HINT"),
  }),
  ...(["broadcast-hash-first", "broadcast-hash-second"] as const).map((hint) =>
    program(`full outer join/hint ${hint} is refused`, {
      covers: ["B043"],
      operators: ["fullOuterJoin"],
      build: (env) => {
        const all = env.fromCollection(people);
        return all
          .fullOuterJoin(all, hint as never)
          .where("id")
          .equalTo("id")
          .with((l) => l?.name ?? "-");
      },
      expected: failure("INVALID_HINT"),
    }),
  ),
  ...hints.map((hint) =>
    program(`join/equal records stay with hint ${hint}`, {
      covers: ["B036", "B040"],
      operators: ["join"],
      keyKinds: ["field"],
      build: (env) =>
        env
          .fromElements({ key: 1 }, { key: 1 }, { key: 2 }, { key: 1 })
          .rebalance()
          .join(env.fromElements({ key: 1, v: "x" }, { key: 1, v: "x" }, { key: 3, v: "y" }).rebalance(), hint)
          .where("key")
          .equalTo("key")
          .with((l, r) => `${l.key}${r.v}`),
      expected: bag(["1x", "1x", "1x", "1x", "1x", "1x"]),
    }),
  ),
  program("join/keys of both sides repeat: all pairs", {
    covers: ["B036"],
    operators: ["join"],
    keyKinds: ["field"],
    build: (env) => {
      const left = env.fromCollection(integers(0, 99).map((n) => ({ key: n % 5, n }))).rebalance();
      const right = env.fromCollection(integers(0, 49).map((n) => ({ key: n % 5, n }))).rebalance();
      return left
        .join(right)
        .where("key")
        .equalTo("key")
        .with((l, r) => l.n * 100 + r.n);
    },
    expected: bag(
      integers(0, 99).flatMap((l) =>
        integers(0, 49)
          .filter((r) => l % 5 === r % 5)
          .map((r) => l * 100 + r),
      ),
    ),
  }),
  ...(
    [
      ["the left side", [], people],
      ["the right side", people, []],
      ["both sides", [], []],
    ] as const
  ).flatMap(([which, left, right]) => [
    program(`join/${which} empty`, {
      covers: ["B036"],
      operators: ["join"],
      keyKinds: ["field"],
      build: (env) =>
        env
          .fromCollection<Person>(left)
          .join(env.fromCollection<Person>(right))
          .where("id")
          .equalTo("id")
          .with((l) => l.id),
      expected: bag([]),
    }),
    program(`full outer join/${which} empty`, {
      covers: ["B043"],
      operators: ["fullOuterJoin"],
      keyKinds: ["field"],
      build: (env) =>
        env
          .fromCollection<Person>(left)
          .fullOuterJoin(env.fromCollection<Person>(right))
          .where("id")
          .equalTo("id")
          .with((l, r) => `${l?.id ?? "-"} ${r?.id ?? "-"}`),
      expected: bag([...left.map(({ id }) => `${id} -`), ...right.map(({ id }) => `- ${id}`)]),
    }),
    program(`coGroup/${which} empty`, {
      covers: ["B044"],
      operators: ["coGroup"],
      keyKinds: ["field"],
      build: (env) =>
        env
          .fromCollection<Person>(left)
          .coGroup(env.fromCollection<Person>(right))
          .where("id")
          .equalTo("id")
          .with((l, r) => [`${[...l].length} ${[...r].length}`]),
      expected: bag([...left.map(() => "1 0"), ...right.map(() => "0 1")]),
    }),
    program(`cross/${which} empty`, {
      covers: ["B048"],
      operators: ["cross"],
      build: (env) => env.fromCollection<Person>(left).cross(env.fromCollection<Person>(right)),
      expected: bag([]),
    }),
    program(`union/${which} empty`, {
      covers: ["B050", "T020"],
      operators: ["union"],
      build: (env) => env.fromCollection<Person>(left).union(env.fromCollection<Person>(right)),
      expected: bag([...left, ...right]),
    }),
  ]),
  program("join/none, one and many results of a pair", {
    covers: ["B037"],
    operators: ["join", "flatWith"],
    keyKinds: ["field"],
    build: (env) => {
      const numbers = env.fromCollection(integers(0, 3).map((n) => ({ n })));
      return numbers
        .join(numbers)
        .where("n")
        .equalTo("n")
        .flatWith((l, r) => Array.from({ length: l.n }, (_, i) => `${r.n}.${i}`));
    },
    expected: bag(["1.0", "2.0", "2.1", "3.0", "3.1", "3.2"]),
  }),
  program("join/pairs without a function", {
    covers: ["B036"],
    operators: ["join"],
    keyKinds: ["field"],
    build: (env) => env.fromCollection(people).join(env.fromCollection(towns)).where("town").equalTo("code"),
    expected: bag([
      [people[0], towns[0]],
      [people[2], towns[1]],
      [people[3], towns[0]],
    ]),
  }),
  program("join/projection of rows is a row", {
    covers: ["B038"],
    operators: ["join", "projectFirst", "projectSecond"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(people)
        .join(env.fromCollection(towns))
        .where("town")
        .equalTo("code")
        .projectFirst("name")
        .projectSecond("label"),
    expected: bag([
      { name: "Ada", label: "London" },
      { name: "Cy", label: "Paris" },
      { name: "Di", label: "London" },
    ]),
  }),
  program("join/with a partitioner", {
    covers: ["B042"],
    operators: ["join", "withPartitioner"],
    keyKinds: ["field"],
    build: (env) => {
      const numbers = env.fromCollection(integers(0, 19).map((n) => ({ key: n % 7, n }))).rebalance();
      return numbers
        .join(numbers)
        .where("key")
        .equalTo("key")
        .withPartitioner((key: number, numPartitions: number) => (key * 3) % numPartitions)
        .with((l, r) => `${l.n} ${r.n}`);
    },
    expected: bag(
      integers(0, 19).flatMap((l) =>
        integers(0, 19)
          .filter((r) => l % 7 === r % 7)
          .map((r) => `${l} ${r}`),
      ),
    ),
  }),
  program("coGroup/both sides sorted", {
    covers: ["B045", "T004"],
    operators: ["coGroup", "sortFirstGroup", "sortSecondGroup"],
    keyKinds: ["field"],
    build: (env) => {
      const left = env.fromCollection(integers(0, 39).map((n) => ({ key: n % 3, n }))).rebalance();
      const right = env.fromCollection(integers(0, 39).map((n) => ({ key: n % 4, major: n % 2, n }))).rebalance();
      return left
        .coGroup(right)
        .where("key")
        .equalTo("key")
        .sortFirstGroup("n", "descending")
        .sortSecondGroup("major", "ascending")
        .sortSecondGroup("n", "descending")
        .with((l, r) => [`${[...l].map(({ n }) => n).join()} | ${[...r].map(({ n }) => n).join()}`]);
    },
    expected: bag(
      integers(0, 3).map((key) => {
        const numbers = integers(0, 39);
        const left = numbers.filter((n) => n % 3 === key).sort((a, b) => b - a);
        const right = numbers.filter((n) => n % 4 === key).sort((a, b) => (a % 2) - (b % 2) || b - a);
        return `${left.join()} | ${right.join()}`;
      }),
    ),
  }),
  program("coGroup/a side can be read once", {
    covers: ["B044"],
    operators: ["coGroup"],
    keyKinds: ["field"],
    build: (env) => {
      const all = env.fromCollection(people);
      return all
        .coGroup(all)
        .where("id")
        .equalTo("id")
        .with((left) => [[...left].length + [...left].length]);
    },
    expected: failure("ITERABLE_CONSUMED"),
  }),
  program("coGroup/with a partitioner", {
    covers: ["B046"],
    operators: ["coGroup", "withPartitioner"],
    keyKinds: ["field"],
    build: (env) => {
      const numbers = env.fromCollection(integers(0, 19).map((n) => ({ key: n % 6, n }))).rebalance();
      return numbers
        .coGroup(numbers)
        .where("key")
        .equalTo("key")
        .withPartitioner((key: number, numPartitions: number) => key % numPartitions)
        .with((l, r) => [[...l].length * [...r].length]);
    },
    expected: bag([16, 16, 9, 9, 9, 9]),
  }),
  program("cross/every pair once", {
    covers: ["B048", "T005"],
    operators: ["cross"],
    build: (env) =>
      env
        .fromCollection(integers(0, 9))
        .rebalance()
        .cross(env.fromCollection(integers(0, 19)).rebalance())
        .with((l, r) => l * 20 + r),
    expected: bag(integers(0, 199)),
  }),
  program("cross/with itself", {
    covers: ["B048"],
    operators: ["cross"],
    build: (env) => {
      const numbers = env.fromCollection([1, 2, 3]);
      return numbers.cross(numbers);
    },
    expected: bag([1, 2, 3].flatMap((l) => [1, 2, 3].map((r) => [l, r]))),
  }),
  program("union/with itself doubles", {
    covers: ["B050", "T020"],
    operators: ["union"],
    build: (env) => {
      const numbers = env.fromCollection(integers(1, 20));
      return numbers.union(numbers);
    },
    expected: bag([...integers(1, 20), ...integers(1, 20)]),
  }),
  program("union/five ways, duplicates stay", {
    covers: ["B050", "T020"],
    operators: ["union", "rebalance"],
    build: (env) => {
      const [a, b, c, d, e] = [1, 2, 3, 4, 5].map((n) => env.fromCollection(integers(n, 10)));
      return a!.union(b!).union(c!.rebalance().union(d!)).union(e!);
    },
    expected: bag([1, 2, 3, 4, 5].flatMap((n) => integers(n, 10))),
  }),
  program("union/of different rows", {
    covers: ["B050"],
    operators: ["union", "groupBy", "reduceGroup"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromElements({ kind: "a", n: 1 })
        .union(env.fromElements({ kind: "b", n: 2, more: true }))
        .union(env.fromElements({ kind: "a", n: 3, extra: "x" }))
        .groupBy("kind")
        .reduceGroup((rows) => [
          [...rows]
            .map(({ kind, n }) => `${kind}${n}`)
            .sort()
            .join(),
        ]),
    expected: bag(["a1,a3", "b2"]),
  }),
  program("join/the same data set on both sides of two joins", {
    covers: ["B036"],
    operators: ["join", "union"],
    keyKinds: ["field"],
    build: (env) => {
      const numbers = env.fromCollection(integers(1, 30).map((n) => ({ n, half: n >> 1 }))).rebalance();
      const halves = numbers
        .join(numbers)
        .where("half")
        .equalTo("n")
        .with((l, r) => ({ n: l.n, half: r.half }));
      return halves
        .join(numbers)
        .where("half")
        .equalTo("n")
        .with((l, r) => [l.n, r.n]);
    },
    expected: bag(
      integers(1, 30)
        .filter((n) => n >> 2 >= 1)
        .map((n) => [n, n >> 2]),
    ),
  }),
  program("coGroup/each key once, wherever its records are", {
    covers: ["B044"],
    operators: ["rebalance", "coGroup"],
    keyKinds: ["field"],
    build: (env) => {
      const left = env.fromCollection(integers(0, 199).map((n) => ({ key: n % 50 }))).rebalance();
      const right = env.fromCollection(integers(0, 99).map((n) => ({ key: 25 + (n % 50) }))).rebalance();
      return left
        .coGroup(right)
        .where("key")
        .equalTo("key")
        .with(function* (l, r) {
          const keys = [...l, ...r].map(({ key }) => key);
          yield keys[0]!;
        });
    },
    expected: law("every key comes once", (keys: readonly number[]) => {
      const sorted = [...keys].sort((a, b) => a - b).join();
      return sorted === integers(0, 74).join() ? undefined : `the keys are ${sorted}`;
    }),
  }),
];
