import type { DataSet, ExecutionEnvironment } from "@millrace/dataset";
import { bag, type Expectation, law } from "../../expectation.js";
import type { KeyKind } from "../../key-kind.js";
import { type ConformanceProgram, type ProgramOutput, program } from "../../program.js";
import { recordJobs } from "../../reference-data.js";

interface JobDefinition {
  readonly covers: readonly string[];
  readonly operators: readonly string[];
  readonly keyKinds?: readonly KeyKind[];
  readonly rule?: string;
  readonly build: (env: ExecutionEnvironment) => ProgramOutput;
  readonly expected: Expectation | readonly Expectation[];
}

function jobCase(id: string, definition: JobDefinition): ConformanceProgram {
  const name = `record_jobs/${id}`;
  return program(name, { ...definition, covers: [...definition.covers, "T028"], referenceCase: name });
}

function table(id: string, name: string): string[] {
  const lines = recordJobs[id]?.[name];
  if (lines === undefined) throw new RangeError(`There is no table ${name} in reference case ${id}`);
  return lines;
}

/** Makes a data set of the fields of each line. */
function fieldsOf(env: ExecutionEnvironment, id: string, name: string): DataSet<string[]> {
  return env.fromCollection(table(id, name)).map((line) => line.split("|"));
}

interface Order {
  key: number;
  customer: number;
  status: string;
  date: string;
  priority: string;
  shipPriority: number;
}

function ordersOf(lines: DataSet<string[]>): DataSet<Order> {
  return lines.map((f) => ({
    key: Number(f[0]),
    customer: Number(f[1]),
    status: f[2]!,
    date: f[4]!,
    priority: f[5]!,
    shipPriority: Number(f[7]),
  }));
}

interface LineItem {
  order: number;
  part: number;
  supplier: number;
  quantity: number;
  price: number;
  discount: number;
  flag: string;
  commitDate: string;
  receiptDate: string;
}

function lineItemsOf(lines: DataSet<string[]>): DataSet<LineItem> {
  return lines.map((f) => ({
    order: Number(f[0]),
    part: Number(f[1]),
    supplier: Number(f[2]),
    quantity: Number(f[4]),
    price: Number(f[5]),
    discount: Number(f[6]),
    flag: f[8]!,
    commitDate: f[11]!,
    receiptDate: f[12]!,
  }));
}

function nationsOf(lines: DataSet<string[]>): DataSet<{ nation: number; nationName: string }> {
  return lines.map((f) => ({ nation: Number(f[0]), nationName: f[1]! }));
}

/** Turns a line of an expected result into a row whose numbers are numbers, so that a tolerance can apply. */
function rowOf(line: string, numeric: readonly number[]): unknown[] {
  return line.split("|").map((field, i) => (numeric.includes(i) ? Number(field) : field));
}

interface Edge {
  a: string;
  b: string;
}

/** Builds triads around `a` and keeps those whose ends are joined by an edge. */
function trianglesOf(edges: DataSet<Edge>): DataSet<string[]> {
  const triads = edges.groupBy("a").reduceGroup(function* (group) {
    const ends: string[] = [];
    for (const { a, b } of group) {
      for (const end of ends) {
        const [first = "", second = ""] = [end, b].sort();
        yield { a, first, second };
      }
      ends.push(b);
    }
  });
  const closing = edges.map(({ a, b }) => (a < b ? { a, b } : { a: b, b: a }));
  return triads
    .join(closing)
    .where("first", "second")
    .equalTo("a", "b")
    .with(({ a, first, second }) => [a, first, second]);
}

/** Reads the subject and object of the triples with the predicate foaf:knows. */
function knows(env: ExecutionEnvironment, id: string, name: string): DataSet<{ from: string; to: string }> {
  return env
    .fromCollection(table(id, name))
    .map((line) => line.split(" "))
    .filter((triple) => triple[1] === "<http://xmlns.com/foaf/0.1/knows>")
    .map((triple) => ({ from: triple[0]!, to: triple[2]! }));
}

