import { Configuration, MillraceError, type ParameterValue } from "@millrace/core";

/** A name: one or two dashes, then anything that is no number, so that `-5` is a value. */
const NAME = /^--?(?!\d|\.\d)(.+)$/;

/**
 * Reads a program's parameters (B195): from arguments (`--key value`, `-key value`, `--key=value`, `--flag`), from an object,
 * or from the text of a properties file. A name that is given several times keeps all its values; `get` returns the last.
 * @public
 */
export class ParameterTool {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  private constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /**
   * Reads arguments, as in `process.argv.slice(2)`. A name without a value is a flag: it is there, and its value is `"true"`.
   * A value that begins with a dash must be a number, or be written `--key=-value`.
   * Throws INVALID_ARGUMENT for a value that no name precedes.
   */
  static fromArgs(args: readonly string[]): ParameterTool {
    const values = new Map<string, string[]>();
    for (let position = 0; position < args.length; position++) {
      const argument = args[position] as string;
      const name = NAME.exec(argument)?.[1];
      if (name === undefined || name.startsWith("=")) {
        throw new MillraceError({
          code: "INVALID_ARGUMENT",
          what: `The program argument ${JSON.stringify(argument)} has no name`,
          expected: "arguments such as --key value, --key=value or --flag",
        });
      }
      const equals = name.indexOf("=");
      if (equals >= 0) {
        append(values, name.slice(0, equals), name.slice(equals + 1));
        continue;
      }
      const next = args[position + 1];
      if (next === undefined || NAME.test(next)) {
        append(values, name, "true");
      } else {
        append(values, name, next);
        position++;
      }
    }
    return new ParameterTool(values);
  }

  /** Takes the entries of an object; undefined values are absent. */
  static fromObject(entries: Readonly<Record<string, ParameterValue | undefined>>): ParameterTool {
    const values = new Map<string, string[]>();
    for (const [name, value] of Object.entries(entries)) if (value !== undefined) append(values, name, String(value));
    return new ParameterTool(values);
  }

  /** Reads lines of `name=value` or `name: value`; empty lines and lines that begin with `#` or `!` are skipped. */
  static fromProperties(text: string): ParameterTool {
    const values = new Map<string, string[]>();
    for (const line of text.split(/\r?\n/)) {
      const match = /^\s*([^#!\s=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line);
      if (match !== null) append(values, match[1] as string, match[2] as string);
    }
    return new ParameterTool(values);
  }

  /** Returns these parameters and those of `other`, which win. */
  mergeWith(other: ParameterTool): ParameterTool {
    return new ParameterTool(new Map([...this.#values, ...other.#values]));
  }

  /** Tells whether `name` was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Returns the last value of `name`, or `fallback`, or undefined. */
  get(name: string): string | undefined;
  get(name: string, fallback: string): string;
  get(name: string, fallback?: string): string | undefined {
    return this.#values.get(name)?.at(-1) ?? fallback;
  }

  /** Returns all values of `name`, in the order they were given; none when it was not. */
  getAll(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Returns the value of `name`. Throws MISSING_PARAMETER, which lists the names that were given. */
  getRequired(name: string): string {
    const value = this.get(name);
    if (value !== undefined) return value;
    throw new MillraceError({
      code: "MISSING_PARAMETER",
      what: `The program needs the parameter ${JSON.stringify(name)}, which was not given`,
      expected: `--${name} <value> among the arguments`,
      fix:
        this.#values.size === 0 ? "No parameters were given." : `Given were: ${[...this.#values.keys()].join(", ")}.`,
    });
  }

  /** Returns the value of `name` as a number, or `fallback`. Throws INVALID_ARGUMENT for what is no number. */
  getNumber(name: string, fallback: number): number {
    const value = this.get(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (value.trim() !== "" && !Number.isNaN(number)) return number;
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: `The parameter ${JSON.stringify(name)} is ${JSON.stringify(value)}`,
      expected: "a number",
    });
  }

  /** Returns the value of `name` as a boolean, or `fallback`. Throws INVALID_ARGUMENT for what is neither `true` nor `false`. */
  getBoolean(name: string, fallback: boolean): boolean {
    const value = this.get(name);
    if (value === undefined) return fallback;
    if (value === "true" || value === "false") return value === "true";
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: `The parameter ${JSON.stringify(name)} is ${JSON.stringify(value)}`,
      expected: "true or false",
    });
  }

  /** Returns the names, in the order they were first given. */
  names(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** Returns the last value of every name, as what `jobParameters` of an environment and `withParameters` take. */
  toObject(): Record<string, string> {
    return Object.fromEntries([...this.#values].map(([name, values]) => [name, values.at(-1) as string]));
  }

  /** Returns the last value of every name as a {@link Configuration}. */
  toConfiguration(): Configuration {
    return new Configuration(this.toObject());
  }
}

function append(values: Map<string, string[]>, name: string, value: string): void {
  const list = values.get(name);
  if (list === undefined) values.set(name, [value]);
  else list.push(value);
}
