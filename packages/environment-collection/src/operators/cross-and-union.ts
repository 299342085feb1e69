/** cross and union: rules [O58] and [O59]. */
import type { CrossOperator, UnionOperator } from "@millrace/common-api";
import type { OperatorRun } from "../execution/operator-run.js";
import { forwardedOrRebalanced, gathered, type Partitions } from "../execution/partitions.js";
import { withPairs } from "./pairs.js";

/** Pairs every record of the first input with every record of the second, the second one varying faster. */
export function cross(run: OperatorRun<CrossOperator>): Partitions {
  const left = run.forwardedInput;
  const right = gathered(run.secondInput);
  return withPairs(run, run.operator.result, (emit, index) => {
    for (const first of left[index] ?? []) {
      for (const second of right) emit(first, second);
    }
  });
}

/** Puts both inputs together: in each partition the records of the first, then those of the second. */
export function union(run: OperatorRun<UnionOperator>): Partitions {
  const left = run.forwardedInput;
  const right = forwardedOrRebalanced(run.secondInput, run.parallelism);
  return left.map((records, index) => [...records, ...(right[index] ?? [])]);
}
