import {
  convergesAtZero,
  DoubleSumAggregator,
  LongSumAggregator,
  RichMapFunction,
  type RuntimeContext,
} from "@millrace/core";
import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { type Bulk, type Delta, type Flow, from, grouped, planOf, type Rec, run, udf } from "./programs.js";

const increment = (n: number) => n + 1;
const parallelisms = [1, 2, 7];

test("[O60] a bulk iteration runs its step n times", async () => {
  for (const parallelism of parallelisms) {
    const loop = from(1, 2, 3).iterate(10);
    const result = await loop.closeWith(loop.map(increment)).collect({ environment: { parallelism } });
    expect(result.sort((a, b) => a - b)).toEqual([11, 12, 13]);
  }
  const identity = from(7).iterate(3);
  expect(await identity.closeWith(identity).collect()).toEqual([7]);
});

test("[O60] a step may change how many records there are", async () => {
  const loop = from(1).iterate(4);
  expect(await loop.closeWith(loop.flatMap((n: number) => [n, n])).collect()).toHaveLength(16);
});

describe("[O61] a termination criterion", () => {
  test("ends after the superstep in which it has no records", async () => {
    const loop = from(0).iterate(100);
    const next = loop.map(increment);
    expect(
      await loop
        .closeWith(
          next,
          next.filter((n: number) => n < 5),
        )
        .collect(),
    ).toEqual([5]);
  });

  test("that is empty at once still lets one superstep pass", async () => {
    const loop = from(0).iterate(100);
    expect(
      await loop
        .closeWith(
          loop.map(increment),
          loop.filter(() => false),
        )
        .collect(),
    ).toEqual([1]);
  });

  test("does not go beyond the limit", async () => {
    const loop = from(0).iterate(3);
    expect(await loop.closeWith(loop.map(increment), loop).collect()).toEqual([3]);
  });
});

class AddToAggregator extends RichMapFunction<number, number> {
  override map(value: number, context: RuntimeContext): number {
    context.getIterationAggregator<number>("left").aggregate(Math.max(0, 4 - value));
    return value + 1;
  }
}

test("[O62] a convergence criterion ends after the superstep for which it is true", async () => {
  const seen: [number, unknown][] = [];
  for (const parallelism of parallelisms) {
    const loop = from(0, 2).iterate(50);
    loop.iteration.aggregators.push({
      name: "left",
      factory: () => new DoubleSumAggregator() as never,
      convergence: (superstep, value) => {
        seen.push([superstep, value]);
        return convergesAtZero(superstep, value as number);
      },
    });
    const result = await loop.closeWith(loop.map(new AddToAggregator())).collect({ environment: { parallelism } });
    expect(result.sort()).toEqual([5, 7]);
    expect(seen.splice(0)).toEqual([
      [1, 6],
      [2, 4],
      [3, 2],
      [4, 1],
      [5, 0],
    ]);
  }
});

test("[O62] a criterion that throws fails the job at the iteration", async () => {
  const loop = from(1).iterate(2);
  const fail = () => {
    throw new Error("no");
  };
  loop.iteration.aggregators.push({ name: "x", factory: () => new DoubleSumAggregator() as never, convergence: fail });
  await expectError(loop.closeWith(loop.map(increment)).collect(), "FUNCTION_FAILED", {
    where: { operator: "Bulk iteration" },
  });
});

/** Lowers each vertex to the least number among its neighbours; the classic delta iteration. */
function components(vertices: Flow, edges: Flow, maxIterations = 100): { delta: Delta; result: Flow } {
  const delta = vertices.iterateDelta(vertices, maxIterations, "id");
  const candidates = delta.workset
    .join(edges, ["id"], ["0"], (v: Rec, e: Rec) => ({ id: e[1], c: v.c }))
    .selectBy(["id"], "min", "c");
  const changed = candidates.join(delta.solutionSet, ["id"], ["id"], {
    kind: "flatFunction",
    function: udf((a: Rec, b: Rec) => (a.c < b.c ? [a] : []), "join"),
  });
  return { delta, result: delta.closeWith(changed, changed) };
}

const chain = (length: number) => {
  const ids = Array.from({ length }, (_, n) => n);
  return {
    vertices: from(...ids.map((id) => ({ id, c: id }))),
    edges: from(
      ...ids.slice(1).flatMap((id) => [
        [id, id - 1],
        [id - 1, id],
      ]),
    ),
  };
};

