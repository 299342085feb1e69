import { RichReduceFunction, type RuntimeContext } from "@millrace/core";
import type { ConformanceProgram } from "../../program.js";
import { operatorCase, sets } from "./data-sets.js";

type Tuple3 = [number, number, string];
type Tuple5 = [number, number, number, string, number];

function addThree(a: Tuple3, b: Tuple3): Tuple3 {
  return [a[0] + b[0], a[1], "B-)"];
}

function addFive(a: Tuple5, b: Tuple5): Tuple5 {
  return [a[0], a[1] + b[1], 0, "P-)", a[4]];
}

class AddWithBroadcast extends RichReduceFunction<Tuple3> {
  private total = "";

  override open(context: RuntimeContext): void {
    let sum = 0;
    for (const value of context.getBroadcastVariable<number>("ints")) sum += value;
    this.total = String(sum);
  }

  override reduce(a: Tuple3, b: Tuple3): Tuple3 {
    return [a[0] + b[0], a[1], this.total];
  }
}

export const reduceCases: readonly ConformanceProgram[] = [
  operatorCase("Reduce.ReduceOnTuplesWithKeyFieldSelector", {
    covers: ["B070", "T018"],
    operators: ["groupBy", "reduce"],
    keyKinds: ["position"],
    build: (env) => sets.tuples3(env).groupBy(1).reduce(addThree),
  }),
  operatorCase("Reduce.ReduceOnTupleWithMultipleKeyFieldSelectors", {
    covers: ["B070", "B080", "T018"],
    operators: ["groupBy", "reduce"],
    keyKinds: ["position", "several fields"],
    build: (env) => sets.tuples5(env).groupBy(4, 0).reduce(addFive),
  }),
  operatorCase("Reduce.ReduceOnTuplesWithKeyExtractor", {
    covers: ["B070", "B083", "T018"],
    operators: ["groupBy", "reduce"],
    keyKinds: ["selector"],
    build: (env) =>
      sets
        .tuples3(env)
        .groupBy((record) => record[1])
        .reduce(addThree),
  }),
  operatorCase("Reduce.ReduceOnCustomTypeWithKeyExtractor", {
    covers: ["B070", "B083", "T018"],
    operators: ["groupBy", "reduce"],
    keyKinds: ["selector"],
    build: (env) =>
      sets
        .customs(env)
        .groupBy((record) => record.myInt)
        .reduce((a, b) => ({ myInt: a.myInt, myLong: a.myLong + b.myLong, myString: "Hello!" })),
  }),
  operatorCase("Reduce.AllReduceForTuple", {
    covers: ["B025", "T018"],
    operators: ["reduce"],
    build: (env) => sets.tuples3(env).reduce((a, b): Tuple3 => [a[0] + b[0], a[1] + b[1], "Hello World"]),
  }),
  operatorCase("Reduce.AllReduceForCustomTypes", {
    covers: ["B025", "T018"],
    operators: ["reduce"],
    build: (env) =>
      sets.customs(env).reduce((a, b) => ({
        myInt: a.myInt + b.myInt,
        myLong: a.myLong + b.myLong,
        myString: "Hello!",
      })),
  }),
  operatorCase("Reduce.ReduceWithBroadcastSet", {
    covers: ["B070", "B110", "B113", "T018"],
    operators: ["groupBy", "reduce", "withBroadcastSet"],
    keyKinds: ["position"],
    build: (env) =>
      sets.tuples3(env).groupBy(1).reduce(new AddWithBroadcast()).withBroadcastSet(sets.integers(env), "ints"),
  }),
  operatorCase("Reduce.ReduceATupleReturningKeySelector", {
    covers: ["B070", "B083", "T018"],
    operators: ["groupBy", "reduce"],
    keyKinds: ["tuple selector"],
    build: (env) =>
      sets
        .tuples5(env)
        .groupBy((record) => [record[0], record[4]])
        .reduce(addFive),
  }),
  operatorCase("Reduce.ReduceOnTupleWithMultipleKeyExpressions", {
    covers: ["B070", "B082", "T018"],
    operators: ["groupBy", "reduce"],
    keyKinds: ["position", "several fields"],
    build: (env) => sets.tuples5(env).groupBy(4, 0).reduce(addFive),
  }),
];
