import type { ConformanceProgram } from "../../program.js";
import { WHOLE_RECORD } from "../whole-record.js";
import { operatorCase, sets } from "./data-sets.js";

export const distinctCases: readonly ConformanceProgram[] = [
  operatorCase("Distinct.CorrectnessOfDistinctOnTuplesWithKeyFieldSelector", {
    covers: ["B034", "B050", "T006"],
    operators: ["union", "distinct"],
    keyKinds: ["position", "several fields"],
    build: (env) => sets.smallTuples3(env).union(sets.smallTuples3(env)).distinct(0, 1, 2),
  }),
  operatorCase("Distinct.CorrectnessOfDistinctOnTuplesWithKeyFieldSelectorWithNotAllFieldsSelected", {
    covers: ["B034", "T006"],
    operators: ["union", "distinct", "project"],
    keyKinds: ["position"],
    build: (env) => sets.smallTuples5(env).union(sets.smallTuples5(env)).distinct(0).project(0),
  }),
  operatorCase("Distinct.CorrectnessOfDistinctOnTuplesWithKeyExtractorFunction", {
    covers: ["B034", "B083", "T006"],
    operators: ["union", "distinct", "project"],
    keyKinds: ["selector"],
    build: (env) =>
      sets
        .smallTuples5(env)
        .union(sets.smallTuples5(env))
        .distinct((record) => record[0])
        .project(0),
  }),
  operatorCase("Distinct.CorrectnessOfDistinctOnCustomTypeWithTypeExtractor", {
    covers: ["B034", "B083", "T006"],
    operators: ["distinct", "map"],
    keyKinds: ["selector"],
    build: (env) =>
      sets
        .customs(env)
        .distinct((record) => record.myInt)
        .map((record) => record.myInt),
  }),
  operatorCase("Distinct.CorrectnessOfDistinctOnTuples", {
    covers: ["B034", "T006"],
    operators: ["union", "distinct"],
    keyKinds: ["whole record"],
    build: (env) => sets.smallTuples3(env).union(sets.smallTuples3(env)).distinct(),
  }),
  operatorCase("Distinct.CorrectnessOfDistinctOnCustomTypeWithTupleReturningTypeExtractor", {
    covers: ["B034", "B083", "T006"],
    operators: ["distinct", "project"],
    keyKinds: ["tuple selector"],
    build: (env) =>
      sets
        .tuples5(env)
        .distinct((record) => [record[0], record[4]])
        .project(0, 4),
  }),
  operatorCase("Distinct.CorrectnessOfDistinctOnTuplesWithFieldExpressions", {
    covers: ["B034", "B082", "T006"],
    operators: ["union", "distinct", "project"],
    keyKinds: ["position"],
    build: (env) => sets.smallTuples5(env).union(sets.smallTuples5(env)).distinct(0).project(0),
  }),
  operatorCase("Distinct.CorrectnessOfDistinctOnPojos", {
    covers: ["B034", "B082", "T006"],
    operators: ["distinct", "map"],
    keyKinds: ["nested path"],
    build: (env) =>
      sets
        .duplicatePojos(env)
        .distinct("nestedPojo.longNumber")
        .map((pojo) => pojo.nestedPojo.longNumber),
  }),
  operatorCase("Distinct.DistinctOnFullPojo", {
    covers: ["B034", "T006"],
    operators: ["distinct", "map"],
    keyKinds: ["whole record"],
    build: (env) =>
      sets
        .duplicatePojos(env)
        .distinct()
        .map((pojo) => pojo.nestedPojo.longNumber),
  }),
  operatorCase("Distinct.CorrectnessOfDistinctOnAtomic", {
    covers: ["B034", "T006"],
    operators: ["distinct"],
    keyKinds: ["whole record"],
    build: (env) => sets.integers(env).distinct(),
  }),
  operatorCase("Distinct.CorrectnessOfDistinctOnAtomicWithSelectAllChar", {
    covers: ["B034", "B082", "T006"],
    operators: ["union", "distinct"],
    keyKinds: ["whole record"],
    build: (env) => sets.strings(env).union(sets.strings(env)).distinct(WHOLE_RECORD),
  }),
];
