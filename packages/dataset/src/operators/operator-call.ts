import type { OperatorCommon, SourceLocation } from "@millrace/common-api";
import { type ErrorDetails, MillraceError, type TypeInformation } from "@millrace/core";
import type { Data } from "../data/data.js";
import { isData, type NodeState, nodeOf } from "../data/node-state.js";
import type { EnvironmentState } from "../environment/environment-state.js";
import { baseName, callSite } from "./call-site.js";

/** The most subtasks of one operator. Each costs memory and time to set up, so that many more would look as if the program hung. */
const MAX_PARALLELISM = 32_768;

/**
 * Is the making of one operator: what it is called, where it was called, and how its errors are reported. One per call of a
 * fluent method.
 * @internal
 */
export class OperatorCall implements OperatorCommon {
  readonly name: string;
  readonly location: SourceLocation | undefined;

  constructor(verb: string, location: SourceLocation | undefined = callSite()) {
    this.location = location;
    this.name = nameAt(verb, location);
  }

  /** Returns the same call for an operator that is called something else. */
  named(verb: string): OperatorCall {
    return new OperatorCall(verb, this.location);
  }

  /** Returns an error that names this operator and the line of the user's program. */
  error(details: Omit<ErrorDetails, "where">, field?: string): MillraceError {
    const { file, line, column } = this.location ?? {};
    return new MillraceError({ ...details, where: { operator: this.name, file, line, column, field } });
  }

  /** Runs `check`, adding to its errors the name of this operator and the line of the user's program. */
  check<R>(check: () => R): R {
    try {
      return check();
    } catch (error) {
      const { file, line, column } = this.location ?? {};
      throw error instanceof MillraceError ? error.at({ operator: this.name, file, line, column }) : error;
    }
  }

  /** Throws INVALID_ARGUMENT unless `value` is an integer of at least `least`. */
  requireInteger(value: unknown, what: string, least: number, fix?: string): number {
    if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
    throw this.error({
      code: "INVALID_ARGUMENT",
      what: `${what} is ${describe(value)}`,
      expected: `an integer of at least ${least}`,
      fix,
    });
  }

  /** Throws INVALID_ARGUMENT unless `value` is a number of subtasks. */
  requireParallelism(value: unknown): number {
    const parallelism = this.requireInteger(value, "parallelism", 1);
    if (parallelism <= MAX_PARALLELISM) return parallelism;
    throw this.error({
      code: "INVALID_ARGUMENT",
      what: `parallelism is ${describe(value)}`,
      expected: `an integer from 1 to ${MAX_PARALLELISM}`,
      fix: "More subtasks than processors gain nothing.",
    });
  }

  /** Throws INVALID_ARGUMENT unless `value` is a text with something in it. */
  requireName(value: unknown): string {
    if (typeof value === "string" && value.trim() !== "") return value;
    throw this.error({
      code: "INVALID_ARGUMENT",
      what: `The name is ${describe(value)}`,
      expected: "a non-empty string",
    });
  }

  /** Throws INVALID_ARGUMENT unless `value` is a type information. */
  requireType(value: unknown): TypeInformation<unknown> {
    if (typeof value === "object" && value !== null && "kind" in value) return value as TypeInformation<unknown>;
    throw this.error({
      code: "INVALID_ARGUMENT",
      what: `The type is ${describe(value)}`,
      expected: "a type made by types, such as types.row({ id: types.int32 })",
    });
  }

  /** Throws INVALID_ARGUMENT unless `value` is a path or a list of at least one. */
  requirePaths(value: string | readonly string[]): string | readonly string[] {
    const given: unknown = value;
    if (typeof given === "string" && given !== "") return value;
    if (Array.isArray(given) && given.length > 0 && given.every((each) => typeof each === "string" && each !== "")) {
      return value;
    }
    throw this.error({
      code: "INVALID_ARGUMENT",
      what: `The path is ${describe(given)}`,
      expected: "a path, or an array of at least one",
      fix: given instanceof URL ? "Give the path of the URL: fileURLToPath(url), from node:url." : undefined,
    });
  }

  /** Throws INVALID_ARGUMENT unless `value` has the methods of a source. */
  requireSource<S>(value: S): S {
    const given: unknown = value;
    const has = (name: string): boolean => typeof (given as Record<string, unknown> | null)?.[name] === "function";
    if (has("createSplits") && has("read")) return value;
    throw this.error({
      code: "INVALID_ARGUMENT",
      what: `The source is ${describe(given)}`,
      expected: "an object with the methods createSplits and read",
    });
  }

  /** Returns the node of another data set of the same environment; throws INVALID_ARGUMENT or ENVIRONMENT_MISMATCH. */
  requireData(value: unknown, environment: EnvironmentState, role: string): NodeState {
    if (!isData(value)) {
      throw this.error({
        code: "INVALID_ARGUMENT",
        what: `${role} is ${describe(value)}`,
        expected: "a data set",
        fix: "Make one of it with env.fromCollection(…).",
      });
    }
    const node = nodeOf(value as Data<unknown>);
    if (node.environment !== environment) {
      throw this.error({
        code: "ENVIRONMENT_MISMATCH",
        what: `${role} belongs to another environment`,
        expected: "data sets of one environment",
        fix: "Make both from the same ExecutionEnvironment, or collect() one and give it to fromCollection of the other.",
      });
    }
    return node;
  }
}

/** Returns the name of an operator called at `location`. @internal */
export function nameAt(verb: string, location: SourceLocation | undefined): string {
  return location === undefined ? verb : `${verb} at ${baseName(location.file)}:${location.line}:${location.column}`;
}

/** Describes a value for an error message in a few words, never its content when it is data. @internal */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value === "function") return value.name === "" ? "a function" : `the function ${value.name}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "symbol" ? "a symbol" : `an object (${value.constructor?.name ?? "without a class"})`;
}
