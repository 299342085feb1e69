import { RichFilterFunction, type RuntimeContext } from "@millrace/core";
import type { ConformanceProgram } from "../../program.js";
import { operatorCase, sets } from "./data-sets.js";

/** Keeps tuples whose first field is below the greatest of the broadcast integers. */
class BelowGreatest extends RichFilterFunction<[number, number, string]> {
  private greatest = 0;

  override open(context: RuntimeContext): void {
    this.greatest = Math.max(...context.getBroadcastVariable<number>("ints"));
  }

  override filter(value: [number, number, string]): boolean {
    return value[0] < this.greatest;
  }
}

export const filterCases: readonly ConformanceProgram[] = [
  operatorCase("Filter.AllRejectingFilter", {
    covers: ["B023", "T007"],
    operators: ["filter"],
    build: (env) => sets.tuples3(env).filter(() => false),
  }),
  operatorCase("Filter.AllPassingFilter", {
    covers: ["B023", "T007"],
    operators: ["filter"],
    build: (env) => sets.tuples3(env).filter(() => true),
  }),
  operatorCase("Filter.FilterOnStringTupleField", {
    covers: ["B023", "T007"],
    operators: ["filter"],
    build: (env) => sets.tuples3(env).filter((record) => record[2].includes("world")),
  }),
  operatorCase("Filter.FilterOnIntegerTupleField", {
    covers: ["B023", "T007"],
    operators: ["filter"],
    build: (env) => sets.tuples3(env).filter((record) => record[0] % 2 === 0),
  }),
  operatorCase("Filter.FilterBasicType", {
    covers: ["B023", "T007"],
    operators: ["filter"],
    build: (env) => sets.strings(env).filter((text) => text.startsWith("H")),
  }),
  operatorCase("Filter.FilterOnCustomType", {
    covers: ["B023", "T007"],
    operators: ["filter"],
    build: (env) => sets.customs(env).filter((record) => record.myString.includes("a")),
  }),
  operatorCase("Filter.RichFilterOnStringTupleField", {
    covers: ["B023", "B110", "B113", "T007"],
    operators: ["filter", "withBroadcastSet"],
    build: (env) => sets.tuples3(env).filter(new BelowGreatest()).withBroadcastSet(sets.integers(env), "ints"),
  }),
  operatorCase("Filter.FilterWithBroadcastVariables", {
    covers: ["B023", "B113", "T007"],
    operators: ["filter", "withBroadcastSet"],
    build: (env) =>
      sets
        .tuples3(env)
        .filter((record, context) => {
          const sum = context.getBroadcastVariable<number>("ints").reduce((a, b) => a + b, 0);
          return record[1] === Math.trunc(sum / 11);
        })
        .withBroadcastSet(sets.integers(env), "ints"),
  }),
];
