import { type ErrorPlace, MillraceError } from "../errors/index.js";
import { thrownText } from "../user-code/index.js";
import type { Sink } from "./sink.js";

/** Is a sink of a job whose writers are all closed. @public */
export interface SinkToCommit {
  /** Says what the sink is, and where its output appears. */
  readonly sink: Pick<Sink<never>, "name" | "place">;
  /** Names the operator. */
  readonly where: ErrorPlace;
  /** Makes the output visible. */
  readonly commit: () => Promise<void>;
}

/**
 * Commits the sinks of a job one after the other. What is committed stays, so once this was called the job must not be run again, and a sink
 * that fails is COMMIT_FAILED: it names the sinks that are committed and those that are not, which the caller aborts.
 * @public
 */
export async function commitSinks(sinks: readonly SinkToCommit[]): Promise<void> {
  for (const [index, { commit }] of sinks.entries()) {
    try {
      await commit();
    } catch (error) {
      throw commitFailed(sinks, index, error);
    }
  }
}

function commitFailed(sinks: readonly SinkToCommit[], failed: number, cause: unknown): MillraceError {
  const { sink, where } = sinks[failed]!;
  const isPartial = failed > 0;
  const state = isPartial
    ? `Committed, and there to stay: ${namesOf(sinks.slice(0, failed))}. Not committed: ${namesOf(sinks.slice(failed))}.`
    : `No sink is committed: ${namesOf(sinks)}.`;
  const advice = isPartial
    ? "Before you run the job again, remove the output that is committed, or make sure that it may be written twice."
    : "Look whether a part of the output of the sink is visible, then run the job again.";
  return new MillraceError({
    code: "COMMIT_FAILED",
    what: `The sink ${nameOf(sink)} could not be committed: it threw ${thrownText(cause)}`,
    where,
    fix: `${state} ${advice}`,
    cause,
  });
}

function namesOf(sinks: readonly SinkToCommit[]): string {
  return sinks.map(({ sink }) => nameOf(sink)).join(", ");
}

function nameOf({ name, place }: SinkToCommit["sink"]): string {
  return place === undefined || name.includes(place)
    ? JSON.stringify(name)
    : `${JSON.stringify(name)} (to ${JSON.stringify(place)})`;
}
