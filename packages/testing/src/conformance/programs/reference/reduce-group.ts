import { type Collector, RichGroupReduceFunction, type RuntimeContext } from "@millrace/core";
import { bag } from "../../expectation.js";
import type { ConformanceProgram } from "../../program.js";
import { dataSetOps } from "../../reference-data.js";
import { operatorCase, sets } from "./data-sets.js";

type Tuple3 = [number, number, string];
type Tuple5 = [number, number, number, string, number];
type Nested = [[number, number], string];
interface Custom {
  myInt: number;
  myLong: number;
  myString: string;
}

/** Sums field 0 of a group of tuples and keeps its key. */
function* sumAndKey(values: Iterable<Tuple3>): Generator<[number, number]> {
  let sum = 0;
  let key = 0;
  for (const value of values) {
    sum += value[0];
    key = value[1];
  }
  yield [sum, key];
}

/** Sums field 0 of a group of tuples, and joins the texts in the order in which they come. */
function* sumKeyAndTexts(values: Iterable<Tuple3>): Generator<[number, number, string]> {
  let sum = 0;
  let key = 0;
  const texts: string[] = [];
  for (const value of values) {
    sum += value[0];
    key = value[1];
    texts.push(value[2]);
  }
  yield [sum, key, texts.join("-")];
}

/** Sums field 1 of a group of 5-tuples. */
function* sumOfFive(values: Iterable<Tuple5>): Generator<[number, number, number, string, number]> {
  let sum = 0;
  let last: Tuple5 | undefined;
  for (const value of values) {
    sum += value[1];
    last = value;
  }
  if (last !== undefined) yield [last[0], sum, 0, "P-)", last[4]];
}

/** Writes the nested tuples of a group one after the other. */
function* nestedTexts(values: Iterable<Nested>): Generator<string> {
  let name = "";
  const texts: string[] = [];
  for (const [nested, text] of values) {
    name = text;
    texts.push(`(${nested[0]},${nested[1]})-`);
  }
  yield `${name}--${texts.join("")}`;
}

class SumWithBroadcast extends RichGroupReduceFunction<Tuple3, [number, number, string]> {
  private total = "";

  override open(context: RuntimeContext): void {
    let sum = 0;
    for (const value of context.getBroadcastVariable<number>("ints")) sum += value;
    this.total = String(sum);
  }

  override *reduceGroup(values: Iterable<Tuple3>): Generator<[number, number, string]> {
    let sum = 0;
    let key = 0;
    for (const value of values) {
      sum += value[0];
      key = value[1];
    }
    yield [sum, key, this.total];
  }
}

/** Sums by a combiner and a reducer that agree. */
class CombinableSum extends RichGroupReduceFunction<Custom, Custom> {
  override reduceGroup(values: Iterable<Custom>, out: Collector<Custom>): void {
    this.combine(values, out);
  }

  combine(values: Iterable<Custom>, out: Collector<Custom>): void {
    const result = { myInt: 0, myLong: 0, myString: "" };
    for (const value of values) {
      result.myInt = value.myInt;
      result.myLong += value.myLong;
      result.myString = `test${value.myInt}`;
    }
    out.collect(result);
  }
}

class CombinableTupleSum extends RichGroupReduceFunction<Tuple3, [number, string]> {
  override *reduceGroup(values: Iterable<Tuple3>): Generator<[number, string]> {
    let sum = 0;
    let key = 0;
    for (const value of values) {
      sum += value[0];
      key = value[1];
    }
    yield [sum, `test${key}`];
  }

  combine(values: Iterable<Tuple3>, out: Collector<Tuple3>): void {
    let sum = 0;
    let key = 0;
    for (const value of values) {
      sum += value[0];
      key = value[1];
    }
    out.collect([sum, key, `test${key}`]);
  }
}

/** Keeps the first record of what it sees, and cries out when a later one is smaller. */
class FirstOfSorted extends RichGroupReduceFunction<Tuple3, Tuple3> {
  override reduceGroup(values: Iterable<Tuple3>, out: Collector<Tuple3>): void {
    this.combine(values, out);
  }

  combine(values: Iterable<Tuple3>, out: Collector<Tuple3>): void {
    let first: Tuple3 | undefined;
    for (const value of values) {
      if (first === undefined) first = value;
      else if (value[0] < first[0]) out.collect([value[0], value[1], "INVALID-ORDER!"]);
    }
    if (first !== undefined) out.collect(first);
  }
}

