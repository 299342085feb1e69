import { type FunctionAnalyzer, refuseAssignments } from "@millrace/closures";
import {
  functionsOfPlan,
  type Operator,
  type Plan,
  parallelismOf,
  recordTypesOf,
  takeCollections,
} from "@millrace/common-api";
import { type Host, RecordCopies, type TypeInformation } from "@millrace/core";

/** Is a plan with all that a job reads of it when it starts. What the program changes later is not in it. */
export interface PreparedPlan {
  readonly plan: Plan;
  readonly parallelism: ReadonlyMap<Operator, number>;
  /** The types of records, as far as they are known. */
  readonly recordTypes: ReadonlyMap<Operator, TypeInformation<unknown>>;
  readonly copies: RecordCopies;
}

/** Checks a plan and takes the records that the program itself holds. Throws what is wrong with it. */
export function preparePlan(
  plan: Plan,
  defaultParallelism: number,
  analyzer: FunctionAnalyzer,
  host: Host,
): PreparedPlan {
  refuseAssignments(functionsOfPlan(plan), analyzer, host);
  takeCollections(plan);
  return {
    plan,
    parallelism: parallelismOf(plan, defaultParallelism),
    recordTypes: recordTypesOf(plan),
    copies: new RecordCopies(plan.operators.flatMap(({ settings }) => settings.resultType ?? [])),
  };
}
