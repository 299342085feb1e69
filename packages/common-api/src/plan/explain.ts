/**
 * Writes a plan for people: every sink, and below it what it reads, the last step first. A line of operators with one input each
 * stays at one depth; only where a plan branches is it indented. An operator with several readers is written once, with a
 * number; elsewhere a line points to it.
 *
 *   Collect at job.ts:9:5
 *   <- Join at job.ts:7:3: inner on origin = iata
 *        left
 *        <- CSV flights.csv #1
 *        right
 *        <- Filter at job.ts:5:1: state = "CA"
 *        <- CSV airports.csv
 */
import { logical } from "../operators/logical-operator.js";
import type { Operator } from "../operators/operator.js";
import { dependenciesOf, functionSettingsOf } from "./dependencies.js";
import { operatorText } from "./operator-text.js";
import { parallelismOf } from "./parallelism.js";
import type { Plan } from "./plan.js";

const INDENT = "     ";

/** Returns a readable text of a plan. Values that functions or expressions have captured are not in it. @public */
export function explainPlan(plan: Plan, defaultParallelism: number): string {
  const writer = new PlanWriter(plan, parallelismOf(plan, defaultParallelism));
  for (const sink of plan.sinks) writer.write(sink, "", "");
  const title = plan.jobName === "" ? "Plan" : `Plan of ${JSON.stringify(plan.jobName)}`;
  return `${title}\n\n${writer.text()}`;
}

interface Branch {
  readonly label: string;
  readonly operator: Operator;
}

class PlanWriter {
  readonly #parallelism: ReadonlyMap<Operator, number>;
  /** The numbers of operators with several readers. */
  readonly #numbers: ReadonlyMap<Operator, number>;
  readonly #written = new Set<Operator>();
  readonly #lines: string[] = [];

  constructor(plan: Plan, parallelism: ReadonlyMap<Operator, number>) {
    this.#parallelism = parallelism;
    this.#numbers = numbersOfShared(plan);
  }

  text(): string {
    return this.#lines.join("\n");
  }

  /** Writes `start` and what it reads. A loop goes down a line of operators, recursion only into branches. */
  write(start: Operator, indent: string, arrow: string): void {
    let current: Operator | undefined = start;
    for (let mark = arrow; current !== undefined; mark = "<- ") {
      const operator: Operator = current;
      const isKnown = this.#written.has(operator);
      this.#lines.push(`${indent}${mark}${isKnown ? this.#reference(operator) : this.#line(operator)}`);
      if (isKnown) return;
      this.#written.add(operator);
      const branches = branchesOf(operator);
      const [only] = branches;
      current = branches.length === 1 && only?.label === "" ? only.operator : undefined;
      if (current === undefined) this.#writeBranches(branches, indent + INDENT);
    }
  }

  #writeBranches(branches: readonly Branch[], indent: string): void {
    for (const { label, operator } of branches) {
      this.#lines.push(`${indent}${label}`);
      this.write(operator, indent, "<- ");
    }
  }

  #line(operator: Operator): string {
    const details = operatorText(operator);
    const parallelism = this.#parallelism.get(operator) ?? 1;
    const number = this.#numbers.get(operator);
    const suffix = `${parallelism === 1 ? "" : ` x${parallelism}`}${number === undefined ? "" : ` #${number}`}`;
    return `${operator.settings.name}${details === "" ? "" : `: ${details}`}${suffix}`;
  }

  #reference(operator: Operator): string {
    return `#${this.#numbers.get(operator)} ${operator.settings.name} (above)`;
  }
}

function numbersOfShared(plan: Plan): ReadonlyMap<Operator, number> {
  const numReaders = new Map<Operator, number>();
  for (const operator of plan.operators) {
    for (const input of dependenciesOf(operator)) numReaders.set(input, (numReaders.get(input) ?? 0) + 1);
  }
  const shared = plan.operators.filter((operator) => (numReaders.get(operator) ?? 0) > 1);
  return new Map(shared.map((operator, index) => [operator, index + 1]));
}

function branchesOf(operator: Operator): readonly Branch[] {
  const broadcasts = (functionSettingsOf(operator)?.broadcastInputs ?? []).map((input) => ({
    label: input.name === undefined ? "broadcast" : `broadcast ${JSON.stringify(input.name)}`,
    operator: input.operator,
  }));
  return [...inputBranchesOf(operator, broadcasts.length > 0), ...broadcasts];
}

function inputBranchesOf(operator: Operator, hasBroadcasts: boolean): readonly Branch[] {
  const node = logical(operator);
  const [left, right] = operator.inputs;
  if (left === undefined) return [];
  if (node.kind === "bulkIteration") {
    const { step } = node;
    return [
      { label: "initial", operator: left },
      ...(step === undefined ? [] : [{ label: "step", operator: step.next }]),
      ...(step?.termination === undefined ? [] : [{ label: "until this is empty", operator: step.termination }]),
    ];
  }
  if (node.kind === "deltaIteration" && right !== undefined) {
    const { step } = node;
    return [
      { label: "initial solution set", operator: left },
      { label: "initial workset", operator: right },
      ...(step === undefined ? [] : [{ label: "changes of the solution set", operator: step.delta }]),
      ...(step === undefined ? [] : [{ label: "next workset", operator: step.nextWorkset }]),
    ];
  }
  if (right === undefined) return [{ label: hasBroadcasts ? "input" : "", operator: left }];
  return [
    { label: "left", operator: left },
    { label: "right", operator: right },
  ];
}
