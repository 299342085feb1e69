/**
 * Makes random function texts together with what a correct analysis must find in them.
 *
 * The texts come from a model that works the other way round than the analysis: for every function and block it first
 * decides which names are declared there, then writes declarations and references at random places, and resolves each
 * reference in the model as it writes it. All names come from a pool of eight, so that shadowing is the rule.
 * The model knows JavaScript's early errors and stays clear of them.
 */
import type { AssignmentForm } from "../src/index.js";
import type { SeededRandom } from "./seeded-random.js";

/** All variables of the generated functions have these names. */
export const NAMES: readonly string[] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** A free function that every generated function body calls first, so that a run can be bounded. */
export const FUEL = "$";

/** What must be found in a generated text. */
export interface GeneratedFunction {
  readonly kind: "arrow" | "function" | "method" | "class";
  readonly text: string;
  readonly strictness: "strict" | "sloppy";
  readonly reads: Set<string>;
  /** The forms by which each free name is assigned, in order of the text. */
  readonly assignments: Map<string, AssignmentForm[]>;
  numOuterThis: number;
  numOwnThis: number;
  numOuterArguments: number;
  numOwnArguments: number;
  numSelfReferences: number;
  /** Whether the body, which always can end, has no `return` with a value. */
  returnsNothing: boolean;
}

/** One function of the model, or what acts as one: a static block, a field initializer. */
interface FunctionModel {
  readonly owner: "outer" | "own" | "inner";
  readonly isStrict: boolean;
  readonly isGenerator: boolean;
  readonly isAsync: boolean;
  readonly allowsArguments: boolean;
  readonly allowsReturn: boolean;
  /** Names that the body still has to declare by `var`. */
  readonly pendingVars: Set<string>;
  /** Names that the body still has to declare by a function in a block, in sloppy code. */
  readonly pendingBlockFunctions: Set<string>;
}

interface ModelScope {
  readonly parent: ModelScope | undefined;
  readonly in: FunctionModel;
  readonly names: ReadonlySet<string>;
  /** Names that a `var` inside must not have. */
  readonly blocksVars: ReadonlySet<string>;
  /** Holds the own name of the analysed function, which its text shows neither bound nor free. */
  readonly isSelf?: true;
  /** Holds the parameter of a catch clause that is a plain name: `var` may redeclare it, but not in the head of a loop. */
  readonly isPlainCatch?: boolean;
}

