import type { Plan } from "@millrace/common-api";
import type { Engine, EnvironmentOptions, FileSystem } from "@millrace/core";
import type { ExecutionEnvironment } from "@millrace/dataset";
import type { ConformanceProgram } from "./program.js";

/** Says what the kit runs, and on what. Give an engine, or a function that makes environments. @public */
export type ConformanceOptions = ConformanceSelection &
  (
    | {
        /** The engine under test. All programs run on it, one after the other; the kit does not close it. */
        readonly engine: Engine<Plan>;
      }
    | {
        /** Makes an environment for one program; it is disposed of after the program. */
        readonly createEnvironment: (options: EnvironmentOptions) => ExecutionEnvironment;
        /** The files for programs that need some; without them these programs are left out, and counted. */
        readonly files?: FileSystem | undefined;
      }
  );

/** Says which programs run, and how. @public */
export interface ConformanceSelection {
  /** The parallelisms at which every program runs; 1, 2 and 7 by default. */
  readonly parallelism?: readonly number[];
  /** Chooses programs, by a part of the name or by a function; all of them by default. */
  readonly filter?: string | ((program: ConformanceProgram) => boolean);
  /** Whether records are checked between fused operators too; true by default. */
  readonly checkRecords?: boolean;
  /** The programs; those of the kit by default. */
  readonly programs?: readonly ConformanceProgram[];
  /** Further options of the environments. */
  readonly environment?: EnvironmentOptions;
  /**
   * How long a program may take before it counts as failed, in milliseconds by the clock of the engine's host; 60,000 by
   * default. Environments that the kit is given a function for have no limit: the test runner's must do.
   */
  readonly timeLimitMs?: number;
}

/** How many subtasks there are by default: one, a few, and more than most inputs have records or keys. */
const DEFAULT_PARALLELISM: readonly number[] = [1, 2, 7];

/** Is one program at one parallelism. @internal */
export interface ScheduledProgram {
  readonly program: ConformanceProgram;
  readonly parallelism: number;
}

/** Returns the runs that the options ask for, in the order of the programs. @internal */
export function scheduled(options: ConformanceSelection, all: readonly ConformanceProgram[]): ScheduledProgram[] {
  const parallelisms = options.parallelism ?? DEFAULT_PARALLELISM;
  const programs = (options.programs ?? all).filter((program) => isChosen(program, options.filter));
  return programs.flatMap((program) =>
    parallelisms
      .filter((parallelism) => program.parallelism?.includes(parallelism) ?? true)
      .map((parallelism) => ({ program, parallelism })),
  );
}

function isChosen(program: ConformanceProgram, filter: ConformanceSelection["filter"]): boolean {
  if (filter === undefined) return true;
  return typeof filter === "string" ? program.name.includes(filter) : filter(program);
}
