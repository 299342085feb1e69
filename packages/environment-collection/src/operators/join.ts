/** join in all its kinds: rules [O50] to [O54]. */

import type { JoinOperator, JoinType } from "@millrace/common-api";
import { keyText } from "@millrace/core";
import type { OperatorRun } from "../execution/operator-run.js";
import type { Partitions } from "../execution/partitions.js";
import { partitionedByKey } from "../keys/exchange.js";
import { groupsOf, hasNullPart, type Keyed } from "../keys/key-of.js";
import { type EmitPair, withPairs } from "./pairs.js";

/**
 * Pairs records of equal keys. Results come in the order of the left records, for each in the order of the right ones; then
 * the right records without a match, in their order.
 */
export function join(run: OperatorRun<JoinOperator>): Partitions {
  const { operator } = run;
  const left = partitionedByKey(run, run.input, operator.leftKeys, operator.partitioner);
  const right = partitionedByKey(run, run.secondInput, operator.rightKeys, operator.partitioner);
  return withPairs(run, operator.result, (emit, index) => {
    joinPartition(operator.joinType, left[index] ?? [], right[index] ?? [], emit);
  });
}

function joinPartition(joinType: JoinType, left: readonly Keyed[], right: readonly Keyed[], emit: EmitPair): void {
  const rightByKey = groupsOf(right);
  const matched = new Set<Keyed>();
  for (const { key, record } of left) {
    const matches = hasNullPart(key) ? [] : (rightByKey.get(keyText(key)) ?? []);
    emitLeft(joinType, record, matches, emit);
    for (const match of matches) matched.add(match);
  }
  if (joinType !== "right-outer" && joinType !== "full-outer") return;
  for (const keyed of right) {
    if (!matched.has(keyed)) emit(null, keyed.record);
  }
}

function emitLeft(joinType: JoinType, record: unknown, matches: readonly Keyed[], emit: EmitPair): void {
  switch (joinType) {
    case "inner":
    case "right-outer":
      for (const match of matches) emit(record, match.record);
      break;
    case "left-outer":
    case "full-outer":
      for (const match of matches) emit(record, match.record);
      if (matches.length === 0) emit(record, null);
      break;
    case "semi":
      if (matches.length > 0) emit(record, null);
      break;
    case "anti":
      if (matches.length === 0) emit(record, null);
      break;
  }
}
