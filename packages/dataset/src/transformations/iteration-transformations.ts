import {
  BulkIterationOperator,
  DeltaIterationOperator,
  type IterationAggregator,
  type Operator,
} from "@millrace/common-api";
import type { AggregatorFactory, ConvergenceCriterion } from "@millrace/core";
import type { Data } from "../data/data.js";
import { nodeOf } from "../data/node-state.js";
import type { EnvironmentState } from "../environment/environment-state.js";
import { keysOf } from "../keys/key-parts.js";
import { describe, OperatorCall } from "../operators/operator-call.js";

type Iteration = BulkIterationOperator | DeltaIterationOperator;

/** @internal */
export function iterateOperator(input: Operator, maxIterations: number): BulkIterationOperator {
  const call = new OperatorCall("Iterate");
  return new BulkIterationOperator(input, call.requireInteger(maxIterations, "maxIterations", 1), call);
}

/** @internal */
export function iterateDeltaOperator(
  data: Data<unknown>,
  workset: Data<unknown>,
  maxIterations: number,
  keys: readonly unknown[],
): DeltaIterationOperator {
  const call = new OperatorCall("IterateDelta");
  const { operator: solution, environment } = nodeOf(data);
  const start = call.requireData(workset, environment, "The initial workset").operator;
  const max = call.requireInteger(maxIterations, "maxIterations", 1);
  return new DeltaIterationOperator(solution, start, max, keysOf(keys, solution, call), call);
}

/** @internal */
export function closeBulk(
  iteration: BulkIterationOperator,
  environment: EnvironmentState,
  next: Data<unknown>,
  termination: Data<unknown> | undefined,
): BulkIterationOperator {
  const call = new OperatorCall("closeWith");
  requireOpen(iteration, call);
  iteration.step = {
    next: call.requireData(next, environment, "The next partial solution").operator,
    termination:
      termination === undefined
        ? undefined
        : call.requireData(termination, environment, "The termination criterion").operator,
  };
  return iteration;
}

/** @internal */
export function closeDelta(
  iteration: DeltaIterationOperator,
  environment: EnvironmentState,
  delta: Data<unknown>,
  nextWorkset: Data<unknown>,
): DeltaIterationOperator {
  const call = new OperatorCall("closeWith");
  requireOpen(iteration, call);
  iteration.step = {
    delta: call.requireData(delta, environment, "The delta").operator,
    nextWorkset: call.requireData(nextWorkset, environment, "The next workset").operator,
  };
  return iteration;
}

function requireOpen(iteration: Iteration, call: OperatorCall): void {
  if (iteration.step === undefined) return;
  throw call.error({
    code: "INVALID_ITERATION",
    what: `${iteration.settings.name} is closed already`,
    expected: "one call of closeWith on each iteration",
    fix: "Keep the data set that the first closeWith returned, or begin another iteration.",
  });
}

/** @internal */
export function registerAggregator<V>(
  iteration: Iteration,
  name: string,
  factory: AggregatorFactory<V>,
  convergence: ConvergenceCriterion<unknown> | undefined,
  call: OperatorCall,
): void {
  call.requireName(name);
  if (typeof factory !== "function") {
    throw call.error({
      code: "INVALID_FUNCTION",
      what: `The aggregator's factory is ${describe(factory)}`,
      expected: "a function that returns a new aggregator",
      fix: "Write () => new LongSumAggregator().",
    });
  }
  const { aggregators } = iteration;
  if (aggregators.some((each) => each.name === name)) {
    throw call.error({
      code: "DUPLICATE_NAME",
      what: `The iteration has an aggregator named ${JSON.stringify(name)} already`,
      expected: "a name of its own for each",
    });
  }
  if (convergence !== undefined && aggregators.some((each) => each.convergence !== undefined)) {
    throw call.error({
      code: "INVALID_ITERATION",
      what: "The iteration has a convergence criterion already",
      expected: "at most one",
    });
  }
  aggregators.push({ name, factory: factory as AggregatorFactory<unknown>, convergence } satisfies IterationAggregator);
}