export const reduceGroupCases: readonly ConformanceProgram[] = [
  operatorCase("GroupReduce.CorrectnessOfGroupReduceOnTuplesWithKeyFieldSelector", {
    covers: ["B071", "T010"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["position"],
    build: (env) => sets.tuples3(env).groupBy(1).reduceGroup(sumAndKey),
  }),
  operatorCase("GroupReduce.CorrectnessOfGroupReduceOnTuplesWithMultipleKeyFieldSelectors", {
    covers: ["B071", "B080", "T010"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["position", "several fields"],
    build: (env) => sets.tuples5(env).groupBy(4, 0).reduceGroup(sumOfFive),
  }),
  operatorCase("GroupReduce.CorrectnessOfGroupReduceOnTuplesWithKeyFieldSelectorAndGroupSorting", {
    covers: ["B074", "T010"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["position"],
    build: (env) => sets.tuples3(env).groupBy(1).sortGroup(2, "ascending").reduceGroup(sumKeyAndTexts),
  }),
  operatorCase("GroupReduce.CorrectnessOfGroupReduceOnTuplesWithKeyExtractor", {
    covers: ["B071", "B083", "T010"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["selector"],
    build: (env) =>
      sets
        .tuples3(env)
        .groupBy((record) => record[1])
        .reduceGroup(sumAndKey),
  }),
  operatorCase("GroupReduce.CorrectnessOfGroupReduceOnCustomTypeWithTypeExtractor", {
    covers: ["B071", "B083", "T010"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["selector"],
    build: (env) =>
      sets
        .customs(env)
        .groupBy((record) => record.myInt)
        .reduceGroup(function* (values) {
          const result = { myInt: 0, myLong: 0, myString: "Hello!" };
          for (const value of values) {
            result.myInt = value.myInt;
            result.myLong += value.myLong;
          }
          yield result;
        }),
  }),
  operatorCase("GroupReduce.CorrectnessOfAllGroupReduceForTuples", {
    covers: ["B026", "T010"],
    operators: ["reduceGroup"],
    build: (env) =>
      sets.tuples3(env).reduceGroup((values) => {
        let first = 0;
        let second = 0;
        for (const value of values) {
          first += value[0];
          second += value[1];
        }
        return [[first, second, "Hello World"]];
      }),
  }),
  operatorCase("GroupReduce.CorrectnessOfAllGroupReduceForCustomTypes", {
    covers: ["B026", "T010"],
    operators: ["reduceGroup"],
    build: (env) =>
      sets.customs(env).reduceGroup((values) => {
        const result = { myInt: 0, myLong: 0, myString: "Hello!" };
        for (const value of values) {
          result.myInt += value.myInt;
          result.myLong += value.myLong;
        }
        return [result];
      }),
  }),
  operatorCase("GroupReduce.CorrectnessOfGroupReduceWithBroadcastSet", {
    covers: ["B071", "B110", "B113", "T010"],
    operators: ["groupBy", "reduceGroup", "withBroadcastSet"],
    keyKinds: ["position"],
    build: (env) =>
      sets.tuples3(env).groupBy(1).reduceGroup(new SumWithBroadcast()).withBroadcastSet(sets.integers(env), "ints"),
  }),
  operatorCase("GroupReduce.CorrectnessOfGroupReduceIfUDFReturnsInputObjectsMultipleTimesWhileChangingThem", {
    covers: ["B071", "B124", "T010"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .tuples3(env)
        .groupBy(1)
        .reduceGroup(function* (values) {
          for (const value of values) {
            if (value[0] >= 4) continue;
            value[2] = "Hi!";
            value[0] += 10;
            yield value;
            value[0] += 10;
            value[2] = "Hi again!";
            yield value;
          }
        }),
  }),
  operatorCase("GroupReduce.CorrectnessOfGroupReduceOnCustomTypeWithKeyExtractorAndCombine", {
    covers: ["B072", "T010"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["selector"],
    rule: "B072: a combiner may run any number of times, none included, so the reducer here writes the text that the reference's combiner writes",
    build: (env) =>
      sets
        .customs(env)
        .groupBy((record) => record.myInt)
        .reduceGroup(new CombinableSum()),
  }),
  operatorCase("GroupReduce.CorrectnessOfGroupReduceOnTuplesWithCombine", {
    covers: ["B072", "T010"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["position"],
    rule: "B072: a combiner may run any number of times, none included, so the reducer here writes the text that the reference's combiner writes",
    build: (env) => sets.tuples3(env).groupBy(1).reduceGroup(new CombinableTupleSum()),
  }),
  operatorCase("GroupReduce.CorrectnessOfGroupreduceWithDescendingGroupSort", {
    covers: ["B074", "T010"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["position"],
    build: (env) => sets.tuples3(env).groupBy(1).sortGroup(2, "descending").reduceGroup(sumKeyAndTexts),
  }),
  operatorCase("GroupReduce.CorrectnessOfGroupReduceOnTuplesWithTupleReturningKeySelector", {
    covers: ["B071", "B083", "T010"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["tuple selector"],
    build: (env) =>
      sets
        .tuples5(env)
        .groupBy((record) => [record[0], record[4]])
        .reduceGroup(sumOfFive),
  }),
  operatorCase("GroupReduce.InputOfCombinerIsSortedForCombinableGroupReduceWithGroupSorting", {
    covers: ["B072", "B074", "T010"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["position"],
    build: (env) => sets.tuples3(env).groupBy(1).sortGroup(0, "ascending").reduceGroup(new FirstOfSorted()),
  }),
  operatorCase("GroupReduce.DeepNesting", {
    covers: ["B082", "T010"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["nested path"],
    rule: "Field paths are checked by the compiler to four names; a longer one is written with a cast or as a key function",
    build: (env) =>
      env
        .fromCollection(dataSetOps.datasets.getCrazyNestedDataSet)
        .groupBy("nestLvl1.nestLvl2.nestLvl3.nestLvl4.f1nal" as never)
        .reduceGroup(function* (values) {
          let key = "";
          let count = 0;
          for (const value of values) {
            key = value.nestLvl1.nestLvl2.nestLvl3.nestLvl4.f1nal;
            count++;
          }
          yield [key, count];
        }),
  }),
  operatorCase("GroupReduce.PojoExtendingFromTupleWithCustomFields", {
    covers: ["B082", "B172", "T010"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["field", "several fields"],
    build: (env) =>
      env
        .fromCollection(dataSetOps.datasets.getPojoExtendingFromTuple)
        .groupBy("special", "f2")
        .reduceGroup((values) => [[...values].length]),
  }),
  operatorCase("GroupReduce.StringBasedDefinitionOnGroupSort", {
    covers: ["B074", "T010"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["position"],
    build: (env) => sets.tuples3(env).groupBy(1).sortGroup(2, "descending").reduceGroup(sumKeyAndTexts),
  }),
  operatorCase("GroupReduce.IntBasedDefinitionOnGroupSortForFullNestedTuple", {
    covers: ["B074", "B080", "T010"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["position"],
    build: (env) => sets.groupSortedNested(env).groupBy(1).sortGroup(0, "descending").reduceGroup(nestedTexts),
  }),
  operatorCase("GroupReduce.IntBasedDefinitionOnGroupSortForPartialNestedTuple", {
    covers: ["B074", "B082", "T010"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["position", "nested path"],
    build: (env) =>
      sets
        .groupSortedNested(env)
        .groupBy(1)
        .sortGroup("0.0", "ascending")
        .sortGroup("0.1", "ascending")
        .reduceGroup(nestedTexts),
  }),
  operatorCase("GroupReduce.StringBasedDefinitionOnGroupSortForPartialNestedTuple", {
    covers: ["B074", "B082", "T010"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["position", "nested path"],
    rule: "Records that are equal in the sort key come in any order, so only the sorted field is written",
    build: (env) =>
      sets
        .groupSortedNested(env)
        .groupBy(1)
        .sortGroup("0.0", "descending")
        .reduceGroup(function* (values) {
          let name = "";
          const firsts: number[] = [];
          for (const [nested, text] of values) {
            name = text;
            firsts.push(nested[0]);
          }
          yield `${name}--${firsts.join("-")}`;
        }),
    expected: bag(["a--2-1-1", "b--2", "c--4-3-3"]),
  }),
  operatorCase("GroupReduce.StringBasedDefinitionOnGroupSortForTwoGroupingKeys", {
    covers: ["B074", "B082", "T010"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["position", "nested path"],
    build: (env) =>
      sets
        .groupSortedNested(env)
        .groupBy(1)
        .sortGroup("0.0", "descending")
        .sortGroup("0.1", "descending")
        .reduceGroup(nestedTexts),
  }),
  operatorCase("GroupReduce.TupleKeySelectorSortCombineOnTuple", {
    covers: ["B075", "B083", "T010"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["selector", "tuple selector"],
    build: (env) =>
      sets
        .tuples5(env)
        .groupBy((record) => record[0])
        .sortGroup((record) => [record[4], record[2]], "descending")
        .reduceGroup(function* (values) {
          const texts: string[] = [];
          let sum = 0;
          let last: Tuple5 | undefined;
          for (const value of values) {
            sum += value[1];
            texts.push(value[3]);
            last = value;
          }
          if (last !== undefined) yield [last[0], sum, 0, texts.join("-"), last[4]];
        }),
  }),
  operatorCase("GroupReduce.GroupReduceSelectorKeysWithSemProps", {
    covers: ["B083", "B120", "T010"],
    operators: ["groupBy", "reduceGroup", "withForwardedFields"],
    keyKinds: ["selector", "position"],
    build: (env) =>
      sets
        .tuples5(env)
        .groupBy((record) => record[0] * record[1] - record[2] * record[4])
        .reduceGroup((values) => [...values])
        .withForwardedFields(0)
        .groupBy(0)
        .reduceGroup(function* (values) {
          let key = 0;
          let sum = 0;
          for (const value of values) {
            key = value[0];
            sum += value[1];
          }
          yield [key, sum];
        }),
  }),
];
