/**
 * What every operator with a key does with every subject. Each entry builds the program and states what must come out, by
 * the labels and ranks of the records.
 */
import type { DataSet, ExecutionEnvironment } from "@millrace/dataset";
import { bag, type Expectation, law, orderedByKey } from "../../expectation.js";
import type { KeySubject, Labelled } from "./key-subjects.js";

/** Is an operator with a key, as a program over any subject. */
export interface KeyOperator {
  readonly title: string;
  readonly covers: readonly string[];
  readonly operators: readonly string[];
  /** Whether it takes one key part only. */
  readonly needsSinglePart?: boolean;
  readonly build: (env: ExecutionEnvironment, subject: KeySubject) => DataSet<unknown>;
  readonly expected: (subject: KeySubject) => Expectation | readonly Expectation[];
}

/**
 * Subjects name their keys in ways that are only known when the program runs, so the compiler is shown one of them: rows with
 * a key `k`.
 */
interface Keyed {
  readonly k: string;
}
type Keys = readonly ["k"];
type Read = (record: Keyed) => Labelled;

function dataOf(env: ExecutionEnvironment, subject: KeySubject, keep: (record: Labelled) => boolean = () => true) {
  const records = subject.records.filter((record) => keep(subject.read(record as never))) as readonly Keyed[];
  return subject.type === undefined
    ? env.fromCollection(records)
    : env.fromCollection(records, subject.type as never as Parameters<typeof env.fromCollection<Keyed>>[1] & object);
}

function keysOf(subject: KeySubject): Keys {
  return subject.keys as Keys;
}

function readOf(subject: KeySubject): Read {
  return subject.read as Read;
}

function labelled(subject: KeySubject): Labelled[] {
  return subject.records.map((record) => subject.read(record as never));
}

/** Returns the records by label, in the order of ranks. */
function classesOf(subject: KeySubject): Map<string, Labelled[]> {
  const sorted = labelled(subject).sort((a, b) => a.rank - b.rank || a.n - b.n);
  const classes = new Map<string, Labelled[]>();
  for (const record of sorted) {
    const members = classes.get(record.label);
    if (members === undefined) classes.set(record.label, [record]);
    else members.push(record);
  }
  return classes;
}

/** Pairs two sides by label, as an inner join does: null keys match nothing. */
function pairsOf(subject: KeySubject, left: readonly Labelled[], right: readonly Labelled[]): [Labelled, Labelled][] {
  return left.flatMap((l) =>
    right
      .filter((r) => l.label === r.label && !subject.nullLabels.includes(l.label))
      .map((r): [Labelled, Labelled] => [l, r]),
  );
}

/** The right sides of outer joins: the classes of even rank, and a side that has no partner. */
function isEven({ rank }: Labelled): boolean {
  return rank % 2 === 0;
}

function isNotFirst({ rank }: Labelled): boolean {
  return rank > 0;
}

function text(left: Labelled | null, right: Labelled | null): string {
  return `${left === null ? "-" : `${left.label} ${left.n}`} | ${right === null ? "-" : `${right.label} ${right.n}`}`;
}

/** Joins the classes but the first with those of even rank, and says what each kind of join makes of them. */
function outerJoinExpectation(subject: KeySubject, keepsLeft: boolean, keepsRight: boolean): Expectation {
  const left = labelled(subject).filter(isNotFirst);
  const right = labelled(subject).filter(isEven);
  const pairs = pairsOf(subject, left, right);
  const lonely = (side: readonly Labelled[], index: 0 | 1) =>
    side.filter((record) => !pairs.some((pair) => pair[index].label === record.label));
  return bag([
    ...pairs.map(([l, r]) => text(l, r)),
    ...(keepsLeft ? lonely(left, 0).map((l) => text(l, null)) : []),
    ...(keepsRight ? lonely(right, 1).map((r) => text(null, r)) : []),
  ]);
}

interface Placed extends Labelled {
  readonly partition: number;
}

function place(data: DataSet<Keyed>, read: Read): DataSet<Placed> {
  return data.mapPartition(function* (values, _out: unknown, context) {
    for (const value of values) yield { ...read(value), partition: context.subtaskIndex };
  });
}

