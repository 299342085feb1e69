/**
 * The result of source analysis: what the text of a user function tells, before anything runs.
 *
 * Everything here is plain data. Positions count from the start of the analysed text: the function's own text for
 * `analyzeFunctionText`, the whole script for `parseScript`.
 */

/** Names the syntactic form of a user function. @beta */
export type FunctionKind = "arrow" | "function" | "method" | "getter" | "setter" | "class";

/**
 * Says whether code runs in strict mode. The text of a function shows it only sometimes (a directive, a class, syntax
 * that strict mode forbids); `"unknown"` code is read by the strict rules, since modules and TypeScript are strict.
 * @beta
 */
export type Strictness = "strict" | "sloppy" | "unknown";

/** Locates one character of the analysed text. @beta */
export interface SourcePosition {
  /** Characters (UTF-16 units) before it. */
  readonly offset: number;
  /** Counts from 1; a line ends where JavaScript says so (LF, CR, CRLF, U+2028, U+2029). */
  readonly line: number;
  /** Counts from 1, in UTF-16 units, as stack traces do. */
  readonly column: number;
}

/** Names the syntax by which a variable gets a new value. @beta */
export type AssignmentForm =
  | "="
  | "+="
  | "-="
  | "*="
  | "/="
  | "%="
  | "**="
  | "<<="
  | ">>="
  | ">>>="
  | "&="
  | "|="
  | "^="
  | "&&="
  | "||="
  | "??="
  | "++"
  | "--"
  | "destructuring"
  | "for-of"
  | "for-in"
  | "delete";

/**
 * Says when the code around an occurrence runs. In a class, `"definition"` is the `extends` clause, computed keys,
 * static fields and static blocks; `"construction"` is the constructor and the initializers of instance fields.
 * Everything else, and every function that is no class, is `"call"`.
 * @beta
 */
export type ExecutionPhase = "call" | "construction" | "definition";

/** Describes one assignment to a variable that the function does not declare. @beta */
export interface CapturedAssignment {
  /** The operator or other syntax that assigns. */
  readonly form: AssignmentForm;
  /** The start of the assigning expression, or of the target inside a pattern or the head of a loop. */
  readonly position: SourcePosition;
  /** When the assignment runs, if it runs. */
  readonly phase: ExecutionPhase;
  /** The member of the analysed class that the assignment stands in; undefined outside a class or for a computed key. */
  readonly member: string | undefined;
}

/**
 * Describes a name that resolves to no binding inside the function: a captured variable, an import or a global.
 * @beta
 */
export interface FreeName {
  /** The identifier, escapes resolved. */
  readonly name: string;
  /** The first occurrence. */
  readonly position: SourcePosition;
  /** True for a name whose value is used; compound assignment, `++` and `delete` use it, plain `=` does not. */
  readonly isRead: boolean;
  /** True when every occurrence is `typeof name`, which works for a name that exists nowhere. */
  readonly isTypeofOnly: boolean;
  /** Every assignment to it; empty for a name that is only read. */
  readonly assignments: readonly CapturedAssignment[];
  /**
   * The properties that are read when the name is used by static member access only (`counter.n`, `pair[0]`,
   * `const { n } = counter`), in order of appearance; `"whole"` when the value itself goes anywhere, or a property is written.
   */
  readonly members: readonly string[] | "whole";
  /** Those members that are called, so that they receive the value as `this`. */
  readonly calledMembers: readonly string[];
}

/** Describes one declared parameter. @beta */
export interface ParameterAnalysis {
  /** Undefined for a destructured parameter. */
  readonly name: string | undefined;
  /** True for an object or array pattern. */
  readonly isDestructured: boolean;
  /** True for a parameter with a default value. */
  readonly hasDefault: boolean;
  /** True for `...rest`. */
  readonly isRest: boolean;
}

/**
 * Lists the fields of a parameter that can be read, or says that this is not certain. A listed field may still go
 * unread in a given call; a field that is not listed is never read.
 * @beta
 */
