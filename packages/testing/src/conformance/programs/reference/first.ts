import type { ConformanceProgram } from "../../program.js";
import { operatorCase, sets, tupleText } from "./data-sets.js";

export const firstCases: readonly ConformanceProgram[] = [
  operatorCase("FirstN.FirstNOnUngroupedDS", {
    covers: ["B033", "T008"],
    operators: ["first", "map", "sum"],
    render: tupleText,
    build: (env) =>
      sets
        .tuples3(env)
        .first(7)
        .map(() => [1])
        .sum(0),
  }),
  operatorCase("FirstN.FirstNOnGroupedDS", {
    covers: ["B033", "B073", "T008"],
    operators: ["groupBy", "first", "map", "sum"],
    keyKinds: ["position"],
    render: tupleText,
    build: (env) =>
      sets
        .tuples3(env)
        .groupBy(1)
        .first(4)
        .map((record) => [record[1], 1])
        .groupBy(0)
        .sum(1),
  }),
  operatorCase("FirstN.FirstNOnGroupedAndSortedDS", {
    covers: ["B033", "B074", "B076", "T008"],
    operators: ["groupBy", "sortGroup", "first", "project"],
    keyKinds: ["position"],
    render: tupleText,
    build: (env) => sets.tuples3(env).groupBy(1).sortGroup(0, "descending").first(3).project(1, 0),
  }),
];
