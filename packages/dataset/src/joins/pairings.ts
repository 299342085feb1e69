import type { JoinHint, JoinType, Operator } from "@millrace/common-api";
import type { Data } from "../data/data.js";
import { nodeOf } from "../data/node-state.js";
import type { DataSet } from "../data-set.js";
import { OperatorCall } from "../operators/operator-call.js";
import {
  type JoinDraft,
  joinHintOf,
  joinOperator,
  joinVerb,
  keyPairOf,
} from "../transformations/two-input-transformations.js";
import { type CoGroup, CoGroupPartitions } from "./co-group.js";
import type { JoinDataSet } from "./join-data-set.js";
import type { Pairing } from "./where.js";

interface Sides {
  readonly left: Operator;
  readonly right: Operator;
}

/** Returns the operators of both sides; throws ENVIRONMENT_MISMATCH. @internal */
export function sidesOf(left: Data<unknown>, right: Data<unknown>, call: OperatorCall): Sides {
  const node = nodeOf(left);
  return { left: node.operator, right: call.requireData(right, node.environment, "The right side").operator };
}

function draftOf(
  { left, right }: Sides,
  joinType: JoinType,
  hint: JoinHint,
  leftKeys: readonly unknown[],
  rightKeys: readonly unknown[],
  call: OperatorCall,
): JoinDraft {
  const keys = keyPairOf({ operator: left, keys: leftKeys }, { operator: right, keys: rightKeys }, call);
  return { left, right, joinType, hint, ...keys, partitioner: undefined };
}

/** Begins a join whose result is pairs. Everything but the keys is checked at once. @internal */
export function joinPairing<L, R>(
  left: Data<unknown>,
  right: Data<unknown>,
  joinType: JoinType,
  hint: JoinHint | undefined,
): Pairing<JoinDataSet<L, R>> {
  const start = new OperatorCall(joinVerb(joinType));
  const sides = sidesOf(left, right, start);
  const checkedHint = joinHintOf(hint, joinType, start);
  const { environment } = nodeOf(left);
  return (leftKeys, rightKeys) => {
    const call = new OperatorCall(joinVerb(joinType));
    const draft = draftOf(sides, joinType, checkedHint, leftKeys, rightKeys, call);
    return environment.factory.join<L, R>(draft, call, environment);
  };
}

/** Begins a join whose result is the records of the left side. @internal */
export function semiPairing<L>(
  left: Data<L>,
  right: Data<unknown>,
  joinType: "semi" | "anti",
  hint: JoinHint | undefined,
): Pairing<DataSet<L>> {
  const start = new OperatorCall(joinVerb(joinType));
  const sides = sidesOf(left, right, start);
  const checkedHint = joinHintOf(hint, joinType, start);
  const { environment } = nodeOf(left);
  return (leftKeys, rightKeys) => {
    const call = new OperatorCall(joinVerb(joinType));
    const draft = draftOf(sides, joinType, checkedHint, leftKeys, rightKeys, call);
    return environment.factory.dataSet<L>(joinOperator(draft, { kind: "left" }, call), environment);
  };
}

/** Begins a coGroup. @internal */
export function coGroupPairing<L, R>(left: Data<unknown>, right: Data<unknown>): Pairing<CoGroup<L, R>> {
  const start = new OperatorCall("CoGroup");
  const { left: leftOperator, right: rightOperator } = sidesOf(left, right, start);
  const { environment } = nodeOf(left);
  return (leftKeys, rightKeys) => {
    const call = new OperatorCall("CoGroup");
    const keys = keyPairOf(
      { operator: leftOperator, keys: leftKeys },
      { operator: rightOperator, keys: rightKeys },
      call,
    );
    const noOrders = { leftOrder: [], rightOrder: [], partitioner: undefined };
    return environment.factory.coGroup<L, R>(
      { left: leftOperator, right: rightOperator, ...keys, ...noOrders },
      environment,
    );
  };
}

/** Begins a coGroup of whole partitions. @internal */
export function coGroupRawPairing<L, R>(left: Data<unknown>, right: Data<unknown>): Pairing<CoGroupPartitions<L, R>> {
  const sides = sidesOf(left, right, new OperatorCall("CoGroupPartitions"));
  const { environment } = nodeOf(left);
  return (leftKeys, rightKeys) => {
    const call = new OperatorCall("CoGroupPartitions");
    const keys = keyPairOf({ operator: sides.left, keys: leftKeys }, { operator: sides.right, keys: rightKeys }, call);
    return new CoGroupPartitions<L, R>(sides.left, sides.right, keys, environment);
  };
}