export type FieldsRead = readonly string[] | "unknown";

/**
 * Names what a function takes from its surroundings besides variables. `outer…` is what belongs to the function around
 * the analysed one (arrows, and the head and computed keys of a class); `own…` is its own.
 * @beta
 */
export type SpecialUse =
  | "outerThis"
  | "outerArguments"
  | "outerNewTarget"
  | "outerSuper"
  | "ownThis"
  | "ownArguments"
  | "ownNewTarget"
  | "ownSuper"
  | "importMeta"
  | "dynamicImport"
  | "directEval"
  | "with";

/** Describes a private name (`#count`) that the text uses and does not declare. @beta */
export interface FreePrivateName {
  /** Without the `#`. */
  readonly name: string;
  /** The first occurrence. */
  readonly position: SourcePosition;
}

/** Holds what the source of one user function tells. @beta */
export interface FunctionAnalysis {
  /** The form it is written in; tells this result from the two without source. */
  readonly kind: FunctionKind;
  /** As written: an identifier, a quoted or numeric key, `#name`; undefined for anonymous functions and computed keys. */
  readonly name: string | undefined;
  /** What text and caller together tell about strict mode. */
  readonly strictness: Strictness;
  /** True for `async` functions, async generators included; false for a class. */
  readonly isAsync: boolean;
  /** True for generators, async ones included; false for a class. */
  readonly isGenerator: boolean;
  /** As declared, with rest and defaulted parameters; those of the constructor for a class. */
  readonly parameters: readonly ParameterAnalysis[];
  /** In order of first appearance, each name once. With a direct `eval` other names may be read and assigned too. */
  readonly freeNames: readonly FreeName[];
  /** In order of first appearance, each name once. */
  readonly privateNames: readonly FreePrivateName[];
  /** Every occurrence of each special use, in order of the text; an empty list where there is none. */
  readonly uses: Readonly<Record<SpecialUse, readonly SourcePosition[]>>;
  /**
   * Reads of the function's own name. In an expression that is the function itself, in a declaration the variable
   * around it, and the text of a function does not tell one from the other.
   */
  readonly selfReferences: readonly SourcePosition[];
  /** True when the body can end, and never ends with a value: most likely a forgotten `return`. */
  readonly returnsNothing: boolean;
  /** For the first and the second argument, declared or not. */
  readonly fieldsRead: readonly [first: FieldsRead, second: FieldsRead];
}

/** Stands for a function without source: a built-in, a bound function, a callable proxy. @beta */
export interface NativeFunctionAnalysis {
  /** Tells this outcome from the others. */
  readonly kind: "native";
}

/** Stands for a text that cannot be read as a function. @beta */
export interface UnparsableAnalysis {
  /** Tells this outcome from the others. */
  readonly kind: "unparsable";
  /** A phrase for a message, such as the parser's complaint. */
  readonly reason: string;
  /** Where the parser gave up, when it says so. */
  readonly position: SourcePosition | undefined;
}

/** Holds the outcome of source analysis; look at `kind` first. @beta */
export type SourceAnalysis = FunctionAnalysis | NativeFunctionAnalysis | UnparsableAnalysis;

/** Lists the free names whose values the function uses. @beta */
export function readNamesOf(analysis: FunctionAnalysis): string[] {
  return analysis.freeNames.filter((free) => free.isRead).map((free) => free.name);
}

/** Lists the free names that the function assigns to. @beta */
export function assignedNamesOf(analysis: FunctionAnalysis): string[] {
  return analysis.freeNames.filter((free) => free.assignments.length > 0).map((free) => free.name);
}

/** Tells a function with source from the two outcomes without. @beta */
export function isAnalyzed(analysis: SourceAnalysis): analysis is FunctionAnalysis {
  return analysis.kind !== "native" && analysis.kind !== "unparsable";
}
