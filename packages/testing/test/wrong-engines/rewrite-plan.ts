import {
  type BulkStep,
  type CollectOperator,
  type DeltaStep,
  type FunctionSettings,
  type LogicalOperator,
  logical,
  type Operator,
  Plan,
  type SinkOperator,
} from "@millrace/common-api";

/** Changes the copy of an operator, whose inputs are copies already, or returns another one in its place. */
export type Rewrite = (copy: LogicalOperator, original: LogicalOperator) => Operator;

type Writable = Record<string, unknown>;

/** Returns a copy of a plan with every operator changed by `rewrite`; the plan itself stays as it is. */
export function rewritePlan(plan: Plan, rewrite: Rewrite): Plan {
  const copies = new Map<Operator, Operator>();
  const remember = (operator: Operator, copy: Operator): Operator => {
    copies.set(operator, copy);
    return copy;
  };
  const copyOf = (operator: Operator): Operator => {
    const known = copies.get(operator);
    if (known !== undefined) return known;
    // Sources have state of their own, which an engine may read once; they stay, and are all that both plans share.
    const isSource = operator.kind === "collectionSource" || operator.kind === "source";
    if (isSource) return remember(operator, rewrite(logical(operator), logical(operator)));
    const copy = shallowCopy(operator);
    const fields = copy as unknown as Writable;
    fields.settings = { ...operator.settings };
    fields.inputs = operator.inputs.map(copyOf);
    for (const part of ["partialSolution", "solutionSet", "workset"]) {
      if (fields[part] !== undefined) fields[part] = copyOf(fields[part] as Operator);
    }
    if (fields.functionSettings !== undefined) {
      const settings = fields.functionSettings as FunctionSettings;
      fields.functionSettings = {
        ...settings,
        broadcastInputs: settings.broadcastInputs.map((each) => ({ ...each, operator: copyOf(each.operator) })),
      };
    }
    if (fields.step !== undefined) fields.step = copyOfStep(fields.step as BulkStep | DeltaStep, copyOf);
    return remember(operator, rewrite(logical(copy), logical(operator)));
  };
  return new Plan(plan.jobName, plan.sinks.map(copyOf) as (SinkOperator | CollectOperator)[]);
}

function shallowCopy(operator: Operator): Operator {
  return Object.create(
    Object.getPrototypeOf(operator) as object,
    Object.getOwnPropertyDescriptors(operator),
  ) as Operator;
}

function copyOfStep(step: BulkStep | DeltaStep, copyOf: (operator: Operator) => Operator): object {
  return Object.fromEntries(
    Object.entries(step).map(([name, operator]) => [
      name,
      operator === undefined ? undefined : copyOf(operator as Operator),
    ]),
  );
}

/** Sets fields of a copied operator, read-only or not. */
export function change(operator: LogicalOperator, changes: Readonly<Record<string, unknown>>): Operator {
  return Object.assign(operator as Operator, changes);
}
