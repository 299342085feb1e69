/**
 * Evaluates units of code. A unit is wrapped into a function whose parameters are its free names:
 *
 *     (function (a, b) { "use strict"; let c; return [( text ), function ($0) { c = $0; }]; })
 *
 * Names that are set later are variables. The wrapper is compiled once for all functions of a unit with the same late names, so that they
 * share what the engine learns, as they did in the program. What stands before the text is taken off the column, so that
 * positions stay.
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
   * @param isLate - says for each name of the unit whether its value comes later, through `set`
   * @param home - what `super` of a method of an object starts from
   */
  make(
    unitIndex: number,
    values: readonly unknown[],
    isLate: readonly boolean[],
    home: { readonly prototype: object | null } | undefined,
  ): { value: unknown; set: ((...values: unknown[]) => void) | undefined } {
    const lateIndexes = isLate.flatMap((late, index) => (late ? [index] : []));
    const key = `${unitIndex}:${lateIndexes.join()}`;
    let wrapper = this.#wrappers.get(key);
    if (wrapper === undefined) {
      wrapper = this.#compile(this.#content.units[unitIndex]!, isLate);
      this.#wrappers.set(key, wrapper);
    }
    const [made, set] = wrapper(...values.filter((_, index) => !isLate[index]));
    return { value: memberOf(made, this.#content.units[unitIndex]!.form, home), set };
  }

  #compile(unit: WireUnit, isLate: readonly boolean[]): Wrapper {
    const { names, script, line, column } = unit;
    const early = names.filter((_, index) => !isLate[index]);
    const late = names.filter((_, index) => isLate[index]);
    const values = late.map((_, index) => `$millrace${index}`);
    const declaration = late.length === 0 ? "" : `let ${late.join()};`;
    const set =
      late.length === 0
        ? "void 0"
        : `function(${values.join()}){${late.map((name, index) => `${name}=${values[index]};`).join("")}}`;
    const strict = unit.isStrict ? '"use strict";' : "";
    const before = `(function(${early.join()}){${strict}${declaration}return[${prefixOf(unit)}`;
    const source = `${before}${unit.text}\n${suffixOf(unit)},${set}]})`;
    const { url, map } = this.#content.scripts[script]!;
    const place = { url, line, column: column - before.length, ...(map === undefined ? {} : { map }) };
    return this.#scripts.evaluate(source, place) as Wrapper;
  }
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
