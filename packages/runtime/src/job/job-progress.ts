import { numOutputsOf } from "@millrace/job-graph";
import type { Task } from "../task/task.js";

/** Tells how far a job is: of the vertex that was at work, and of the whole graph. @beta */
export interface VertexProgress {
  /** The name of the vertex. */
  readonly name: string;
  /** How many records left it so far, or came to it when it ends the plan; one that goes along two edges counts twice. */
  readonly numRecords: number;
  /** How many vertices are done. */
  readonly numVerticesDone: number;
  /** How many vertices there are. */
  readonly numVertices: number;
}

/** Counts the tasks and the vertices that are done. */
export class JobProgressCounter {
  readonly #listener: (progress: VertexProgress) => void;
  readonly #tasksOf = new Map<number, Task[]>();
  #numVerticesDone = 0;

  constructor(tasks: readonly Task[], listener: (progress: VertexProgress) => void) {
    this.#listener = listener;
    for (const task of tasks) {
      const ofVertex = this.#tasksOf.get(task.vertex.id) ?? [];
      this.#tasksOf.set(task.vertex.id, ofVertex);
      ofVertex.push(task);
    }
  }

  /** Tells how far the vertex of a task is, which just was at work, and whether it is done with it. */
  tell({ vertex, isFinished }: Task): void {
    const tasks = this.#tasksOf.get(vertex.id) ?? [];
    if (isFinished && tasks.every((task) => task.isFinished)) this.#numVerticesDone++;
    const isEnd = numOutputsOf(vertex.driver) === 0;
    const numRecords = tasks.reduce((sum, task) => {
      const { read, sent } = task.report();
      return sum + (isEnd ? read : sent).numRecords;
    }, 0);
    this.#listener({
      name: vertex.name,
      numRecords,
      numVerticesDone: this.#numVerticesDone,
      numVertices: this.#tasksOf.size,
    });
  }
}