describe("[O63] a solution set", () => {
  test("has one record per key, the last of equals", async () => {
    const initial = from({ id: 1, v: "a" }, { id: 2, v: "b" }, { id: 1, v: "c" });
    const delta = initial.iterateDelta(from(1), 1, "id");
    const result = delta.closeWith(from({ id: 3, v: "x" }, { id: 2, v: "y" }, { id: 3, v: "z" }), delta.workset);
    expect(await result.collect()).toEqual([
      { id: 1, v: "c" },
      { id: 2, v: "y" },
      { id: 3, v: "z" },
    ]);
  });

  test("changes at the end of a superstep only", async () => {
    const seen: unknown[] = [];
    const delta = from({ id: 1, v: 0 }).iterateDelta(from({ id: 1 }), 2, "id");
    const read = delta.workset.join(delta.solutionSet, ["id"], ["id"], (_w: Rec, s: Rec) => ({ ...s, v: s.v + 1 }));
    const again = read.join(delta.solutionSet, ["id"], ["id"], (r: Rec, s: Rec) => {
      seen.push([r.v, s.v]);
      return r;
    });
    expect(await delta.closeWith(again, delta.workset).collect()).toEqual([{ id: 1, v: 2 }]);
    expect(seen).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  test("may have null as a key, which a join does not match", async () => {
    const delta = from({ id: null, v: 1 }).iterateDelta(from({ id: null }), 1, "id");
    const joined = delta.workset.join(delta.solutionSet, ["id"], ["id"], () => ({ id: null, v: 2 }));
    const result = delta.closeWith(joined.union(from({ v: 3 })), joined);
    expect(await result.collect()).toEqual([{ v: 3 }]);
  });
});

describe("[O64] a delta iteration", () => {
  test.each(parallelisms)("ends when the workset is empty, at parallelism %i", async (parallelism) => {
    const { vertices, edges } = chain(9);
    const rows = await components(vertices, edges).result.collect({ environment: { parallelism } });
    expect(rows.map((r) => r.c)).toEqual(new Array(9).fill(0));
  });

  test("ends after the limit", async () => {
    const { vertices, edges } = chain(6);
    const rows = await components(vertices, edges, 2).result.collect();
    expect(rows.map((r) => r.c)).toEqual([0, 0, 0, 1, 2, 3]);
  });

  test("runs at least one superstep", async () => {
    const delta = from({ id: 1, v: 1 }).iterateDelta(from(), 5, "id");
    expect(await delta.closeWith(from({ id: 1, v: 2 }), delta.workset).collect()).toEqual([{ id: 1, v: 2 }]);
  });
});

describe("[O65] reading a solution set", () => {
  const start = (keys: string[] = ["id"]): Delta =>
    from({ id: 1, v: "s" }, { id: 2, v: "t" }).iterateDelta(from({ id: 1 }, { id: 3 }), 1, ...keys);

  test("as either side of a join", async () => {
    const first = start();
    const joined = first.solutionSet.join(first.workset, ["id"], ["id"], (s: Rec) => ({ ...s, v: "!" }));
    expect(await first.closeWith(joined, first.workset).collect()).toEqual([
      { id: 1, v: "!" },
      { id: 2, v: "t" },
    ]);
  });

  test("by coGroup: for keys of the other side, with none or one record", async () => {
    for (const parallelism of parallelisms) {
      const d = start();
      const seen = d.workset.coGroup(d.solutionSet, ["id"], ["id"], (w: Iterable<Rec>, s: Iterable<Rec>) =>
        [...w].map(({ id }) => ({ id, v: `${[...s].length}` })),
      );
      const rows = await d.closeWith(seen, d.workset).collect({ environment: { parallelism } });
      expect(new Set(rows.map((r) => `${r.id}${r.v}`))).toEqual(new Set(["11", "2t", "30"]));
    }
  });

  test("by a left outer join that keeps the workset's records", async () => {
    const d = start();
    const joined = d.workset.join(d.solutionSet, ["id"], ["id"], (w: Rec, s: Rec) => ({ id: w.id, v: s?.v ?? "new" }), {
      joinType: "left-outer",
    });
    expect(await d.closeWith(joined, d.workset).collect()).toEqual([
      { id: 1, v: "s" },
      { id: 2, v: "t" },
      { id: 3, v: "new" },
    ]);
  });

  test.each<[string, (d: Delta) => Flow]>([
    ["by map", (d) => d.solutionSet.map((x: Rec) => x)],
    ["by another key", (d) => d.workset.join(d.solutionSet, ["id"], ["v"])],
    ["by a selector", (d) => d.workset.join(d.solutionSet, ["id"], [(r: Rec) => r.id])],
    [
      "by a full outer join",
      (d) => d.workset.join(d.solutionSet, ["id"], ["id"], { kind: "pair" }, { joinType: "full-outer" }),
    ],
    [
      "by a join that keeps it",
      (d) => d.workset.join(d.solutionSet, ["id"], ["id"], { kind: "pair" }, { joinType: "right-outer" }),
    ],
    ["with itself", (d) => d.solutionSet.join(d.solutionSet, ["id"], ["id"])],
    ["as a broadcast set", (d) => d.workset.map((x: Rec) => x).withBroadcast(d.solutionSet, "s")],
    ["as the changes", (d) => d.solutionSet],
  ])("%s is refused", (_name, changes) => {
    const d = start();
    expect(() => planOf([d.closeWith(changes(d), d.workset)])).toThrow(/INVALID_ITERATION/);
  });
});

class Counting extends RichMapFunction<number, number> {
  opened = 0;
  closed = 0;
  override open(context: RuntimeContext): void {
    this.opened++;
    context.getAccumulator("opened", LongSumLike).add(1);
  }
  override close(): void {
    this.closed++;
  }
  override map(value: number, context: RuntimeContext): number {
    return value * 100 + (this.opened - this.closed) * 10 + this.opened * context.getSuperstepNumber();
  }
}

class LongSumLike {
  #n = 0;
  add(n: number): void {
    this.#n += n;
  }
  getLocalValue(): number {
    return this.#n;
  }
  resetLocal(): void {
    this.#n = 0;
  }
  toState(): unknown {
    return this.#n;
  }
  mergeState(state: unknown): void {
    this.#n += state as number;
  }
}

describe("[O66] what is evaluated when", () => {
  test("a function is opened and closed once per superstep, and its object stays", async () => {
    const loop = from(0).iterate(3);
    const { records, result } = await run([loop.closeWith(loop.map(new Counting()))]);
    // In superstep n the object has been opened n times and is open once.
    expect(records[0]).toEqual([((0 * 100 + 11) * 100 + 14) * 100 + 19]);
    expect(result.getAccumulatorResult("opened", LongSumLike)).toBe(3);
  });

  test("the constant path once, outside of the iteration", async () => {
    const calls: boolean[] = [];
    const constant = from(1).map((n: number, context: RuntimeContext) => {
      calls.push(context.isInIteration());
      return n;
    });
    const loop = from(0).iterate(5);
    const next = loop.cross(constant, (a: number, b: number) => a + b);
    expect(await loop.closeWith(next).collect()).toEqual([5]);
    expect(calls).toEqual([false]);
  });

  test("a broadcast set of the dynamic path in each superstep", async () => {
    const loop = from(1).iterate(3);
    const points = from(10, 20)
      .map((n: number, context: RuntimeContext) => n + (context.getBroadcastVariable<number>("state")[0] ?? 0))
      .withBroadcast(loop, "state");
    expect(await loop.closeWith(points.reduce(undefined, (a: number, b: number) => Math.max(a, b))).collect()).toEqual([
      61,
    ]);
  });

  test("two readers of an iteration's result see one run", async () => {
    let supersteps: number[] = [];
    const loop = from(0).iterate(2);
    const done = loop.closeWith(
      loop.map((n: number, c: RuntimeContext) => supersteps.push(c.getSuperstepNumber()) && n + 1),
    );
    const { records } = await run([done, done.map(increment)]);
    expect(records).toEqual([[2], [3]]);
    expect(supersteps).toEqual([1, 2]);
    supersteps = [];
  });
});

describe("[O67] iterations that cannot run", () => {
  const nested = (outer: Bulk): Flow => {
    const inner = outer.iterate(2);
    return inner.closeWith(inner.map(increment));
  };
  test("nested ones", () => {
    const outer = from(1).iterate(2);
    expect(() => planOf([outer.closeWith(nested(outer))])).toThrow(/INVALID_ITERATION/);
  });

  test("nested through a constant input of the inner step", () => {
    const outer = from(1).iterate(2);
    const inner = from(5).iterate(2);
    const innerDone = inner.closeWith(inner.cross(outer, (a: number) => a));
    expect(() => planOf([outer.closeWith(outer.cross(innerDone, (a: number) => a))])).toThrow(/INVALID_ITERATION/);
  });

  test("an inner one that depends on nothing of the outer is no nesting", async () => {
    const inner = from(1).iterate(3);
    const done = inner.closeWith(inner.map(increment));
    const outer = from(0).iterate(2);
    expect(await outer.closeWith(outer.cross(done, (a: number, b: number) => a + b)).collect()).toEqual([8]);
  });

  test("a step that is read from outside", () => {
    const loop = from(1).iterate(2);
    const next = loop.map(increment);
    const done = loop.closeWith(next);
    expect(() => planOf([done, next])).toThrow(/INVALID_ITERATION.*INVALID_ITERATION\.md/);
  });

  test("one that is not closed", () => {
    const loop = from(1).iterate(2);
    expect(() => planOf([loop.map(increment)])).toThrow(/ITERATION_NOT_CLOSED/);
    const delta = from({ id: 1 }).iterateDelta(from(), 2, "id");
    expect(() => planOf([delta.workset])).toThrow(/ITERATION_NOT_CLOSED/);
  });
});

describe("[O68] aggregators", () => {
  test("give the merged value of the superstep before, and begin anew", async () => {
    for (const parallelism of parallelisms) {
      const seen: unknown[] = [];
      const loop = from(1, 2, 3).iterate(3);
      loop.iteration.aggregators.push({
        name: "sum",
        factory: () => new LongSumAggregator() as never,
        convergence: undefined,
      });
      const next = loop.map((n: number, context: RuntimeContext) => {
        if (n % 10 === 1) seen.push(context.getPreviousIterationAggregate("sum"));
        context.getIterationAggregator<bigint | number>("sum").aggregate(n);
        return n + 10;
      });
      await loop.closeWith(next).collect({ environment: { parallelism } });
      expect(seen).toEqual([null, 6n, 36n]);
    }
  });

  test("may be held on to from the first superstep on", async () => {
    const seen: unknown[] = [];
    class Holding {
      sum: { aggregate(n: number): void } | undefined;
      open(context: RuntimeContext): void {
        this.sum ??= context.getIterationAggregator<number>("sum");
      }
      map(n: number): number {
        this.sum?.aggregate(1);
        return n;
      }
    }
    const loop = from(1, 2, 3).iterate(3);
    loop.iteration.aggregators.push({
      name: "sum",
      factory: () => new DoubleSumAggregator() as never,
      convergence: (_superstep, value) => seen.push(value) < 0,
    });
    await loop.closeWith(loop.map(new Holding())).collect({ environment: { parallelism: 2 } });
    expect(seen).toEqual([3, 3, 3]);
  });

  test("are there in delta iterations too, and may end them", async () => {
    const delta = from({ id: 1, v: 0 }).iterateDelta(from({ id: 1 }), 50, "id");
    delta.iteration.aggregators.push({
      name: "rounds",
      factory: () => new DoubleSumAggregator() as never,
      convergence: (superstep) => superstep === 4,
    });
    const changed = delta.workset.join(delta.solutionSet, ["id"], ["id"], (_: Rec, s: Rec) => ({ id: 1, v: s.v + 1 }));
    expect(await delta.closeWith(changed, delta.workset).collect()).toEqual([{ id: 1, v: 4 }]);
  });
});

describe("[O69] a step is free in what it reads", () => {
  test("a delta iteration without its solution set", async () => {
    const delta = from({ id: 1, v: 0 }).iterateDelta(from(1, 2), 10, "id");
    const next = delta.workset.filter((n: number) => n > 1);
    const changes = delta.workset.map((n: number) => ({ id: n, v: n }));
    expect(
      await delta
        .closeWith(
          changes,
          next.filter(() => false),
        )
        .collect(),
    ).toEqual([
      { id: 1, v: 1 },
      { id: 2, v: 2 },
    ]);
  });

  test("a delta iteration that reads it twice", async () => {
    const { vertices, edges } = chain(4);
    const delta = vertices.iterateDelta(vertices, 10, "id");
    const candidates = delta.workset
      .join(edges, ["id"], ["0"], (v: Rec, e: Rec) => ({ id: e[1], c: v.c }))
      .join(delta.solutionSet, ["id"], ["id"], (a: Rec) => a)
      .selectBy(["id"], "min", "c");
    const changed = candidates
      .join(delta.solutionSet, ["id"], ["id"], (a: Rec, b: Rec) => (a.c < b.c ? a : null))
      .filter((r: Rec) => r !== null);
    const rows = await delta.closeWith(changed, changed).collect();
    expect(rows.map((r) => r.c)).toEqual([0, 0, 0, 0]);
  });

  test("a step that ignores its input", async () => {
    const loop = from(1).iterate(3);
    expect(await loop.closeWith(from(9)).collect()).toEqual([9]);
    const groups = from(1, 2).iterate(2);
    const whole = groups.groupReduce(grouped(undefined), (values: Iterable<number>) => [[...values].length]);
    expect(await groups.closeWith(whole).collect()).toEqual([1]);
  });
});
