import type { ConformanceProgram } from "../../program.js";
import { operatorCase, sets } from "./data-sets.js";

export const aggregateCases: readonly ConformanceProgram[] = [
  operatorCase("Aggregate.FullAggregate", {
    covers: ["B028", "B029", "T001"],
    operators: ["sum", "andMax", "project"],
    build: (env) => sets.tuples3(env).sum(0).andMax(1).project(0, 1),
  }),
  operatorCase("Aggregate.GroupedAggregate", {
    covers: ["B028", "B073", "T001", "T002"],
    operators: ["groupBy", "sum", "project"],
    keyKinds: ["position"],
    build: (env) => sets.tuples3(env).groupBy(1).sum(0).project(1, 0),
  }),
  operatorCase("Aggregate.NestedAggregate", {
    covers: ["B028", "B030", "T001"],
    operators: ["groupBy", "min", "project"],
    keyKinds: ["position"],
    build: (env) => sets.tuples3(env).groupBy(1).min(0).min(0).project(0),
  }),
];
