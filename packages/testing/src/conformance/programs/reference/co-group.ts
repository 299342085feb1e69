import type { ConformanceProgram } from "../../program.js";
import { operatorCase, sets } from "./data-sets.js";

export const coGroupCases: readonly ConformanceProgram[] = [
  operatorCase("CoGroup.CoGroupTuplesWithKeyFieldSelector", {
    covers: ["B044", "T003"],
    operators: ["coGroup"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .tuples5(env)
        .coGroup(sets.tuples5(env))
        .where(0)
        .equalTo(0)
        .with(function* (left, right) {
          let id = 0;
          let sum = 0;
          for (const side of [left, right]) {
            for (const record of side) {
              id = record[0];
              sum += record[2];
            }
          }
          yield [id, sum];
        }),
  }),
  operatorCase("CoGroup.CoGroupOnTwoCustomTypeInputsWithKeyExtractors", {
    covers: ["B044", "B083", "T003"],
    operators: ["coGroup"],
    keyKinds: ["selector"],
    build: (env) =>
      sets
        .customs(env)
        .coGroup(sets.customs(env))
        .where((record) => record.myInt)
        .equalTo((record) => record.myInt)
        .with(function* (left, right) {
          const result = { myInt: 0, myLong: 0, myString: "test" };
          for (const side of [left, right]) {
            for (const record of side) {
              result.myInt = record.myInt;
              result.myLong += record.myLong;
            }
          }
          yield result;
        }),
  }),
  operatorCase("CoGroup.CorrectnessOfCoGroupIfUDFReturnsLeftInputObjects", {
    covers: ["B044", "T003"],
    operators: ["coGroup"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .tuples3(env)
        .coGroup(sets.tuples3(env))
        .where(0)
        .equalTo(0)
        .with(function* (left) {
          for (const record of left) if (record[0] < 6) yield record;
        }),
  }),
  operatorCase("CoGroup.CorrectnessOfCoGroupIfUDFReturnsRightInputObjects", {
    covers: ["B044", "T003"],
    operators: ["coGroup"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .tuples5(env)
        .coGroup(sets.tuples5(env))
        .where(0)
        .equalTo(0)
        .with(function* (_left, right) {
          for (const record of right) if (record[0] < 4) yield record;
        }),
  }),
  operatorCase("CoGroup.CoGroupWithBroadcastSet", {
    covers: ["B044", "B113", "T003"],
    operators: ["coGroup", "withBroadcastSet"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .tuples5(env)
        .coGroup(sets.tuples5(env))
        .where(0)
        .equalTo(0)
        .with((left, right, _out: unknown, context) => {
          let id = 0;
          let sum = 0;
          for (const side of [left, right]) {
            for (const record of side) {
              id = record[0];
              sum += record[2];
            }
          }
          return [[id, sum, context.getBroadcastVariable<number>("ints").reduce((a, b) => a + b, 0)]];
        })
        .withBroadcastSet(sets.integers(env), "ints"),
  }),
  operatorCase("CoGroup.CoGroupOnATupleInputWithKeyFieldSelectorAndACustomTypeInputWithKeyExtractor", {
    covers: ["B041", "B044", "T003"],
    operators: ["coGroup"],
    keyKinds: ["position", "selector"],
    build: (env) =>
      sets
        .tuples5(env)
        .coGroup(sets.customs(env))
        .where(2)
        .equalTo((record) => record.myInt)
        .with(function* (tuples, customs) {
          let id = 0;
          let sum = 0;
          for (const tuple of tuples) {
            id = tuple[2];
            sum += tuple[0];
          }
          for (const custom of customs) {
            id = custom.myInt;
            sum += custom.myLong;
          }
          yield [id, sum, "test"];
        }),
  }),
  operatorCase("CoGroup.CoGroupOnACustomTypeWithKeyExtractorAndATupleInputWithKeyFieldSelector", {
    covers: ["B041", "B044", "T003"],
    operators: ["coGroup"],
    keyKinds: ["position", "selector"],
    build: (env) =>
      sets
        .customs(env)
        .coGroup(sets.tuples5(env))
        .where((record) => record.myInt)
        .equalTo(2)
        .with(function* (customs, tuples) {
          let id = 0;
          let sum = 0;
          for (const tuple of tuples) {
            id = tuple[2];
            sum += tuple[0];
          }
          for (const custom of customs) {
            id = custom.myInt;
            sum += custom.myLong;
          }
          yield { myInt: id, myLong: sum, myString: "test" };
        }),
  }),
  operatorCase("CoGroup.CoGroupWithMultipleKeyFieldsWithFieldSelector", {
    covers: ["B044", "B080", "T003"],
    operators: ["coGroup"],
    keyKinds: ["position", "several fields"],
    build: (env) =>
      sets
        .tuples5(env)
        .coGroup(sets.tuples3(env))
        .where(0, 4)
        .equalTo(0, 1)
        .with(function* (left, right) {
          const texts = [...left].map((record) => record[3]);
          for (const record of right) for (const text of texts) yield [record[0], record[1], text];
        }),
  }),
  operatorCase("CoGroup.CoGroupOnTwoCustomTypeInputsWithExpressionKeyAndFieldSelector", {
    covers: ["B044", "B082", "T003"],
    operators: ["coGroup"],
    keyKinds: ["position", "nested path"],
    build: (env) =>
      sets
        .smallPojos(env)
        .coGroup(sets.smallTuples7(env))
        .where("nestedPojo.longNumber")
        .equalTo(6)
        .with(function* (pojos, tuples) {
          const found = [...tuples];
          for (const pojo of pojos) {
            for (const _ of found) yield { myInt: -1, myLong: pojo.nestedPojo.longNumber, myString: "Flink" };
          }
        }),
  }),
];
