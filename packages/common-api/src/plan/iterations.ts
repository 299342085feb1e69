/**
 * Finds which operators belong to which iteration, and refuses plans in which iterations are put together in a way that no
 * engine could run. Rules [O60] to [O67] of SPEC.md.
 *
 * The dynamic path of an iteration is everything that depends on one of its placeholders; it is evaluated once per
 * superstep. All else that a step reads is its constant path: evaluated once, outside of the iteration.
 */
import { MillraceError } from "@millrace/core";
import type { KeyPart, Keys } from "../keys/keys.js";
import type {
  BulkIterationOperator,
  DeltaIterationOperator,
  SolutionSetOperator,
} from "../operators/iteration-operators.js";
import { logical } from "../operators/logical-operator.js";
import type { Operator } from "../operators/operator.js";
import { dependenciesOf, functionSettingsOf } from "./dependencies.js";

/** Is an operator that repeats a step. @public */
export type IterationOperator = BulkIterationOperator | DeltaIterationOperator;

/** Is what an iteration repeats. @public */
export interface IterationBody {
  /** The operator that repeats them. */
  readonly iteration: IterationOperator;
  /** The operators of the dynamic path, each after its inputs; the placeholders are not among them. */
  readonly operators: readonly Operator[];
}

/**
 * Returns the iterations of a list of operators that is in topological order. Throws ITERATION_NOT_CLOSED for a placeholder
 * whose iteration is not among them, and INVALID_ITERATION for nested iterations, for a dynamic path that leaves its
 * iteration, and for a solution set that is read in another way than by a join or coGroup on its key.
 * @internal
 */
export function findIterationBodies(operators: readonly Operator[]): ReadonlyMap<Operator, IterationBody> {
  const owners = placeholderOwners(operators);
  const bodies = new Map<Operator, { iteration: IterationOperator; operators: Operator[] }>();
  const insideOf = new Map<Operator, IterationOperator>();
  for (const iteration of owners.values()) bodies.set(iteration, { iteration, operators: [] });
  for (const operator of operators) {
    checkSolutionSetUse(operator);
    const own = isIteration(operator) ? operator : undefined;
    const placeholderOwner = isPlaceholder(operator) ? ownerOf(operator, owners) : undefined;
    const around = new Set(dependenciesOf(operator).flatMap((input) => insideOf.get(input) ?? []));
    if (own !== undefined) around.delete(own);
    const inside = placeholderOwner ?? onlyOne(around, operator);
    if (inside === undefined) continue;
    if (own !== undefined) throw nested(operator, inside);
    if (operator.kind === "sink" || operator.kind === "collect") throw leaves(operator, inside);
    insideOf.set(operator, inside);
    if (placeholderOwner === undefined) bodies.get(inside)?.operators.push(operator);
  }
  return bodies;
}

function isIteration(operator: Operator): operator is IterationOperator {
  return operator.kind === "bulkIteration" || operator.kind === "deltaIteration";
}

function isPlaceholder(operator: Operator): boolean {
  return operator.kind === "partialSolution" || operator.kind === "workset" || operator.kind === "solutionSet";
}

/** Returns the operators that stand for the state of an iteration inside of it. @internal */
export function placeholdersOf(iteration: IterationOperator): readonly Operator[] {
  return iteration.kind === "bulkIteration" ? [iteration.partialSolution] : [iteration.solutionSet, iteration.workset];
}

function placeholderOwners(operators: readonly Operator[]): ReadonlyMap<Operator, IterationOperator> {
  const iterations = operators.filter(isIteration);
  return new Map(
    iterations.flatMap((iteration) => placeholdersOf(iteration).map((each) => [each, iteration] as const)),
  );
}

function ownerOf(placeholder: Operator, owners: ReadonlyMap<Operator, IterationOperator>): IterationOperator {
  const owner = owners.get(placeholder);
  if (owner !== undefined) return owner;
  throw new MillraceError({
    code: "ITERATION_NOT_CLOSED",
    what: `${placeholder.settings.name} is used, but the result of its iteration is not`,
    expected: "that closeWith is called on the iteration, and that the program goes on with the data set it returns",
    where: { operator: placeholder.settings.name, ...placeholder.location },
  });
}

function onlyOne(around: ReadonlySet<IterationOperator>, operator: Operator): IterationOperator | undefined {
  const [first, second] = around;
  if (first !== undefined && second !== undefined) throw nested(operator, first);
  return first;
}

function nested(operator: Operator, around: IterationOperator): MillraceError {
  return new MillraceError({
    code: "INVALID_ITERATION",
    what: `${operator.settings.name} nests an iteration in ${around.settings.name}`,
    expected: "one iteration at a time: the input and the step of an iteration may not depend on another one's state",
    where: { operator: operator.settings.name, ...operator.location },
    fix: "Run the inner iteration before the outer one, or merge both steps into one.",
  });
}

function leaves(operator: Operator, inside: IterationOperator): MillraceError {
  return new MillraceError({
    code: "INVALID_ITERATION",
    what: `${operator.settings.name} reads what is computed inside of ${inside.settings.name}`,
    expected: "that only the result of closeWith leaves an iteration",
    where: { operator: operator.settings.name, ...operator.location },
  });
}

function checkSolutionSetUse(operator: Operator): void {
  const solutionSets = dependenciesOf(operator).filter(
    (input): input is SolutionSetOperator => input.kind === "solutionSet",
  );
  if (solutionSets.length === 0) return;
  const [left, right] = operator.inputs;
  const node = logical(operator);
  const broadcasts = functionSettingsOf(operator)?.broadcastInputs ?? [];
  const isTwice = solutionSets.length > 1;
  const isBroadcast = broadcasts.some((each) => each.operator.kind === "solutionSet");
  if ((node.kind !== "join" && node.kind !== "coGroup") || isTwice || isBroadcast) {
    throw misused(operator, "a join or coGroup with another data set; nothing else can read a solution set");
  }
  const solutionSet = solutionSets[0] as SolutionSetOperator;
  const keys = left === solutionSet ? node.leftKeys : node.rightKeys;
  if (!areSameKeys(keys, solutionSet.keys))
    throw misused(operator, "the key of the delta iteration, in the same order");
  if (node.kind !== "join") return;
  const keepsOnly = right === solutionSet ? ["inner", "left-outer", "semi", "anti"] : ["inner", "right-outer"];
  if (!keepsOnly.includes(node.joinType)) {
    throw misused(operator, "a join that keeps no record of the solution set which has no match");
  }
}

function misused(operator: Operator, expected: string): MillraceError {
  return new MillraceError({
    code: "INVALID_ITERATION",
    what: `${operator.settings.name} reads a solution set in a way that it is not indexed for`,
    expected,
    where: { operator: operator.settings.name, ...operator.location },
  });
}

function areSameKeys(a: Keys, b: Keys): boolean {
  return a.length === b.length && a.every((part, index) => isSamePart(part, b[index] as KeyPart));
}

function isSamePart(a: KeyPart, b: KeyPart): boolean {
  switch (a.kind) {
    case "field":
      return b.kind === "field" && a.path === b.path;
    case "selector":
      return b.kind === "selector" && a.function.target === b.function.target;
    case "expression":
      return b.kind === "expression" && JSON.stringify(a.expression) === JSON.stringify(b.expression);
  }
}
