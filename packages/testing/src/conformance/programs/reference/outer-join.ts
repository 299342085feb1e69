import type { ConformanceProgram } from "../../program.js";
import { WHOLE_RECORD } from "../whole-record.js";
import { operatorCase, sets } from "./data-sets.js";

export const outerJoinCases: readonly ConformanceProgram[] = [
  operatorCase("OuterJoin.LeftOuterJoinOnTuplesWithKeyPositions", {
    covers: ["B043", "T013"],
    operators: ["leftOuterJoin"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .leftOuterJoin(sets.smallTuples5(env))
        .where(0)
        .equalTo(0)
        .with((l, r) => [l[2], r?.[3] ?? null]),
  }),
  operatorCase("OuterJoin.RightOuterJoinOnTuplesWithKeyPositions", {
    covers: ["B043", "T013"],
    operators: ["rightOuterJoin"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .rightOuterJoin(sets.smallTuples5(env))
        .where(1)
        .equalTo(1)
        .with((l, r) => [l?.[2] ?? null, r[3]]),
  }),
  operatorCase("OuterJoin.FullOuterJoinOnTuplesWithKeyPositions", {
    covers: ["B043", "T013"],
    operators: ["fullOuterJoin"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .fullOuterJoin(sets.smallTuples5(env))
        .where(0)
        .equalTo(2)
        .with((l, r) => [l?.[2] ?? null, r?.[3] ?? null]),
  }),
  operatorCase("OuterJoin.JoinOnTuplesWithCompositeKeyPositions", {
    covers: ["B043", "B080", "T013"],
    operators: ["fullOuterJoin"],
    keyKinds: ["position", "several fields"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .fullOuterJoin(sets.smallTuples5(env))
        .where(0, 1)
        .equalTo(0, 4)
        .with((l, r) => [l?.[2] ?? null, r?.[3] ?? null]),
  }),
  operatorCase("OuterJoin.JoinWithBroadcastSet", {
    covers: ["B043", "B113", "T013"],
    operators: ["fullOuterJoin", "withBroadcastSet"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .fullOuterJoin(sets.smallTuples5(env))
        .where(1)
        .equalTo(4)
        .with((l, r, context) => [
          l?.[2] ?? null,
          r?.[3] ?? null,
          context.getBroadcastVariable<number>("ints").reduce((a, b) => a + b, 0),
        ])
        .withBroadcastSet(sets.integers(env), "ints"),
  }),
  operatorCase("OuterJoin.JoinWithMixedKeyTypes1", {
    covers: ["B041", "B043", "T013"],
    operators: ["fullOuterJoin"],
    keyKinds: ["selector", "position"],
    build: (env) =>
      sets
        .smallCustoms(env)
        .fullOuterJoin(sets.smallTuples3(env))
        .where((record) => record.myInt)
        .equalTo(0)
        .with((l, r) => [l?.myString ?? null, r?.[2] ?? null]),
  }),
  operatorCase("OuterJoin.JoinWithMixedKeyTypes2", {
    covers: ["B041", "B043", "T013"],
    operators: ["fullOuterJoin"],
    keyKinds: ["position", "selector"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .fullOuterJoin(sets.smallCustoms(env))
        .where(1)
        .equalTo((record) => record.myLong)
        .with((l, r) => [l?.[2] ?? null, r?.myString ?? null]),
  }),
  operatorCase("OuterJoin.JoinWithAtomicType1", {
    covers: ["B043", "B082", "T013"],
    operators: ["fullOuterJoin"],
    keyKinds: ["position", "whole record"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .fullOuterJoin(env.fromElements(1, 2))
        .where(0)
        .equalTo(WHOLE_RECORD)
        .with((l, r) => [l, r]),
  }),
  operatorCase("OuterJoin.JoinWithAtomicType2", {
    covers: ["B043", "B082", "T013"],
    operators: ["fullOuterJoin"],
    keyKinds: ["whole record", "position"],
    build: (env) =>
      env
        .fromElements(1, 2)
        .fullOuterJoin(sets.smallTuples3(env))
        .where(WHOLE_RECORD)
        .equalTo(0 as never)
        .with((l, r) => [l, r]),
  }),
];
