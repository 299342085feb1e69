import { CollectOperator, dependenciesOf, logical, type Operator, Plan } from "@millrace/common-api";
import type { Data } from "../data/data.js";
import { nodeOf } from "../data/node-state.js";
import type { EnvironmentState } from "../environment/environment-state.js";
import { OperatorCall } from "../operators/operator-call.js";
import { noSinks } from "./no-sinks.js";

/** Shows how one data set would be computed. @internal */
export async function explainData(data: Data<unknown>): Promise<string> {
  const { environment, operator } = nodeOf(data);
  const plan = new Plan("", [new CollectOperator(operator, new OperatorCall("Collect"))]);
  return environment.engine.explain(plan, environment.options);
}

/**
 * Shows the waiting sinks and, as if it were collected, every data set that no operator and no waiting sink reads. Sinks keep
 * waiting. @internal
 */
export async function explainEnvironment(environment: EnvironmentState): Promise<string> {
  const ends = unread(environment).map(
    (operator) => new CollectOperator(operator, { name: "Collect", location: operator.location }),
  );
  const sinks = [...environment.sinks, ...ends];
  if (sinks.length === 0) throw noSinks("explain");
  return environment.engine.explain(new Plan("", sinks), environment.options);
}

function unread(environment: EnvironmentState): readonly Operator[] {
  const live = environment.operators.live();
  const read = new Set<Operator>();
  for (const operator of [...live, ...environment.sinks]) {
    for (const input of isOpen(operator) ? operator.inputs : dependenciesOf(operator)) read.add(input);
  }
  return live.filter((operator) => !read.has(operator) && !isInsideOfLoop(operator));
}

/** Tells whether an operator is an iteration whose step is still being written. */
function isOpen(operator: Operator): boolean {
  const node = logical(operator);
  return (node.kind === "bulkIteration" || node.kind === "deltaIteration") && node.step === undefined;
}

/** Tells whether an operator stands for, or depends on, what only a loop can give it; or is a loop that was not closed. */
function isInsideOfLoop(operator: Operator): boolean {
  const seen = new Set<Operator>();
  const stack = [operator];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const { kind } = logical(next);
    if (kind === "partialSolution" || kind === "workset" || kind === "solutionSet" || isOpen(next)) return true;
    stack.push(...next.inputs, ...broadcastsOf(next));
  }
  return false;
}

function broadcastsOf(operator: Operator): readonly Operator[] {
  const node = logical(operator);
  if (node.kind === "bulkIteration" || node.kind === "deltaIteration") return [];
  return dependenciesOf(operator).filter((dependency) => !operator.inputs.includes(dependency));
}