/** Keeps orders of status F after 1993 with a priority that starts with 5, and sums their line items. */
function revenuePerOrder(
  orders: DataSet<Order>,
  lineItems: DataSet<LineItem>,
): DataSet<{ order: number; shipPriority: number; revenue: number }> {
  return orders
    .filter((o) => o.status === "F" && Number(o.date.slice(0, 4)) > 1993 && o.priority.startsWith("5"))
    .join(lineItems)
    .where("key")
    .equalTo("order")
    .with((o, l) => ({ order: o.key, shipPriority: o.shipPriority, revenue: l.price }));
}

function revenueRow(row: { order: number; shipPriority: number; revenue: number }): unknown[] {
  return [row.order, row.shipPriority, row.revenue];
}

export const recordJobCases: readonly ConformanceProgram[] = [
  jobCase("ComputeEdgeDegreesITCase", {
    covers: ["B071"],
    operators: ["flatMap", "distinct", "groupBy", "reduceGroup"],
    keyKinds: ["field", "whole record"],
    build: (env) => {
      const edges = env
        .fromCollection(table("ComputeEdgeDegreesITCase", "EDGES"))
        .map((line) => line.split(",").map(Number))
        .map(([u, v]) => ({ from: Math.min(u!, v!), to: Math.max(u!, v!) }))
        .distinct();
      const degrees = edges
        .flatMap(({ from, to }) => [{ vertex: from }, { vertex: to }])
        .groupBy("vertex")
        .reduceGroup(function* (group) {
          let vertex = 0;
          let degree = 0;
          for (const end of group) {
            vertex = end.vertex;
            degree++;
          }
          yield { vertex, degree };
        });
      return edges
        .join(degrees)
        .where("from")
        .equalTo("vertex")
        .with(({ to }, d) => ({ to, text: `${d.vertex},${d.degree}` }))
        .join(degrees)
        .where("to")
        .equalTo("vertex")
        .with(({ text }, d) => `${text}|${d.vertex},${d.degree}`);
    },
    // The reference writes the ends of an edge in whichever order they came.
    expected: bag(
      table("ComputeEdgeDegreesITCase", "EXPECTED").map((line) =>
        line
          .split("|")
          .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
          .join("|"),
      ),
    ),
  }),
  jobCase("EnumTrianglesOnEdgesWithDegreesITCase", {
    covers: ["B036", "B071"],
    operators: ["map", "groupBy", "reduceGroup", "join"],
    keyKinds: ["field", "several fields"],
    build: (env) => {
      const edges = env
        .fromCollection(table("EnumTrianglesOnEdgesWithDegreesITCase", "EDGES_WITH_DEGREES"))
        .map((line) => {
          const ends = line.split("|").map((end) => end.split(",").map(Number));
          const [low, high] = ends.sort((x, y) => x[1]! - y[1]! || x[0]! - y[0]!);
          return { a: String(low![0]), b: String(high![0]) };
        });
      return trianglesOf(edges);
    },
    expected: bag(
      table("EnumTrianglesOnEdgesWithDegreesITCase", "EXPECTED").map((line) => line.split(",").sort().join()),
      { render: (triangle: string[]) => [...triangle].sort().join() },
    ),
  }),
  jobCase("EnumTrianglesRDFITCase", {
    covers: ["B036", "B034"],
    operators: ["map", "filter", "distinct", "groupBy", "reduceGroup", "join"],
    keyKinds: ["field", "several fields", "whole record", "string"],
    build: (env) =>
      trianglesOf(
        knows(env, "EnumTrianglesRDFITCase", "EDGES")
          .map(({ from, to }) => (from < to ? { a: from, b: to } : { a: to, b: from }))
          .distinct(),
      ),
    expected: bag(table("EnumTrianglesRDFITCase", "EXPECTED"), {
      render: (triangle: string[]) => [...triangle].sort().join(" "),
    }),
  }),
  jobCase("GroupOrderReduceITCase", {
    covers: ["B074"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["position"],
    build: (env) =>
      env
        .fromCollection(table("GroupOrderReduceITCase", "INPUT"))
        .map((line): [number, number] => {
          const [key, value] = line.split(",").map(Number);
          return [key!, value!];
        })
        .groupBy(0)
        .sortGroup(1, "ascending")
        .reduceGroup(function* (group) {
          const values: number[] = [];
          let key = 0;
          for (const record of group) {
            key = record[0];
            values.push(record[1]);
          }
          yield { key, values };
        }),
    expected: [
      law("values do not decrease within a group", (groups: readonly { key: number; values: number[] }[]) => {
        const wrong = groups.find(({ values }) => values.some((value, i) => i > 0 && value < values[i - 1]!));
        return wrong === undefined ? undefined : `group ${wrong.key} is ${wrong.values.join()}`;
      }),
      law("every record is in the group of its key", (groups: readonly { key: number; values: number[] }[]) => {
        const lines = groups.flatMap(({ key, values }) => values.map((value) => `${key},${value}`));
        const expected = table("GroupOrderReduceITCase", "INPUT");
        return lines.sort().join(" ") === [...expected].sort().join(" ") ? undefined : `they are ${lines.join(" ")}`;
      }),
    ],
  }),
  jobCase("MergeOnlyJoinITCase", {
    covers: ["B036", "B060"],
    operators: ["groupBy", "reduceGroup", "join", "setParallelism"],
    keyKinds: ["field"],
    build: (env) => {
      const input = (name: string, parallelism: number) =>
        fieldsOf(env, "MergeOnlyJoinITCase", name)
          .map((f) => ({ key: Number(f[0]), value: Number(f[1]) }))
          .groupBy("key")
          .reduceGroup((group) => [...group])
          .setParallelism(parallelism);
      return input("INPUT1", 3)
        .join(input("INPUT2", 4))
        .where("key")
        .equalTo("key")
        .with((l, r) => `${l.key}|${l.value}|${r.value}`);
    },
    expected: bag(table("MergeOnlyJoinITCase", "EXPECTED_RESULT")),
  }),
  jobCase("PairwiseSPITCase", {
    covers: ["B036", "B044", "B050"],
    operators: ["join", "filter", "union", "groupBy", "reduceGroup"],
    keyKinds: ["field", "several fields", "string"],
    build: (env) => {
      const paths = knows(env, "PairwiseSPITCase", "RDF_DATA").map(({ from, to }) => ({
        from,
        to,
        length: 1,
        hops: " ",
      }));
      const longer = paths
        .join(paths)
        .where("to")
        .equalTo("from")
        .with((first, second) => ({ from: first.from, to: second.to, length: 2, hops: first.to }))
        .filter(({ from, to }) => from !== to);
      return paths
        .union(longer)
        .groupBy("from", "to")
        .reduceGroup((group) => {
          const all = [...group];
          const shortest = Math.min(...all.map((path) => path.length));
          return all.filter((path) => path.length === shortest);
        })
        .map(({ from, to, length, hops }) => `${from}|${to}|${length}|${length - 1}|${hops}|`);
    },
    expected: bag(table("PairwiseSPITCase", "EXPECTED")),
  }),
  jobCase("TPCHQuery3ITCase", {
    covers: ["B028", "B036"],
    operators: ["filter", "join", "groupBy", "sum"],
    keyKinds: ["field", "several fields"],
    build: (env) =>
      revenuePerOrder(
        ordersOf(fieldsOf(env, "TPCHQuery3ITCase", "ORDERS")),
        lineItemsOf(fieldsOf(env, "TPCHQuery3ITCase", "LINEITEMS")),
      )
        .groupBy("order", "shipPriority")
        .sum("revenue")
        .map(revenueRow),
    expected: bag(
      table("TPCHQuery3ITCase", "EXPECTED_RESULT").map((line) => line.split("|").map(Number)),
      { tolerance: 1e-2 },
    ),
  }),
  jobCase("TPCHQuery3WithUnionITCase", {
    covers: ["B036", "B050"],
    operators: ["union", "filter", "join", "groupBy", "sum"],
    keyKinds: ["field", "several fields"],
    build: (env) => {
      const id = "TPCHQuery3WithUnionITCase";
      const orders = ordersOf(fieldsOf(env, id, "ORDERS1").union(fieldsOf(env, id, "ORDERS2")));
      const parts = fieldsOf(env, id, "PART_JOIN_1")
        .union(fieldsOf(env, id, "PART_JOIN_2"))
        .map((f) => ({ order: Number(f[0]), shipPriority: Number(f[1]), revenue: Number(f[2]) }));
      return revenuePerOrder(orders, lineItemsOf(fieldsOf(env, id, "LINEITEMS")))
        .union(parts)
        .groupBy("order", "shipPriority")
        .sum("revenue")
        .map(revenueRow);
    },
    expected: bag(
      table("TPCHQuery3WithUnionITCase", "EXPECTED_RESULT").map((line) => line.split("|").map(Number)),
      { tolerance: 1e-2 },
    ),
  }),
  jobCase("TPCHQuery4ITCase", {
    covers: ["B036", "B073"],
    operators: ["filter", "join", "groupBy", "reduceGroup"],
    keyKinds: ["field", "string"],
    build: (env) => {
      const orders = ordersOf(fieldsOf(env, "TPCHQuery4ITCase", "ORDERS")).filter(
        (o) => o.date > "1995-01-01" && o.date < "1995-04-01",
      );
      const late = lineItemsOf(fieldsOf(env, "TPCHQuery4ITCase", "LINEITEMS")).filter(
        (l) => l.commitDate < l.receiptDate,
      );
      return orders
        .join(late)
        .where("key")
        .equalTo("order")
        .with((o) => ({ priority: o.priority, count: 1 }))
        .groupBy("priority")
        .sum("count")
        .map(({ priority, count }) => `${priority}|${count}|`);
    },
    expected: bag(table("TPCHQuery4ITCase", "EXPECTED_RESULT")),
  }),
  jobCase("TPCHQuery9ITCase", {
    covers: ["B036", "B073"],
    operators: ["filter", "join", "groupBy", "sum"],
    keyKinds: ["field", "several fields"],
    build: (env) => {
      const id = "TPCHQuery9ITCase";
      const green = fieldsOf(env, id, "PART")
        .filter((f) => f[1]!.includes("green"))
        .map((f) => ({ part: Number(f[0]) }));
      const costs = fieldsOf(env, id, "PARTSUPP").map((f) => ({
        part: Number(f[0]),
        supplier: Number(f[1]),
        cost: Number(f[3]),
      }));
      const suppliers = fieldsOf(env, id, "SUPPLIER").map((f) => ({ supplier: Number(f[0]), nation: Number(f[3]) }));
      const nations = nationsOf(fieldsOf(env, id, "NATION"));
      return lineItemsOf(fieldsOf(env, id, "LINEITEM"))
        .join(green)
        .where("part")
        .equalTo("part")
        .with((l) => l)
        .join(costs)
        .where("part", "supplier")
        .equalTo("part", "supplier")
        .with((l, c) => ({
          order: l.order,
          supplier: l.supplier,
          profit: l.price * (1 - l.discount) - c.cost * l.quantity,
        }))
        .join(ordersOf(fieldsOf(env, id, "ORDERS")))
        .where("order")
        .equalTo("key")
        .with((l, o) => ({ supplier: l.supplier, profit: l.profit, year: Number(o.date.slice(0, 4)) }))
        .join(suppliers)
        .where("supplier")
        .equalTo("supplier")
        .with((l, s) => ({ nation: s.nation, profit: l.profit, year: l.year }))
        .join(nations)
        .where("nation")
        .equalTo("nation")
        .with((l, n) => ({ nationName: n.nationName, year: l.year, profit: l.profit }))
        .groupBy("nationName", "year")
        .sum("profit")
        .map(({ nationName, year, profit }) => [nationName, year, profit]);
    },
    expected: bag(
      table("TPCHQuery9ITCase", "EXPECTED_RESULT").map((line) => rowOf(line, [1, 2])),
      { tolerance: 1e-2 },
    ),
  }),
  jobCase("TPCHQuery10ITCase", {
    covers: ["B036", "B073"],
    operators: ["filter", "join", "groupBy", "sum"],
    keyKinds: ["field"],
    build: (env) => {
      const id = "TPCHQuery10ITCase";
      const orders = ordersOf(fieldsOf(env, id, "ORDERS")).filter((o) => Number(o.date.slice(0, 4)) > 1990);
      const returned = lineItemsOf(fieldsOf(env, id, "LINEITEMS")).filter((l) => l.flag === "R");
      const revenue = returned
        .join(orders)
        .where("order")
        .equalTo("key")
        .with((l, o) => ({ customer: o.customer, revenue: l.price * (1 - l.discount) }))
        .groupBy("customer")
        .sum("revenue");
      const customers = fieldsOf(env, id, "CUSTOMERS").map((f) => ({
        customer: Number(f[0]),
        name: f[1]!,
        address: f[2]!,
        nation: Number(f[3]),
        phone: f[4]!,
        balance: Number(f[5]),
        comment: f[7]!,
      }));
      return customers
        .join(revenue)
        .where("customer")
        .equalTo("customer")
        .with((c, r) => ({ ...c, revenue: r.revenue }))
        .join(nationsOf(fieldsOf(env, id, "NATIONS")))
        .where("nation")
        .equalTo("nation")
        .with((c, n) => [c.customer, c.name, c.revenue, c.balance, n.nationName, c.address, c.phone, c.comment]);
    },
    expected: bag(
      table("TPCHQuery10ITCase", "EXPECTED_RESULT").map((line) => rowOf(line, [0, 2, 3]).slice(0, 8)),
      { tolerance: 1e-2 },
    ),
  }),
  jobCase("TPCHQueryAsterixITCase", {
    covers: ["B036", "B073"],
    operators: ["join", "groupBy", "sum"],
    keyKinds: ["field", "string"],
    build: (env) => {
      const customers = fieldsOf(env, "TPCHQueryAsterixITCase", "CUSTOMERS").map((f) => ({
        customer: Number(f[0]),
        segment: f[6]!,
      }));
      return ordersOf(fieldsOf(env, "TPCHQueryAsterixITCase", "ORDERS"))
        .join(customers)
        .where("customer")
        .equalTo("customer")
        .with((_o, c) => ({ segment: c.segment, count: 1 }))
        .groupBy("segment")
        .sum("count")
        .map(({ segment, count }) => `${count}|${segment}`);
    },
    expected: bag(table("TPCHQueryAsterixITCase", "EXPECTED_RESULT")),
  }),
  jobCase("TeraSortITCase", {
    covers: ["B054", "B161"],
    operators: ["orderBy", "mapPartition"],
    keyKinds: ["field", "string"],
    rule: "The reference's data file is not among its data, so lines in its form are made here",
    build: (env) =>
      env
        .fromCollection(teraLines())
        .map((line) => ({ key: line.slice(0, 10), payload: line.slice(10) }))
        .orderBy("key", "ascending"),
    expected: [
      law("keys do not decrease", (records: readonly { key: string }[]) => {
        const at = records.findIndex(({ key }, i) => i > 0 && key < records[i - 1]!.key);
        return at < 0 ? undefined : `${records[at]!.key} follows ${records[at - 1]!.key}`;
      }),
      bag(teraLines(), { render: ({ key, payload }: { key: string; payload: string }) => key + payload }),
    ],
  }),
  jobCase("WebLogAnalysisITCase", {
    covers: ["B023", "B036", "B044"],
    operators: ["filter", "join", "coGroup"],
    keyKinds: ["field", "string"],
    build: (env) => {
      const id = "WebLogAnalysisITCase";
      const documents = fieldsOf(env, id, "docs")
        .filter((f) => [" editors ", " oscillations ", " convection "].every((word) => f[1]!.includes(word)))
        .map((f) => ({ url: f[0]! }));
      const ranks = fieldsOf(env, id, "ranks")
        .map((f) => ({ rank: Number(f[0]), url: f[1]!, duration: f[2]! }))
        .filter((r) => r.rank > 50);
      const visits = fieldsOf(env, id, "visits")
        .filter((f) => f[2]!.startsWith("2010"))
        .map((f) => ({ url: f[1]! }));
      return documents
        .join(ranks)
        .where("url")
        .equalTo("url")
        .with((_document, rank) => rank)
        .coGroup(visits)
        .where("url")
        .equalTo("url")
        .with(function* (pages, seen) {
          for (const _ of seen) return;
          for (const page of pages) yield `${page.rank}|${page.url}|${page.duration}`;
        });
    },
    expected: bag(table("WebLogAnalysisITCase", "expected")),
  }),
];

/** Makes lines of 100 characters: a key of 10 pseudo-random printable characters, a line number, and filling. */
function teraLines(): string[] {
  let state = 0x2545f491;
  return Array.from({ length: 500 }, (_, i) => {
    let key = "";
    for (let c = 0; c < 10; c++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      key += String.fromCharCode(32 + ((state >>> 16) % 95));
    }
    return `${key}${String(i).padStart(32)}`.padEnd(98, String.fromCharCode(65 + (i % 26)));
  });
}