function everyRecordOnce(subject: KeySubject): Expectation {
  return bag(labelled(subject), { render: ({ label, rank, n }: Labelled) => ({ label, rank, n }) });
}

const equalKeysMeet = law("equal keys are in one partition", (records: readonly Placed[]) => {
  const partitions = new Map<string, number>();
  for (const { label, partition } of records) {
    const known = partitions.get(label) ?? partition;
    if (known !== partition) return `${label} is in partitions ${known} and ${partition}`;
    partitions.set(label, partition);
  }
  return undefined;
});

/** Returns the positions at which ranks go the wrong way. */
function disorder(records: readonly Labelled[], sign: 1 | -1): string | undefined {
  const at = records.findIndex((record, i) => i > 0 && sign * (record.rank - records[i - 1]!.rank) < 0);
  return at < 0 ? undefined : `${records[at]!.label} comes after ${records[at - 1]!.label}`;
}

function ordered(sign: 1 | -1): (subject: KeySubject) => readonly Expectation[] {
  return (subject) => {
    const sorted = labelled(subject).sort((a, b) => sign * (a.rank - b.rank));
    return [orderedByKey(sorted, ({ rank }) => rank)];
  };
}

function eachPartitionOrdered(sign: 1 | -1): Expectation {
  return law("every partition is sorted", (records: readonly Placed[]) => {
    for (const partition of new Set(records.map((record) => record.partition))) {
      const wrong = disorder(
        records.filter((record) => record.partition === partition),
        sign,
      );
      if (wrong !== undefined) return `in partition ${partition} ${wrong}`;
    }
    return undefined;
  });
}

