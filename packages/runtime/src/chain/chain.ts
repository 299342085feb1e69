import { canGenerateCode } from "@millrace/core";
import type { ChainedSpec } from "@millrace/job-graph";
import type { ChainContext, RecordOutput } from "../task/driver.js";
import { GeneratedChain } from "./generated-chain.js";
import { InterpretedChain } from "./interpreted-chain.js";

/**
 * Is the operators over one record that are fused behind a driver, as one task has them. Their functions are
 * open whenever the driver runs. A task resumes the chain whenever it waited for room, and after its driver was done until
 * nothing is pending.
 * @internal
 */
export interface Chain extends RecordOutput {
  /** Whether there is something that `resume` would go on with; a task is not done before. */
  readonly isPending: boolean;
  /** Goes on with what stopped, as far as there is room, for about a page of work. */
  resume(): void;
  /** Ends the reading of what is pending, whose records nobody needs; what its iterators fail with then fails the task. */
  leave(): void;
  /** Gives up what is pending; for tasks that failed or were cancelled. Never throws. */
  abort(): void;
}

/** Makes the chain of `specs`, whose results go to `next`. @internal */
export function makeChain(specs: readonly ChainedSpec[], context: ChainContext, next: RecordOutput): Chain {
  const isGenerated = context.code === undefined ? canGenerateCode() : context.code === "generated";
  return isGenerated ? new GeneratedChain(specs, context, next) : new InterpretedChain(specs, context, next);
}
