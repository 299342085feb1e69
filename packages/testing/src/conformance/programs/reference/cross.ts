import type { ConformanceProgram } from "../../program.js";
import { operatorCase, sets } from "./data-sets.js";

export const crossCases: readonly ConformanceProgram[] = [
  operatorCase("Cross.CorretnessOfCrossOnTwoTupleInputs", {
    covers: ["B048", "T005"],
    operators: ["cross"],
    build: (env) =>
      sets
        .smallTuples5(env)
        .cross(sets.smallTuples5(env))
        .with((l, r) => [l[2] + r[2], l[3] + r[3]]),
  }),
  operatorCase("Cross.CorrectnessOfCrossIfUDFReturnsLeftInputObject", {
    covers: ["B048", "T005"],
    operators: ["cross"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .cross(sets.smallTuples5(env))
        .with((l) => l),
  }),
  operatorCase("Cross.CorrectnessOfCrossIfUDFReturnsRightInputObject", {
    covers: ["B048", "T005"],
    operators: ["cross"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .cross(sets.smallTuples5(env))
        .with((_l, r) => r),
  }),
  operatorCase("Cross.CorrectnessOfCrossWithBroadcastSet", {
    covers: ["B048", "B113", "T005"],
    operators: ["cross", "withBroadcastSet"],
    build: (env) =>
      sets
        .smallTuples5(env)
        .cross(sets.smallTuples5(env))
        .with((l, r, context) => [
          l[0] + r[0],
          l[2] * r[2],
          context.getBroadcastVariable<number>("ints").reduce((a, b) => a + b, 0),
        ])
        .withBroadcastSet(sets.integers(env), "ints"),
  }),
  operatorCase("Cross.CorrectnessOfCrossWithHuge", {
    covers: ["B049", "T005"],
    operators: ["crossWithHuge"],
    build: (env) =>
      sets
        .smallTuples5(env)
        .crossWithHuge(sets.smallTuples5(env))
        .with((l, r) => [l[2] + r[2], l[3] + r[3]]),
  }),
  operatorCase("Cross.CorrectnessOfCrossWithTiny", {
    covers: ["B049", "T005"],
    operators: ["crossWithTiny"],
    build: (env) =>
      sets
        .smallTuples5(env)
        .crossWithTiny(sets.smallTuples5(env))
        .with((l, r) => [l[2] + r[2], l[3] + r[3]]),
  }),
  operatorCase("Cross.ProjectCrossOnATupleInput1", {
    covers: ["B048", "T005"],
    operators: ["cross", "projectFirst", "projectSecond"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .cross(sets.smallTuples5(env))
        .projectFirst(2, 1)
        .projectSecond(3)
        .projectFirst(0)
        .projectSecond(4, 1),
  }),
  operatorCase("Cross.ProjectCrossOnATupleInput2", {
    covers: ["B048", "T005"],
    operators: ["cross", "projectFirst", "projectSecond"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .cross(sets.smallTuples5(env))
        .projectSecond(3)
        .projectFirst(2, 1)
        .projectSecond(4, 1)
        .projectFirst(0),
  }),
  operatorCase("Cross.CorrectnessOfDefaultCross", {
    covers: ["B048", "T005"],
    operators: ["cross"],
    build: (env) => sets.smallTuples3(env).cross(sets.smallTuples5(env)),
  }),
  operatorCase("Cross.CorrectnessOfCrossOnTwoCustomTypeInputs", {
    covers: ["B048", "T005"],
    operators: ["cross"],
    build: (env) =>
      sets
        .smallCustoms(env)
        .cross(sets.smallCustoms(env))
        .with((l, r) => ({
          myInt: l.myInt * r.myInt,
          myLong: l.myLong + r.myLong,
          myString: l.myString + r.myString,
        })),
  }),
  operatorCase("Cross.CorrectnessOfCrossATupleInputAndACustomTypeInput", {
    covers: ["B048", "T005"],
    operators: ["cross"],
    build: (env) =>
      sets
        .smallTuples5(env)
        .cross(sets.smallCustoms(env))
        .with((l, r) => [l[0] + r.myInt, l[2] * r.myLong, l[3] + r.myString]),
  }),
];