/** Lists the operators of the key programs. */
export const keyOperators: readonly KeyOperator[] = [
  {
    title: "reduce",
    covers: ["B070", "B080", "B082", "B083"],
    operators: ["groupBy", "reduce"],
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject)
        .groupBy(...keysOf(subject))
        .reduce((a, b) => (read(a).n <= read(b).n ? a : b))
        .map((record) => read(record));
    },
    expected: (subject) => bag([...classesOf(subject).values()].map(([least]) => least)),
  },
  {
    title: "reduceGroup",
    covers: ["B071", "B080", "B082", "B083"],
    operators: ["groupBy", "reduceGroup"],
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject)
        .groupBy(...keysOf(subject))
        .reduceGroup(function* (values) {
          const members = [...values].map(read);
          const labels = [...new Set(members.map(({ label }) => label))];
          yield { labels: labels.join(), count: members.length, sum: members.reduce((sum, { n }) => sum + n, 0) };
        });
    },
    expected: (subject) =>
      bag(
        [...classesOf(subject)].map(([label, members]) => ({
          labels: label,
          count: members.length,
          sum: members.reduce((sum, { n }) => sum + n, 0),
        })),
      ),
  },
  {
    title: "combineGroup",
    covers: ["B027"],
    operators: ["groupBy", "combineGroup"],
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject)
        .groupBy(...keysOf(subject))
        .combineGroup(function* (values) {
          const members = [...values].map(read);
          for (const label of new Set(members.map((member) => member.label))) {
            yield { label, count: members.filter((member) => member.label === label).length, parts: 1 };
          }
        });
    },
    // A key may have several results, so only what they add up to is promised.
    expected: (subject) =>
      law("partial counts add up", (parts: readonly { label: string; count: number }[]) => {
        const counts = new Map<string, number>();
        for (const { label, count } of parts) counts.set(label, (counts.get(label) ?? 0) + count);
        const wrong = [...classesOf(subject)].find(([label, members]) => counts.get(label) !== members.length);
        if (wrong !== undefined) return `${wrong[0]} counts ${counts.get(wrong[0])}, not ${wrong[1].length}`;
        return counts.size === classesOf(subject).size ? undefined : `there are ${counts.size} labels`;
      }),
  },
  {
    title: "first of a sorted group",
    covers: ["B033", "B074", "B075", "B076"],
    operators: ["groupBy", "sortGroup", "first"],
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject)
        .groupBy(...keysOf(subject))
        .sortGroup((record) => read(record).n, "descending")
        .first(1)
        .map((record) => read(record));
    },
    expected: (subject) => bag([...classesOf(subject).values()].map((members) => members.at(-1))),
  },
  {
    title: "count by aggregate",
    covers: ["B028"],
    operators: ["groupBy", "aggregate"],
    build: (env, subject) =>
      dataOf(env, subject)
        .groupBy(...keysOf(subject))
        .aggregate({ records: { aggregate: "count", field: undefined } })
        .map((row) => row.records),
    expected: (subject) => bag([...classesOf(subject).values()].map((members) => members.length)),
  },
  {
    title: "distinct",
    covers: ["B034"],
    operators: ["distinct"],
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject)
        .distinct(...keysOf(subject))
        .map((record) => read(record).label);
    },
    expected: (subject) => bag([...classesOf(subject).keys()]),
  },
  {
    title: "join",
    covers: ["B036", "B041"],
    operators: ["join"],
    build: (env, subject) => {
      const read = readOf(subject);
      const data = dataOf(env, subject);
      return data
        .join(data)
        .where(...keysOf(subject))
        .equalTo(...keysOf(subject))
        .with((l, r) => text(read(l), read(r)));
    },
    expected: (subject) => bag(pairsOf(subject, labelled(subject), labelled(subject)).map(([l, r]) => text(l, r))),
  },
  {
    title: "left outer join",
    covers: ["B043"],
    operators: ["leftOuterJoin"],
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject, isNotFirst)
        .leftOuterJoin(dataOf(env, subject, isEven))
        .where(...keysOf(subject))
        .equalTo(...keysOf(subject))
        .with((l, r) => text(read(l), r === null ? null : read(r)));
    },
    expected: (subject) => outerJoinExpectation(subject, true, false),
  },
  {
    title: "right outer join",
    covers: ["B043"],
    operators: ["rightOuterJoin"],
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject, isNotFirst)
        .rightOuterJoin(dataOf(env, subject, isEven))
        .where(...keysOf(subject))
        .equalTo(...keysOf(subject))
        .with((l, r) => text(l === null ? null : read(l), read(r)));
    },
    expected: (subject) => outerJoinExpectation(subject, false, true),
  },
  {
    title: "full outer join",
    covers: ["B043"],
    operators: ["fullOuterJoin"],
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject, isNotFirst)
        .fullOuterJoin(dataOf(env, subject, isEven))
        .where(...keysOf(subject))
        .equalTo(...keysOf(subject))
        .with((l, r) => text(l === null ? null : read(l), r === null ? null : read(r)));
    },
    expected: (subject) => outerJoinExpectation(subject, true, true),
  },
  {
    title: "semi join",
    covers: ["B036"],
    operators: ["semiJoin"],
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject)
        .semiJoin(dataOf(env, subject, isEven))
        .where(...keysOf(subject))
        .equalTo(...keysOf(subject))
        .map((record) => read(record));
    },
    expected: (subject) =>
      bag(labelled(subject).filter((record) => isEven(record) && !subject.nullLabels.includes(record.label))),
  },
  {
    title: "anti join",
    covers: ["B036"],
    operators: ["antiJoin"],
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject)
        .antiJoin(dataOf(env, subject, isEven))
        .where(...keysOf(subject))
        .equalTo(...keysOf(subject))
        .map((record) => read(record));
    },
    expected: (subject) =>
      bag(labelled(subject).filter((record) => !isEven(record) || subject.nullLabels.includes(record.label))),
  },
  {
    title: "coGroup",
    covers: ["B044"],
    operators: ["coGroup"],
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject, isNotFirst)
        .coGroup(dataOf(env, subject, isEven))
        .where(...keysOf(subject))
        .equalTo(...keysOf(subject))
        .with(function* (left, right) {
          const sides = [[...left].map(read), [...right].map(read)];
          const labels = new Set(sides.flat().map(({ label }) => label));
          yield { labels: [...labels].join(), left: sides[0]!.length, right: sides[1]!.length };
        });
    },
    expected: (subject) =>
      bag(
        [...classesOf(subject)].flatMap(([labels, members]) => {
          const left = members.filter(isNotFirst).length;
          const right = members.filter(isEven).length;
          return left + right === 0 ? [] : [{ labels, left, right }];
        }),
      ),
  },
  {
    title: "partitionByHash",
    covers: ["B052"],
    operators: ["partitionByHash", "mapPartition"],
    build: (env, subject) => place(dataOf(env, subject).partitionByHash(...keysOf(subject)), readOf(subject)),
    expected: (subject) => [everyRecordOnce(subject), equalKeysMeet],
  },
  {
    title: "partitionByRange",
    covers: ["B054"],
    operators: ["partitionByRange", "mapPartition"],
    build: (env, subject) => place(dataOf(env, subject).partitionByRange(...keysOf(subject)), readOf(subject)),
    expected: (subject) => [
      everyRecordOnce(subject),
      equalKeysMeet,
      law("partitions are ordered ranges", (records: readonly Placed[]) =>
        disorder(
          [...records].sort((a, b) => a.partition - b.partition || a.rank - b.rank),
          1,
        ),
      ),
    ],
  },
  {
    title: "partitionCustom",
    covers: ["B053"],
    operators: ["partitionCustom", "mapPartition"],
    needsSinglePart: true,
    build: (env, subject) =>
      place(
        dataOf(env, subject).partitionCustom(
          (key: unknown, numPartitions: number) => (key === null || key === undefined ? 0 : numPartitions - 1),
          ...keysOf(subject),
        ),
        readOf(subject),
      ),
    expected: (subject) => [
      everyRecordOnce(subject),
      equalKeysMeet,
      law("null keys are in the first partition, all others in the last", (records: readonly Placed[], parallelism) => {
        const wrong = records.find(
          ({ label, partition }) => partition !== (subject.nullLabels.includes(label) ? 0 : parallelism - 1),
        );
        return wrong === undefined ? undefined : `${wrong.label} is in partition ${wrong.partition}`;
      }),
    ],
  },
  {
    title: "orderBy ascending",
    covers: ["B161"],
    operators: ["orderBy"],
    needsSinglePart: true,
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject)
        .orderBy(keysOf(subject)[0], "ascending")
        .map((record) => read(record));
    },
    expected: ordered(1),
  },
  {
    title: "orderBy descending",
    covers: ["B161"],
    operators: ["orderBy"],
    needsSinglePart: true,
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject)
        .orderBy(keysOf(subject)[0], "descending")
        .map((record) => read(record));
    },
    expected: ordered(-1),
  },
  {
    title: "sortPartition",
    covers: ["B055"],
    operators: ["rebalance", "sortPartition", "mapPartition"],
    needsSinglePart: true,
    build: (env, subject) =>
      place(dataOf(env, subject).rebalance().sortPartition(keysOf(subject)[0], "descending"), readOf(subject)),
    expected: (subject) => [everyRecordOnce(subject), eachPartitionOrdered(-1)],
  },
  {
    title: "sortGroup",
    covers: ["B074", "B075"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    needsSinglePart: true,
    build: (env, subject) => {
      const read = readOf(subject);
      return dataOf(env, subject)
        .groupBy(() => "all")
        .sortGroup(keysOf(subject)[0], "ascending")
        .reduceGroup((values) => [...values].map(read));
    },
    expected: ordered(1),
  },
  {
    title: "coGroup with a sorted side",
    covers: ["B045"],
    operators: ["coGroup", "sortFirstGroup"],
    needsSinglePart: true,
    build: (env, subject) => {
      const read = readOf(subject);
      const data = dataOf(env, subject);
      return data
        .coGroup(data)
        .where(() => "all")
        .equalTo(() => "all")
        .sortFirstGroup(keysOf(subject)[0], "descending")
        .with((left) => [...left].map(read));
    },
    expected: ordered(-1),
  },
  {
    title: "delta iteration",
    covers: ["B092", "B093"],
    operators: ["iterateDelta", "closeWith", "join"],
    build: (env, subject) => {
      const read = readOf(subject);
      const data = dataOf(env, subject).distinct(...keysOf(subject));
      const loop = data.iterateDelta(data, 3, ...keysOf(subject));
      const found = loop.workset
        .join(loop.solutionSet)
        .where(...keysOf(subject))
        .equalTo(...keysOf(subject))
        .with((record) => record);
      return loop.closeWith(found, found).map((record) => read(record).label);
    },
    expected: (subject) => bag([...classesOf(subject).keys()]),
  },
];
