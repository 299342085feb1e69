import type { EnvironmentOptions, FileSystem } from "@millrace/core";
import type { DataSet, ExecutionEnvironment } from "@millrace/dataset";
import type { Expectation } from "./expectation.js";
import type { KeyKind } from "./key-kind.js";

/**
 * Is one program of the conformance kit: what it runs by the public API, and what must come out on every engine.
 * @public
 */
export interface ConformanceProgram {
  /** Unique; the part before the slash is the chapter, such as `join/null keys match nothing`. */
  readonly name: string;
  /** The rows of the reference and the rules of SPEC files that it holds an engine to, such as `B036` or `K12`. */
  readonly covers: readonly string[];
  /** The operators it is about, by their method names. */
  readonly operators: readonly string[];
  /** How its keys are named and what values they have; empty for programs without keys. */
  readonly keyKinds: readonly KeyKind[];
  /** The case of the reference data that it runs, such as `dataset_ops/Join.JoinWithHuge`. */
  readonly referenceCase: string | undefined;
  /** The rule by which Millrace differs from the reference case; undefined when it does not. */
  readonly rule: string | undefined;
  /** What it needs besides an engine; it is left out, and counted, where that is missing. */
  readonly needs: readonly "files"[];
  /** The parallelisms at which its expectation holds; undefined for every one. */
  readonly parallelism: readonly number[] | undefined;
  /** Options that its environment must have; undefined for none. */
  readonly environment: EnvironmentOptions | undefined;
  /** Builds the program: returns a data set, which is then collected, or runs jobs itself and returns records. */
  readonly build: (env: ExecutionEnvironment, run: ProgramRun) => ProgramOutput;
  /** What must hold of the records; all of a list. */
  readonly expected: Expectation | readonly Expectation[];
}

/** Is what a program's `build` returns: a data set, or records. @public */
export type ProgramOutput =
  | DataSet<unknown>
  | readonly unknown[]
  | Promise<DataSet<unknown>>
  | Promise<readonly unknown[]>;

/** Is what a program knows of its run, and the files it may use. @public */
export interface ProgramRun {
  /** The parallelism of the environment. */
  readonly parallelism: number;
  /** The host's files. Throws UNSUPPORTED_BY_HOST for a host without; programs that say they need `files` are not run there. */
  readonly files: FileSystem;
  /** Returns the path of `name` in a directory of this run, which is removed afterwards. */
  path(name: string): Promise<string>;
  /** Writes a file into the directory of this run and returns its path. */
  writeFile(name: string, content: string | Uint8Array): Promise<string>;
  /** Reads a file as UTF-8. */
  readFile(path: string): Promise<string>;
}

/** Is what is said of a program; what is left out is empty or undefined. @internal */
export interface ProgramDefinition {
  readonly covers: readonly string[];
  readonly operators: readonly string[];
  readonly keyKinds?: readonly KeyKind[];
  readonly referenceCase?: string;
  readonly rule?: string;
  readonly needs?: readonly "files"[];
  readonly parallelism?: readonly number[];
  readonly environment?: EnvironmentOptions;
  readonly build: (env: ExecutionEnvironment, run: ProgramRun) => ProgramOutput;
  readonly expected: Expectation | readonly Expectation[];
}

/** Makes a program of its definition. @internal */
export function program(name: string, definition: ProgramDefinition): ConformanceProgram {
  return {
    keyKinds: [],
    referenceCase: undefined,
    rule: undefined,
    needs: [],
    parallelism: undefined,
    environment: undefined,
    ...definition,
    name,
  };
}