const COMPOUND: readonly AssignmentForm[] = ["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "&&=", "||=", "??="];
const NONE: ReadonlySet<string> = new Set();

/** Makes one random function. With `isAsyncAllowed` it and those inside may be async, which a synchronous run cannot follow. */
export function randomFunction(random: SeededRandom, isAsyncAllowed: boolean): GeneratedFunction {
  return new FunctionWriter(random, isAsyncAllowed).root();
}

class FunctionWriter {
  readonly #random: SeededRandom;
  readonly #isAsyncAllowed: boolean;
  readonly #result: GeneratedFunction;
  #numLabels = 0;
  /** The function whose `return` statements count; the first one that gets a body. */
  #returning: FunctionModel | undefined;
  /** How much may still be written; small texts are easier to read and more of them can be tried. */
  #budget = 60;

  constructor(random: SeededRandom, isAsyncAllowed: boolean) {
    this.#random = random;
    this.#isAsyncAllowed = isAsyncAllowed;
    this.#result = {
      kind: random.pick(["arrow", "function", "function", "method", "class"]),
      text: "",
      strictness: random.pick(["strict", "sloppy"]),
      reads: new Set(),
      assignments: new Map(),
      numOuterThis: 0,
      numOwnThis: 0,
      numOuterArguments: 0,
      numOwnArguments: 0,
      numSelfReferences: 0,
      returnsNothing: false,
    };
  }

  root(): GeneratedFunction {
    const { kind } = this.#result;
    const isStrict = this.#result.strictness === "strict";
    const surroundings = this.#model({ owner: "outer", isStrict, allowsArguments: true });
    const nothing: ModelScope = { parent: undefined, in: surroundings, names: NONE, blocksVars: NONE };
    const text = this.#rootText(kind, nothing);
    return { ...this.#result, text };
  }

  #rootText(kind: GeneratedFunction["kind"], nothing: ModelScope): string {
    const isAsync = this.#isAsyncAllowed && this.#random.chance(0.1);
    const isGenerator = this.#random.chance(0.1);
    const head = isAsync ? "async " : "";
    const { isStrict } = nothing.in;
    switch (kind) {
      case "class":
        return this.#class(nothing, 0, this.#random.chance(0.5) ? this.#name() : undefined);
      case "arrow": {
        return head + this.#arrow(nothing, 0, isAsync);
      }
      case "method": {
        const inside = this.#model({ owner: "own", isStrict, isAsync, isGenerator, allowsArguments: true });
        const key = this.#random.pick(["m", "'a b'", "7", "['k']", "get", "async"]);
        return `${head}${isGenerator ? "*" : ""}${key}${this.#functionRest(nothing, inside, 0)}`;
      }
      case "function": {
        const inside = this.#model({ owner: "own", isStrict, isAsync, isGenerator, allowsArguments: true });
        const own = this.#random.chance(0.5) ? this.#name() : undefined;
        const names = own === undefined ? NONE : new Set([own]);
        const outer: ModelScope = { parent: nothing, in: nothing.in, names, blocksVars: NONE, isSelf: true };
        return `${head}function${isGenerator ? "*" : ""} ${own ?? ""}${this.#functionRest(outer, inside, 0)}`;
      }
    }
  }

  // References

  #name(): string {
    return this.#random.pick(NAMES);
  }

  #resolve(name: string, scope: ModelScope): "bound" | "self" | "free" {
    for (let each: ModelScope | undefined = scope; each !== undefined; each = each.parent) {
      if (each.names.has(name)) return each.isSelf ? "self" : "bound";
    }
    return "free";
  }

  #read(scope: ModelScope): string {
    const name = this.#name();
    const meaning = this.#resolve(name, scope);
    if (meaning === "free") this.#result.reads.add(name);
    if (meaning === "self") this.#result.numSelfReferences++;
    return name;
  }

  #assign(scope: ModelScope, form: AssignmentForm): string {
    const name = this.#name();
    if (this.#resolve(name, scope) === "bound") return name;
    const forms = this.#result.assignments.get(name) ?? [];
    this.#result.assignments.set(name, [...forms, form]);
    if (!["=", "destructuring", "for-of", "for-in"].includes(form)) this.#result.reads.add(name);
    return name;
  }

  #this(scope: ModelScope): string {
    if (scope.in.owner === "outer") this.#result.numOuterThis++;
    if (scope.in.owner === "own") this.#result.numOwnThis++;
    return "this";
  }

  #arguments(scope: ModelScope): string {
    if (!scope.in.allowsArguments) return this.#this(scope);
    if (scope.in.owner === "outer") this.#result.numOuterArguments++;
    if (scope.in.owner === "own") this.#result.numOwnArguments++;
    return "arguments";
  }

  // Functions and classes

  #model(given: Partial<FunctionModel> & Pick<FunctionModel, "owner" | "isStrict">): FunctionModel {
    return {
      isGenerator: false,
      isAsync: false,
      allowsArguments: true,
      allowsReturn: true,
      pendingVars: new Set(),
      pendingBlockFunctions: new Set(),
      ...given,
    };
  }

  #inner(scope: ModelScope, more: Partial<FunctionModel> = {}): FunctionModel {
    return this.#model({ owner: "inner", isStrict: scope.in.isStrict, ...more });
  }

  /** Parameters and body. */
  #functionRest(outer: ModelScope, inside: FunctionModel, depth: number, numParameters = 3): string {
    const parameters = this.#random.some(NAMES, numParameters);
    const scope: ModelScope = { parent: outer, in: inside, names: new Set(parameters), blocksVars: NONE };
    // Neither `yield` nor `await` may stand in parameters.
    const plain: ModelScope = { ...scope, in: { ...inside, isGenerator: false, isAsync: false } };
    return `(${this.#parameters(parameters, plain, depth)}) ${this.#body(scope, depth)}`;
  }

  #parameters(names: readonly string[], scope: ModelScope, depth: number): string {
    return names
      .map((name, index) => {
        if (index === names.length - 1 && this.#random.chance(0.15)) return `...${name}`;
        const target = this.#bindingPattern([name], scope, depth);
        return this.#random.chance(0.3) ? `${target} = ${this.#expression(scope, depth + 1)}` : target;
      })
      .join(", ");
  }

  #body(parameters: ModelScope, depth: number, isStaticBlock = false): string {
    if (depth === 0 && this.#returning === undefined && this.#result.kind !== "class") {
      this.#returning = parameters.in;
      this.#result.returnsNothing = true;
    }
    const { pendingVars, pendingBlockFunctions, isStrict } = parameters.in;
    const vars = this.#random.some(NAMES, 2);
    const isDeep = depth > 3 || this.#budget < 0;
    // The parser refuses a `var` and a function of one name at the top of a static block, which JavaScript allows.
    const functionNames = NAMES.filter((name) => !isStaticBlock || !vars.includes(name));
    const functions = this.#random.some(functionNames, isDeep ? 0 : 1);
    const blockFunctions = this.#random.some(NAMES, isStrict || isDeep ? 0 : 1);
    const taken = new Set([...parameters.names, ...vars, ...functions, ...blockFunctions]);
    const lexical = this.#random.some(
      NAMES.filter((name) => !taken.has(name)),
      2,
    );
    for (const name of vars) pendingVars.add(name);
    for (const name of blockFunctions) pendingBlockFunctions.add(name);
    const scope: ModelScope = {
      parent: parameters,
      in: parameters.in,
      names: new Set([...vars, ...functions, ...blockFunctions, ...lexical]),
      blocksVars: new Set(lexical),
    };
    const declarations = [
      ...lexical.map((name) => () => this.#lexicalDeclaration(name, scope, depth)),
      ...functions.map((name) => () => this.#functionDeclaration(name, scope, depth)),
    ];
    const statements = this.#statements(declarations, scope, depth);
    for (const name of pendingVars) statements.push(this.#varDeclaration(name, scope, depth));
    pendingVars.clear();
    for (const name of pendingBlockFunctions) statements.push(this.#blockFunction(name, scope, depth));
    pendingBlockFunctions.clear();
    for (const name of functions) statements.push(`try { ${name}($(1), $(1)); } catch {}`);
    return `{ ${FUEL}(); ${statements.join(" ")} }`;
  }

  #functionDeclaration(name: string, scope: ModelScope, depth: number): string {
    const isGenerator = this.#random.chance(0.1);
    const inside = this.#inner(scope, { isGenerator });
    return `function${isGenerator ? "*" : ""} ${name}${this.#functionRest(scope, inside, depth + 1)}`;
  }

  #functionExpression(scope: ModelScope, depth: number): string {
    const name = this.#random.chance(0.5) ? this.#name() : undefined;
    const isAsync = this.#isAsyncAllowed && this.#random.chance(0.2);
    const isGenerator = this.#random.chance(0.1);
    const names = name === undefined ? NONE : new Set([name]);
    const outer: ModelScope = { parent: scope, in: scope.in, names, blocksVars: NONE };
    const rest = this.#functionRest(outer, this.#inner(scope, { isGenerator, isAsync }), depth + 1);
    return `(${isAsync ? "async " : ""}function${isGenerator ? "*" : ""} ${name ?? ""}${rest})`;
  }

  #arrow(scope: ModelScope, depth: number, isAsync: boolean): string {
    const { owner, isStrict, allowsArguments } = scope.in;
    const inside = this.#model({ owner, isStrict, allowsArguments, isAsync });
    const parameters = this.#random.some(NAMES, 2);
    const own: ModelScope = { parent: scope, in: inside, names: new Set(parameters), blocksVars: NONE };
    const plain: ModelScope = { ...own, in: { ...inside, isAsync: false } };
    const head = `(${this.#parameters(parameters, plain, depth)}) => `;
    if (this.#random.chance(0.5)) return head + this.#body(own, depth);
    return `${head}(${FUEL}(), ${this.#expression(own, depth + 1)})`;
  }

  #class(outer: ModelScope, depth: number, name: string | undefined): string {
    const names = name === undefined ? NONE : new Set([name]);
    const { isGenerator: _, isAsync: __, ...frame } = outer.in;
    const strict = { ...frame, isGenerator: false, isAsync: false, isStrict: true };
    const scope: ModelScope = { parent: outer, in: strict, names, blocksVars: NONE };
    const heritage = this.#random.chance(0.15) ? ` extends (${this.#expression(scope, depth + 1)})` : "";
    const members: string[] = [];
    for (let count = this.#random.below(4); count > 0; count--) members.push(this.#classMember(scope, depth));
    return `class ${name ?? ""}${heritage} { ${members.join(" ")} }`;
  }

  #classMember(scope: ModelScope, depth: number): string {
    const isStatic = this.#random.chance(0.3) ? "static " : "";
    const field = this.#inner(scope, { isStrict: true, allowsArguments: false, allowsReturn: false });
    const initializer: ModelScope = { parent: scope, in: field, names: NONE, blocksVars: NONE };
    switch (this.#random.below(6)) {
      case 0:
        return `static ${this.#staticBlock(initializer, depth)}`;
      case 1:
        return `${isStatic}field${this.#numLabels++} = ${this.#expression(initializer, depth + 1)};`;
      case 2:
        return `${isStatic}[${this.#expression(scope, depth + 1)}] = ${this.#expression(initializer, depth + 1)};`;
      case 3:
        return `${isStatic}[${this.#expression(scope, depth + 1)}]${this.#method(scope, depth)}`;
      case 4:
        return `${isStatic}get ${this.#name()}${this.#functionRest(scope, this.#inner(scope, { isStrict: true }), depth + 1, 0)}`;
      default:
        return `${isStatic}#p${this.#numLabels++}${this.#method(scope, depth)}`;
    }
  }

  #method(scope: ModelScope, depth: number): string {
    return this.#functionRest(scope, this.#inner(scope), depth + 1);
  }

  #staticBlock(scope: ModelScope, depth: number): string {
    return this.#body(scope, depth + 1, true).replace(`${FUEL}(); `, "");
  }

  // Statements

  #statements(declarations: (() => string)[], scope: ModelScope, depth: number): string[] {
    const statements: string[] = [];
    const numOthers = depth > 4 ? 1 : 1 + this.#random.below(4);
    const parts = [...declarations, ...Array.from({ length: numOthers }, () => () => this.#statement(scope, depth))];
    while (parts.length > 0) {
      const [part] = parts.splice(this.#random.below(parts.length), 1);
      if (part !== undefined) statements.push(part());
    }
    return statements;
  }

  #statement(scope: ModelScope, depth: number): string {
    this.#budget--;
    const isSimple = depth > 4 || this.#budget < 0;
    switch (isSimple ? 0 : this.#random.below(15)) {
      case 1:
        return this.#block(scope, depth);
      case 2:
        return `if (${this.#expression(scope, depth + 1)}) ${this.#block(scope, depth)} else ${this.#block(scope, depth)}`;
      case 3:
        return this.#forEach(scope, depth);
      case 4:
        return this.#for(scope, depth);
      case 5:
        return this.#try(scope, depth);
      case 6:
        return this.#switch(scope, depth);
      case 7:
        return this.#varSomewhere(scope, depth);
      case 8:
        return this.#blockFunctionSomewhere(scope, depth);
      case 9: {
        const label = `l${this.#numLabels++}`;
        return `${label}: { ${this.#block(scope, depth)} break ${label}; }`;
      }
      case 10:
        if (scope.in.isStrict) break;
        return `with ({}) ${this.#block(scope, depth)}`;
      case 11:
        if (scope.in.allowsReturn) return this.#return(scope, depth);
        break;
      case 12:
        return `do ${this.#block(scope, depth)} while (false && ${this.#expression(scope, depth + 1)});`;
      default:
        break;
    }
    return `try { void ${this.#expression(scope, depth)}; } catch {}`;
  }

  #return(scope: ModelScope, depth: number): string {
    const condition = this.#random.pick(["$(1)", "!$(1)", "!$(1)"]);
    if (this.#random.chance(0.5)) return `if (${condition}) return;`;
    if (scope.in === this.#returning) this.#result.returnsNothing = false;
    return `if (${condition}) return ${this.#expression(scope, depth + 1)};`;
  }

  #block(scope: ModelScope, depth: number, extra: ReadonlySet<string> = NONE): string {
    const lexical = this.#random.some(
      NAMES.filter((name) => !extra.has(name)),
      2,
    );
    return `{ ${this.#blockBody(lexical, scope, depth).join(" ")} }`;
  }

  #blockBody(lexical: readonly string[], outer: ModelScope, depth: number): string[] {
    const names = new Set(lexical);
    const scope: ModelScope = {
      parent: outer,
      in: outer.in,
      names,
      blocksVars: new Set([...outer.blocksVars, ...names]),
    };
    // In sloppy code a function in a block would also be a variable of the function; those are written elsewhere.
    const asFunction = (name: string): boolean =>
      this.#random.chance(0.3) && (scope.in.isStrict || outer.blocksVars.has(name));
    const declarations = lexical.map((name) => () => {
      return asFunction(name)
        ? this.#functionDeclaration(name, scope, depth)
        : this.#lexicalDeclaration(name, scope, depth);
    });
    return this.#statements(declarations, scope, depth + 1);
  }

  #lexicalDeclaration(name: string, scope: ModelScope, depth: number): string {
    if (this.#random.chance(0.15)) return this.#class(scope, depth + 1, name);
    if (this.#random.chance(0.2)) return `let ${name};`;
    const kind = this.#random.pick(["let", "const"]);
    return `${kind} ${this.#bindingPattern([name], scope, depth)} = ${this.#initializer(scope, depth)};`;
  }

  /** Often something that cannot fail, so that a run gets further than to the first use before its declaration. */
  #initializer(scope: ModelScope, depth: number): string {
    return this.#random.chance(0.7) ? "$(1)" : this.#expression(scope, depth + 1);
  }

  #varDeclaration(name: string, scope: ModelScope, depth: number): string {
    if (this.#random.chance(0.3)) return `var ${name};`;
    return `var ${this.#bindingPattern([name], scope, depth)} = ${this.#initializer(scope, depth)};`;
  }

  #varSomewhere(scope: ModelScope, depth: number): string {
    const name = [...scope.in.pendingVars].find((each) => !scope.blocksVars.has(each));
    if (name === undefined) return ";";
    scope.in.pendingVars.delete(name);
    if (!isCaughtName(name, scope) && this.#random.chance(0.2))
      return `for (var ${name} of [1]) ${this.#block(scope, depth)}`;
    return this.#varDeclaration(name, scope, depth);
  }

  #blockFunctionSomewhere(scope: ModelScope, depth: number): string {
    const name = [...scope.in.pendingBlockFunctions].find((each) => !scope.blocksVars.has(each));
    if (name === undefined) return ";";
    scope.in.pendingBlockFunctions.delete(name);
    return this.#blockFunction(name, scope, depth);
  }

  /** In sloppy code; the name is a variable of the function as well. */
  #blockFunction(name: string, scope: ModelScope, depth: number): string {
    const inner: ModelScope = {
      parent: scope,
      in: scope.in,
      names: new Set([name]),
      blocksVars: new Set([...scope.blocksVars, name]),
    };
    const declaration = `function ${name}${this.#functionRest(inner, this.#inner(scope), depth + 1)}`;
    if (this.#random.chance(0.3)) return `if (1) ${declaration}`;
    return `{ ${declaration} try { ${name}(); } catch {} ${this.#statement(inner, depth + 1)} }`;
  }

  #forEach(outer: ModelScope, depth: number): string {
    const word = this.#random.pick(["of", "in"] as const);
    const over = word === "of" ? "[$(1)]" : "{ k: 1 }";
    if (this.#random.chance(0.5)) {
      const target = this.#target(outer, depth, `for-${word}`);
      return `try { for (${target} ${word} ${over}) ${this.#block(outer, depth)} } catch {}`;
    }
    const names = this.#random.some(NAMES, 1).concat(this.#name()).slice(0, 1);
    const scope = this.#headScope(names, outer);
    const kind = this.#random.pick(["let", "const"]);
    const head = `${kind} ${this.#bindingPattern(names, scope, depth)}`;
    const iterated = this.#random.chance(0.3) ? `[${this.#expression(scope, depth + 1)}]` : over;
    return `try { for (${head} ${word} ${iterated}) ${this.#block(scope, depth)} } catch {}`;
  }

  #for(outer: ModelScope, depth: number): string {
    const names = [this.#name()];
    const scope = this.#headScope(names, outer);
    const [test, update] = [this.#expression(scope, depth + 1), this.#expression(scope, depth + 1)];
    return `for (let ${names} = 0; (${test}, true); ${update}) { ${this.#block(scope, depth)} break; }`;
  }

  #headScope(names: readonly string[], outer: ModelScope): ModelScope {
    const blocksVars = new Set([...outer.blocksVars, ...names]);
    return { parent: outer, in: outer.in, names: new Set(names), blocksVars };
  }

  #try(outer: ModelScope, depth: number): string {
    const body = this.#block(outer, depth);
    if (this.#random.chance(0.2)) return `try ${body} catch ${this.#block(outer, depth)}`;
    const name = this.#name();
    const isPlainCatch = this.#random.chance(0.4);
    const parameter: ModelScope = {
      parent: outer,
      in: outer.in,
      names: new Set([name]),
      blocksVars: isPlainCatch ? outer.blocksVars : new Set([...outer.blocksVars, name]),
      isPlainCatch,
    };
    const pattern = isPlainCatch ? name : `[${this.#bindingPattern([name], parameter, depth)}]`;
    const thrown = this.#random.chance(0.5) ? ` ${body.slice(0, -1)} throw $(1); }` : body;
    const handler = this.#block(parameter, depth, parameter.names);
    const finalizer = this.#random.chance(0.3) ? ` finally ${this.#block(outer, depth)}` : "";
    return `try ${thrown} catch (${pattern}) ${handler}${finalizer}`;
  }

  #switch(outer: ModelScope, depth: number): string {
    const discriminant = this.#expression(outer, depth + 1);
    const lexical = this.#random.some(NAMES, 2);
    const parts = this.#blockBody(lexical, outer, depth);
    const cases = parts.map((part, index) => (index === 0 ? `default: ${part}` : `case ${index}: ${part}`));
    return `switch (${discriminant}) { ${cases.join(" ")} }`;
  }

  // Patterns

  #bindingPattern(names: readonly string[], scope: ModelScope, depth: number): string {
    const [name] = names;
    const fallback = (): string => (this.#random.chance(0.3) ? ` = ${this.#expression(scope, depth + 1)}` : "");
    switch (this.#random.below(8)) {
      case 0:
        return `{ ${name}${fallback()} }`;
      case 1:
        return `{ ${this.#name()}: ${name}${fallback()} }`;
      case 2:
        return `{ [${this.#expression(scope, depth + 1)}]: ${name}${fallback()} }`;
      case 3:
        return `[, ${name}${fallback()}]`;
      case 4:
        return this.#random.chance(0.5) ? `{ ...${name} }` : `[...${name}]`;
      default:
        return `${name}`;
    }
  }

  /** An assignment target; what is inside a pattern counts as destructuring, or as the loop's when it is in the head of one. */
  #target(scope: ModelScope, depth: number, form: AssignmentForm): string {
    const inner = form === "for-of" || form === "for-in" ? form : "destructuring";
    switch (depth > 4 ? 9 : this.#random.below(10)) {
      case 0: {
        const name = this.#assign(scope, inner);
        return `{ ${name}${this.#random.chance(0.3) ? ` = ${this.#expression(scope, depth + 1)}` : ""} }`;
      }
      case 1: {
        const [target, value] = [this.#target(scope, depth + 1, inner), this.#expression(scope, depth + 1)];
        return `{ ${this.#name()}: ${target} = ${value} }`;
      }
      case 2: {
        const [key, target] = [this.#expression(scope, depth + 1), this.#target(scope, depth + 1, inner)];
        return `{ [${key}]: ${target} }`;
      }
      case 3:
        return `[, ${this.#target(scope, depth + 1, inner)}, ...${this.#target(scope, depth + 1, inner)}]`;
      case 4:
        return `{ ...${this.#assign(scope, inner)} }`;
      case 5:
        return `${this.#read(scope)}.${this.#name()}`;
      default:
        return this.#assign(scope, form);
    }
  }

  // Expressions

  #expression(scope: ModelScope, depth: number): string {
    this.#budget--;
    if (depth > 5 || this.#budget < 0) return this.#random.chance(0.5) ? this.#read(scope) : "$(1)";
    const next = (): string => this.#expression(scope, depth + 1);
    switch (this.#random.below(29)) {
      case 0:
        return this.#random.pick(["1", "'x'", "null", "$(1)", "$(1)", "/a/g"]);
      case 1:
        return `(${next()}, ${next()})`;
      case 2:
        return `(${next()} ? ${next()} : ${next()})`;
      case 3:
        return `[${next()}, ...[${next()}]]`;
      case 4:
        return `({ ${this.#read(scope)}, ${this.#name()}: ${next()}, [${next()}]: ${next()} })`;
      case 5:
        return `({ ${this.#name()}${this.#functionRest(scope, this.#inner(scope), depth + 1)}, ...${this.#read(scope)} })`;
      case 6:
        return `\`\${${next()}}x\${${next()}}\``;
      case 7:
        return `${this.#read(scope)}.${this.#name()}`;
      case 8:
        return `${this.#read(scope)}?.[${next()}]`;
      case 9:
        return `${this.#read(scope)}(${next()}, ${next()})`;
      case 10:
        return `${this.#read(scope)}.${this.#name()}(${next()})`;
      case 11:
        return `new ${this.#read(scope)}(${next()})`;
      case 12:
        return `(typeof ${this.#read(scope)})`;
      case 13:
        return `(${this.#assign(scope, "=")} = ${next()})`;
      case 14: {
        const form = this.#random.pick(COMPOUND);
        return `(${this.#assign(scope, form)} ${form} ${next()})`;
      }
      case 15: {
        const form = this.#random.pick(["++", "--"] as const);
        const name = this.#assign(scope, form);
        return this.#random.chance(0.5) ? `(${form}${name})` : `(${name}${form})`;
      }
      case 16:
        return this.#destructuringAssignment(scope, depth);
      case 17:
        return `(${this.#read(scope)}.${this.#name()} = ${next()})`;
      case 18:
        return `(delete ${this.#read(scope)}.${this.#name()})`;
      case 19:
        return scope.in.isStrict ? `(!${next()})` : `(delete ${this.#assign(scope, "delete")})`;
      case 20:
        return this.#functionExpression(scope, depth);
      case 21:
        return `(${this.#functionExpression(scope, depth)})(${next()})`;
      case 22:
        return this.#asyncOrPlainArrow(scope, depth);
      case 23:
        return `(${this.#arrow(scope, depth + 1, false)})(${next()})`;
      case 24:
        return `(${this.#class(scope, depth + 1, this.#random.chance(0.5) ? this.#name() : undefined)})`;
      case 25:
        return this.#random.chance(0.5) ? this.#this(scope) : this.#arguments(scope);
      case 26:
        return this.#suspension(scope, depth);
      default:
        return this.#read(scope);
    }
  }

  #destructuringAssignment(scope: ModelScope, depth: number): string {
    const pattern = `[${this.#target(scope, depth + 1, "destructuring")}]`;
    return `(${pattern} = [${this.#expression(scope, depth + 1)}])`;
  }

  #asyncOrPlainArrow(scope: ModelScope, depth: number): string {
    const isAsync = this.#isAsyncAllowed && this.#random.chance(0.3);
    return `(${isAsync ? "async " : ""}${this.#arrow(scope, depth + 1, isAsync)})`;
  }

  #suspension(scope: ModelScope, depth: number): string {
    const value = this.#expression(scope, depth + 1);
    if (scope.in.isGenerator) return `(yield ${value})`;
    return scope.in.isAsync ? `(await ${value})` : `(void ${value})`;
  }
}

function isCaughtName(name: string, scope: ModelScope): boolean {
  for (let each: ModelScope | undefined = scope; each?.in === scope.in; each = each.parent) {
    if (each.isPlainCatch && each.names.has(name)) return true;
  }
  return false;
}
