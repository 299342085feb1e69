/** What subtasks of an iteration tell its coordinator, and what it answers: frames whose payload is one record. */
import type { CustomType } from "@millrace/core";
import type { SuperstepDecision, SuperstepReport } from "../iteration/superstep-coordinator.js";
import { type Frame, type FrameHeader, misplaced, readFrame, writeFrame } from "./frame.js";
import { bytesOfRecord, recordOfBytes } from "./record-bytes.js";

/** Says who tells something about an iteration, and of which job. */
export interface SuperstepPlace {
  readonly job: bigint;
  readonly attempt: number;
  readonly iteration: number;
}

/** Makes the frame of a report of a subtask. Throws RECORD_NOT_DATA when an aggregate is no data. */
export function writeReport(
  place: SuperstepPlace,
  vertex: number,
  subtaskIndex: number,
  report: SuperstepReport,
): Uint8Array {
  const { superstep, numNextRows, numTerminationRows, aggregates } = report;
  const header = { ...headerOf("report", place, superstep), edge: vertex, producer: subtaskIndex };
  return writeFrame(header, bytesOfRecord({ numNextRows, numTerminationRows, aggregates: listOf(aggregates) }));
}

/** Reads the frame of a report, for an iteration. */
export function readReport(
  bytes: Uint8Array,
  place: Omit<SuperstepPlace, "attempt">,
  customTypes: readonly CustomType[],
): {
  readonly vertex: number;
  readonly subtaskIndex: number;
  readonly attempt: number;
  readonly report: SuperstepReport;
} {
  const frame = readFrame(bytes);
  checkPlace(frame, "report", place);
  const record = recordOfBytes(frame.payload, customTypes) as {
    readonly numNextRows: number;
    readonly numTerminationRows: number;
    readonly aggregates: readonly Named<readonly unknown[]>[];
  };
  const report = { ...record, superstep: frame.sequence, aggregates: mapOf(record.aggregates) };
  return { vertex: frame.edge, subtaskIndex: frame.producer, attempt: frame.attempt, report };
}

/** Makes the frame of a decision. */
export function writeDecision(place: SuperstepPlace, { superstep, isLast, aggregates }: SuperstepDecision): Uint8Array {
  const header = headerOf("decision", place, superstep);
  return writeFrame(header, bytesOfRecord({ isLast, aggregates: listOf(aggregates) }));
}

/** Reads the frame of a decision about a superstep. */
export function readDecision(
  bytes: Uint8Array,
  place: Omit<SuperstepPlace, "attempt">,
  customTypes: readonly CustomType[],
): SuperstepDecision {
  const frame = readFrame(bytes);
  checkPlace(frame, "decision", place);
  const record = recordOfBytes(frame.payload, customTypes) as {
    readonly isLast: boolean;
    readonly aggregates: readonly Named<unknown>[];
  };
  return { isLast: record.isLast, superstep: frame.sequence, aggregates: mapOf(record.aggregates) };
}

interface Named<V> {
  readonly name: string;
  readonly value: V;
}

function listOf<V>(values: ReadonlyMap<string, V>): Named<V>[] {
  return [...values].map(([name, value]) => ({ name, value }));
}

function mapOf<V>(values: readonly Named<V>[]): ReadonlyMap<string, V> {
  return new Map(values.map(({ name, value }) => [name, value]));
}

function headerOf(
  kind: "report" | "decision",
  { job, attempt, iteration }: SuperstepPlace,
  superstep: number,
): FrameHeader {
  return { kind, job, attempt, edge: 0, producer: 0, partition: iteration, sequence: superstep };
}

function checkPlace(
  { kind, job, partition }: Frame,
  expected: Frame["kind"],
  place: Omit<SuperstepPlace, "attempt">,
): void {
  const isRight = kind === expected && job === place.job && partition === place.iteration;
  if (!isRight)
    throw misplaced(
      `of kind ${kind} for iteration ${partition}`,
      `a ${expected} of iteration ${place.iteration} of the job`,
    );
}
