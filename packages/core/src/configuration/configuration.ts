/**
 * Holds parameters that are given to functions, sources and sinks: a flat map from names to scalars. Immutable.
 * @public
 */
export class Configuration {
  readonly #entries: ReadonlyMap<string, ParameterValue>;

  constructor(entries: Readonly<Record<string, ParameterValue>> = {}) {
    this.#entries = new Map(Object.entries(entries));
  }

  /** Returns the value of `name`, or undefined. */
  get(name: string): ParameterValue | undefined {
    return this.#entries.get(name);
  }

  /** Returns the value of `name` as a string, or `fallback` when it is absent. */
  getString(name: string, fallback: string): string {
    const value = this.#entries.get(name);
    return value === undefined ? fallback : String(value);
  }

  /** Returns the value of `name` as a number, or `fallback` when it is absent; NaN when it is no number. */
  getNumber(name: string, fallback: number): number {
    const value = this.#entries.get(name);
    return value === undefined ? fallback : Number(value);
  }

  /** Returns the value of `name` as a boolean, or `fallback` when it is absent. Only true and `"true"` are true. */
  getBoolean(name: string, fallback: boolean): boolean {
    const value = this.#entries.get(name);
    return value === undefined ? fallback : value === true || value === "true";
  }

  /** Returns the names in insertion order. */
  names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Returns the entries as a plain object. */
  toJSON(): Record<string, ParameterValue> {
    return Object.fromEntries(this.#entries);
  }
}

/** Is a value that a {@link Configuration} can hold. @public */
export type ParameterValue = string | number | boolean;
