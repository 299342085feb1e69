/**
 * Evaluates units of code. A unit is wrapped into a function that declares its free names around it:
 *
 *     (function ($0) { "use strict"; const a = $0; var b; return [( text ), function ($0) { b = $0; }]; })
 *
 * Names are constants, which the engine puts into the code that it makes, as it did in the program: a function that calls itself is one too,
 * `const f = ( text )`. Names that are set later are variables. The wrapper is compiled once for all functions of a unit with the same
 * late names, so that they share what the engine learns. What stands before the text is taken off the column, so that positions stay.
 */
import type { HostScripts } from "@millrace/core";
import type { WireContent, WireUnit } from "../capture/wire.js";

/** Makes one function: its wrapper called with the values of the early names. */
type Wrapper = (...values: readonly unknown[]) => [value: unknown, set: ((...values: unknown[]) => void) | undefined];

/** Makes functions of the units of one graph. */
export class CodeMaker {
  readonly #content: WireContent;
  readonly #scripts: HostScripts;
  readonly #wrappers = new Map<string, Wrapper>();

  constructor(content: WireContent, scripts: HostScripts) {
    this.#content = content;
    this.#scripts = scripts;
  }

  /**
   * Makes a function.
   *
   * @param kinds - says of each name of the unit where its value is
   * @param home - what `super` of a method of an object starts from
   */
  make(
    unitIndex: number,
    values: readonly unknown[],
    kinds: readonly NameKind[],
    home: { readonly prototype: object | null } | undefined,
  ): { value: unknown; set: ((...values: unknown[]) => void) | undefined } {
    const key = `${unitIndex}:${kinds.join()}`;
    let wrapper = this.#wrappers.get(key);
    if (wrapper === undefined) {
      wrapper = this.#compile(this.#content.units[unitIndex]!, kinds);
      this.#wrappers.set(key, wrapper);
    }
    const [made, set] = wrapper(...values.filter((_, index) => kinds[index] === "early"));
    return { value: memberOf(made, this.#content.units[unitIndex]!.form, home), set };
  }

  #compile(unit: WireUnit, kinds: readonly NameKind[]): Wrapper {
    const { names, script, line, column } = unit;
    const ofKind = (kind: NameKind): string[] => names.filter((_, index) => kinds[index] === kind);
    const [early, late, self] = [ofKind("early"), ofKind("late"), ofKind("self")[0]];
    const parameter = parameterOf(unit);
    const parameters = early.map((_, index) => parameter + index).join();
    const constants = early.map((name, index) => `${keywordFor(name)} ${name}=${parameter}${index};`).join("");
    const variables = late.length === 0 ? "" : `var ${late.join()};`;
    const strict = unit.isStrict ? '"use strict";' : "";
    const head = self === undefined ? "return[" : `${keywordFor(self)} ${self}=`;
    const tail = self === undefined ? "" : `;return[${self}`;
    const before = `(function(${parameters}){${strict}${constants}${variables}${head}${prefixOf(unit)}`;
    const source = `${before}${unit.text}\n${suffixOf(unit)}${tail},${setterOf(late, parameter)}]})`;
    const { url, map } = this.#content.scripts[script]!;
    const place = { url, line, column: column - before.length, ...(map === undefined ? {} : { map }) };
    return this.#scripts.evaluate(source, place) as Wrapper;
  }
}

/** Where the value of a name is: there, made later, or the function that is being made itself. */
export type NameKind = "early" | "late" | "self";

/** Gives the beginning of names that the text does not have. */
function parameterOf({ text, names }: WireUnit): string {
  let parameter = "$";
  while (text.includes(parameter) || names.some((name) => name.startsWith(parameter))) parameter += "$";
  return parameter;
}

/** One name of sloppy code is none for constants. */
function keywordFor(name: string): string {
  return name === "let" ? "var" : "const";
}

function setterOf(late: readonly string[], parameter: string): string {
  if (late.length === 0) return "void 0";
  const parameters = late.map((_, index) => parameter + index);
  return `function(${parameters.join()}){${late.map((name, index) => `${name}=${parameters[index]};`).join("")}}`;
}

const MEMBER = "member";

function prefixOf({ form, isAsync, isGenerator }: WireUnit): string {
  switch (form) {
    case "expression":
      return "(";
    case "method":
      return `({${isAsync ? "async " : ""}${isGenerator ? "*" : ""}${MEMBER}`;
    case "getter":
      return `({get ${MEMBER}`;
    case "setter":
      return `({set ${MEMBER}`;
  }
}

function suffixOf({ form }: WireUnit): string {
  return form === "expression" ? ")" : "})";
}

function memberOf(
  made: unknown,
  form: WireUnit["form"],
  home: { readonly prototype: object | null } | undefined,
): unknown {
  if (form === "expression") return made;
  if (home !== undefined) Object.setPrototypeOf(made, home.prototype);
  const descriptor = Object.getOwnPropertyDescriptor(made, MEMBER);
  return form === "getter" ? descriptor?.get : form === "setter" ? descriptor?.set : (descriptor?.value as unknown);
}
