import { numberOf, type OperatorProgram } from "./operator-program.js";

/** Has programs of both kinds of iterations, with each way to read and to end them. */
export const iterationPrograms: readonly OperatorProgram[] = [
  {
    name: "a bulk iteration",
    build: (left, right) => {
      const loop = left.map(({ id, key, text }) => ({ id, key, text, rounds: 0 })).iterate(4);
      const next = loop
        .join(right)
        .where("id")
        .equalTo("id")
        .with((a, b) => ({ ...a, key: (a.key + b.value) % 1000, rounds: a.rounds + 1 }));
      return loop.closeWith(next).map(({ id, key, rounds }) => [id, key, rounds]);
    },
  },
  {
    name: "a bulk iteration that ends early",
    build: (left) => {
      const loop = left.map(({ id, value, text }) => ({ id, value, text })).iterate(20);
      const next = loop.map((item) => ({ ...item, value: item.value >> 1 }));
      return loop.closeWith(
        next,
        next.filter(({ value }) => value > 100),
      );
    },
  },
  {
    name: "a delta iteration",
    build: (left, right) => {
      const initial = left.map(({ id, text }) => ({ id, component: id, text }));
      const workset = initial.map(({ id, component }) => ({ id, component }));
      const loop = initial.iterateDelta(workset, 20, "id");
      const changes = loop.workset
        .join(right)
        .where("id")
        .equalTo("id")
        .with((a, b) => ({ id: b.value, component: a.component }))
        .groupBy("id")
        .reduce((a, b) => (a.component < b.component ? a : b))
        .join(loop.solutionSet)
        .where("id")
        .equalTo("id")
        .flatWith((a, b) => (a.component < b.component ? [{ ...b, component: a.component }] : []));
      return loop
        .closeWith(
          changes,
          changes.map(({ id, component }) => ({ id, component })),
        )
        .map(({ id, component }) => [id, component]);
    },
  },
  {
    name: "a delta iteration that looks up from the left",
    build: (left, right) => {
      const initial = left.map(({ id, text }) => ({ id, rounds: 0, text }));
      const loop = initial.iterateDelta(
        right.map(({ id }) => ({ id: id * 2 })),
        4,
        "id",
      );
      const found = loop.solutionSet
        .rightOuterJoin(loop.workset)
        .where("id")
        .equalTo("id")
        .with((known, { id }) => known ?? { id, rounds: 0, text: "new" });
      const changes = found.map((item) => ({ ...item, rounds: item.rounds + 1 }));
      return loop
        .closeWith(
          changes,
          changes.filter(({ id, rounds }) => id % 4 > rounds).map(({ id }) => ({ id })),
        )
        .map(({ id, rounds }) => [id, rounds]);
    },
  },
  {
    name: "a delta iteration that finds some from the left",
    build: (left, right) => {
      const loop = left.iterateDelta(right, 3, "id");
      const changes = loop.solutionSet
        .join(loop.workset)
        .where("id")
        .equalTo("id")
        .with((known, work) => ({ ...known, value: known.value + work.value }));
      return loop
        .closeWith(
          changes,
          changes.filter(({ id }) => id % 2 === 0).map((item) => ({ ...item, id: item.id + 1 })),
        )
        .map(({ id, value }) => [id, value]);
    },
  },
  {
    name: "a delta iteration that keeps what is not found",
    build: (left, right) => {
      const loop = left.iterateDelta(right, 3, "id");
      const changes = loop.workset
        .leftOuterJoin(loop.solutionSet)
        .where("id")
        .equalTo("id")
        .with((work, known) => ({ ...work, value: work.value + (known?.value ?? 1) }));
      return loop
        .closeWith(
          changes,
          changes.filter(({ id }) => id % 2 === 0).map((item) => ({ ...item, id: item.id + 1 })),
        )
        .map(({ id, value }) => [id, value]);
    },
  },
  {
    name: "a delta iteration that groups with the solution set on the left",
    build: (left, right) => {
      const initial = left.map(({ id, text }) => ({ id, rounds: 0, text }));
      const loop = initial.iterateDelta(right, 3, "id");
      const changes = loop.solutionSet
        .coGroup(loop.workset)
        .where("id")
        .equalTo("id")
        .with((found, work) => {
          const [known] = [...found];
          const numFound = numberOf(work);
          return known === undefined || numFound === 0 ? [] : [{ ...known, rounds: known.rounds + numFound }];
        });
      return loop
        .closeWith(
          changes,
          changes.flatMap(({ id, text }) => (id % 2 === 0 ? [{ id, key: 0, value: 0, text }] : [])),
        )
        .map(({ id, rounds }) => [id, rounds]);
    },
  },
  {
    name: "a delta iteration that groups with the solution set on the right",
    build: (left, right) => {
      const initial = left.map(({ id, text }) => ({ id, rounds: 0, text }));
      const loop = initial.iterateDelta(right, 3, "id");
      const changes = loop.workset
        .coGroup(loop.solutionSet)
        .where("id")
        .equalTo("id")
        .with((work, found) => {
          const [known] = [...found];
          const numFound = numberOf(work);
          return known === undefined || numFound === 0 ? [] : [{ ...known, rounds: known.rounds + numFound }];
        });
      return loop
        .closeWith(
          changes,
          changes.flatMap(({ id, text }) => (id % 2 === 0 ? [{ id, key: 0, value: 0, text }] : [])),
        )
        .map(({ id, rounds }) => [id, rounds]);
    },
  },
];
