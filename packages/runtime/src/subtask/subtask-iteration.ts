/** Makes the part of an iteration that one subtask has, when each subtask runs by itself. */
import { invariant } from "@millrace/core";
import type { JobGraph, JobVertex } from "@millrace/job-graph";
import { Feedback } from "../iteration/feedback.js";
import { type IterationPart, IterationRun } from "../iteration/iteration-run.js";
import { IterationState } from "../iteration/iteration-state.js";
import { hasWorksetBudget, isHead, makeSolutionSet } from "../iteration/make-iteration.js";
import type { SuperstepReport } from "../iteration/superstep-coordinator.js";
import type { EdgePlan } from "../job/edge-plan.js";
import type { JobContext } from "../job/job-context.js";
import type { TaskBudgets } from "../job/task-budgets.js";
import { makeRowStore } from "../task/local-strategies.js";

/** Says what the part belongs to. */
export interface SubtaskIteration {
  readonly graph: JobGraph;
  readonly vertex: JobVertex;
  readonly subtaskIndex: number;
  readonly edges: readonly EdgePlan[];
  readonly job: JobContext;
  readonly budgets: TaskBudgets;
  /** Tells the coordinator that the subtask has ended a superstep. */
  readonly report: (report: SuperstepReport) => void;
}

/** Makes it. */
export function makeSubtaskIteration(settings: SubtaskIteration): IterationRun {
  const { graph, vertex, subtaskIndex, job, report } = settings;
  const spec = graph.iterations[vertex.iteration!];
  invariant(spec !== undefined, "a vertex names an iteration of the graph");
  const part = isHead(vertex) ? partOfHead(settings) : partOfOthers(settings);
  return new IterationRun({
    state: new IterationState(spec, job.objects),
    parts: new Map([[subtaskIndex, part]]),
    numTasks: 1,
    numHeads: isHead(vertex) ? 1 : 0,
    report,
  });
}

function partOfHead({ vertex, edges, job, budgets }: SubtaskIteration): IterationPart {
  const own = hasWorksetBudget(vertex) ? budgets.workset! : budgets.driver;
  const [next, changes] = budgetsOf("feedback", vertex, edges, budgets);
  return {
    feedback: new Feedback(makeRowStore(own, job), makeRowStore(next!, job)),
    changes: changes && makeRowStore(changes, job),
    solutionSet: makeSolutionSet(vertex, budgets.driver, job),
  };
}

function partOfOthers({ graph, vertex, edges, job, budgets }: SubtaskIteration): IterationPart {
  const [forCopy] = budgetsOf("solution", vertex, edges, budgets);
  const head = graph.vertices.find((each) => each.iteration === vertex.iteration && isHead(each))!;
  return {
    feedback: undefined,
    changes: undefined,
    solutionSet: forCopy && makeSolutionSet(head, forCopy, job),
  };
}

/** Returns the budgets of what comes from heads and tails elsewhere: they are the last of those for inputs, in the order of the edges. */
function budgetsOf(kind: "feedback" | "solution", vertex: JobVertex, edges: readonly EdgePlan[], budgets: TaskBudgets) {
  const numEdges = edges.filter(({ consumer, purpose }) => consumer === vertex.id && purpose.kind === kind).length;
  return numEdges === 0 ? [] : budgets.inputs.slice(-numEdges);
}
