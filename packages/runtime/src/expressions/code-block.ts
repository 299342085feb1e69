/**
 * Text of generated code as it is put together: a unit is the text of one function with all that it refers to, a block a piece of
 * it with names of its own. Users' names and values get into the text as JSON string literals only; everything else that comes from
 * outside is a constant in the scope.
 */
import { literal } from "@millrace/core";

/** Collects what the blocks of one generated function refer to. @internal */
export class CodeUnit {
  /** What the text refers to, by name. */
  readonly scope: Record<string, unknown> = {};
  /** Declarations of functions in front of the text. */
  readonly functions: string[] = [];
  readonly #named = new Map<unknown, string>();
  #numNames = 0;

  /** Returns a name that nothing else has: the names of code that reads rows begin otherwise. */
  name(kind: string): string {
    return `$${kind}${this.#numNames++}`;
  }

  /** Returns the name of a value that comes from outside; the same for the same value. */
  constant(kind: string, value: unknown): string {
    const known = this.#named.get(value);
    if (known !== undefined) return known;
    const name = this.name(kind);
    this.#named.set(value, name);
    this.scope[name] = value;
    return name;
  }

  /** Returns the name of a helper of ours. */
  helper(name: string, value: unknown): string {
    this.scope[name] = value;
    return name;
  }

  /** Adds what other code refers to. */
  addScope(scope: Readonly<Record<string, unknown>>): void {
    Object.assign(this.scope, scope);
  }
}

/** Collects the statements of one block. Names that it declares are seen in blocks inside of it. @internal */
export class CodeBlock {
  readonly unit: CodeUnit;
  /** Whether a statement of it may throw. */
  canFail = false;
  readonly #parent: CodeBlock | undefined;
  readonly #lines: string[] = [];
  /** Values that were computed, by what they are. */
  readonly #known = new Map<string, unknown>();

  constructor(unit: CodeUnit, parent?: CodeBlock) {
    this.unit = unit;
    this.#parent = parent;
  }

  /** Begins a block inside of this one. It is the caller's to add its text. */
  inner(): CodeBlock {
    return new CodeBlock(this.unit, this);
  }

  /** Adds a statement. */
  add(statement: string): void {
    if (statement !== "") this.#lines.push(statement);
  }

  /** Computes an expression once and returns the name of its value. */
  local(expression: string, kind = "t"): string {
    const name = this.unit.name(kind);
    this.add(`const ${name} = ${expression};`);
    return name;
  }

  /** Returns what was remembered under `key` in this block or one around it. */
  recall<T>(key: string): T | undefined {
    return (this.#known.get(key) as T | undefined) ?? this.#parent?.recall<T>(key);
  }

  /** Remembers a value for the statements behind, in this block and inside of it. */
  remember(key: string, value: unknown): void {
    this.#known.set(key, value);
  }

  /** The statements. */
  text(): string {
    return this.#lines.join("\n");
  }
}

/** Returns a string as it stands in generated code. @internal */
export const quoted = literal;
