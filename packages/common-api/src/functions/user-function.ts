/** Says where in the user's program an operator was called. @public */
export interface SourceLocation {
  /** The file's name as stack traces show it, or its base name. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
}

/** Is any function; the operator's kind says how it is called. @public */
export type AnyFunction = (...args: never[]) => unknown;

/**
 * Is user code inside of an operator: a plain function, or an object with a method of a known name and optionally
 * `open`, `close` and `clone`. Engines never call `target` of an object directly: each subtask has an object of its own,
 * made anew for it.
 * @public
 */
export interface UserFunction {
  /** The function, or the object that has it as a method. */
  readonly target: AnyFunction | object;
  /** The method to call when `target` is an object, such as `map`. */
  readonly method: string;
}
