/**
 * Knows which built-ins the program has replaced or deleted, and finds the code that would use them: in a worker they are as they were.
 *
 * What belongs to a global by its path, such as `Math.random`, is used by naming that global. A method of a prototype is used by its name
 * on any value, or by a computed name. Some are used by the language itself, without any name.
 */
import { type AnyNode, literalKey, partsOf, staticProperty } from "../syntax.js";

/** Is a property of a built-in object that is not what it was. */
export interface ReplacedBuiltIn {
  /** Leads to the object; empty for a global. */
  readonly holder: readonly string[];
  readonly key: PropertyKey;
}

/** Methods that operators, statements and other built-ins call. */
const USED_BY_THE_LANGUAGE = new Set(
  "add constructor exec next resolve return set then throw toISOString toJSON toString valueOf".split(" "),
);

/** Holds what was replaced when a capture began. */
export class ReplacedBuiltIns {
  /** `Math.random`, and `Math` for those who take it as a whole. */
  readonly #paths = new Map<string, string>();
  readonly #methods = new Set<string>();
  #implicit: string | undefined;

  constructor(replaced: readonly ReplacedBuiltIn[]) {
    for (const { holder, key } of replaced) {
      const isMethod = holder.includes("prototype") || holder[0]?.startsWith("%") === true;
      const path = [...holder, String(key)].join(".");
      if (!isMethod) this.#addPath([...holder, String(key)]);
      else if (typeof key === "symbol" || USED_BY_THE_LANGUAGE.has(String(key))) this.#implicit = path;
      else this.#methods.add(String(key));
    }
  }

  #addPath(path: readonly string[]): void {
    for (let length = 1; length <= path.length; length++) {
      const part = path.slice(0, length).join(".");
      if (!this.#paths.has(part)) this.#paths.set(part, path.join("."));
    }
  }

  /** Gives the replaced built-in that one takes who uses a global or members of it. */
  ofGlobal(name: string, members: readonly string[] | "whole"): string | undefined {
    const whole = this.#paths.get(name);
    if (members === "whole" || whole === name) return whole;
    return members.map((member) => this.#paths.get(`${name}.${member}`)).find((each) => each !== undefined);
  }

  /** Gives the replaced built-in that one takes who takes the original object with a path. */
  within(path: readonly string[]): string | undefined {
    const own = path.join(".");
    const found = this.#paths.get(own);
    return found === own ? undefined : found;
  }

  /** Says in a phrase which replaced method code uses; undefined when it uses none. */
  usedBy(code: AnyNode): string | undefined {
    if (this.#implicit !== undefined) {
      return `a function of a program that has replaced the built-in ${this.#implicit}, which code uses without naming it`;
    }
    return this.#methods.size === 0 ? undefined : this.#usedIn(code);
  }

  #usedIn(node: AnyNode): string | undefined {
    for (const name of namesIn(node)) {
      if (this.#methods.has(name))
        return `a function that uses .${name}, a built-in method which the program has replaced`;
    }
    if (isComputedCall(node)) {
      const [name] = this.#methods;
      return `a function that calls a method by a computed name, which may be .${name}, a built-in method that the program has replaced`;
    }
    for (const part of partsOf(node)) {
      const used = this.#usedIn(part);
      if (used !== undefined) return used;
    }
    return undefined;
  }
}

/** Lists the properties that a node names, and texts, which may name one elsewhere. */
function namesIn(node: AnyNode): string[] {
  switch (node.type) {
    case "MemberExpression":
      return [staticProperty(node) ?? ""];
    case "ObjectPattern":
      return node.properties.map((each) =>
        each.type === "Property" && !each.computed ? (literalKey(each.key) ?? "") : "",
      );
    case "Literal":
      return typeof node.value === "string" ? [node.value] : [];
    case "TemplateLiteral":
      return node.quasis.map(({ value }) => value.cooked ?? "");
    default:
      return [];
  }
}

function isComputedCall(node: AnyNode): boolean {
  const callee =
    node.type === "CallExpression" ? node.callee : node.type === "TaggedTemplateExpression" ? node.tag : undefined;
  return callee?.type === "MemberExpression" && callee.computed && staticProperty(callee) === undefined;
}
