/**
 * Walks the syntax tree of one function and resolves every reference by JavaScript's scope rules.
 *
 * Each function, block, loop, catch clause, switch and class gets a scope. A scope's names are declared before its
 * statements are visited ({@link declareVars}, {@link declareLexical}), so a name resolves at once, wherever in the
 * scope it stands; whether it is initialised by then (the temporal dead zone) does not change what it resolves to.
 * A function has two scopes, since a default value sees the parameters and not the variables of the body; a variable
 * with a parameter's name counts as that parameter, whose value it starts with. A named function expression and a class
 * have a scope around them that holds their own name.
 */
import type { MemberExpression, Pattern, VariableDeclaration } from "acorn";
import type { AssignmentForm } from "./analysis.js";
import { declareLexical, declarePattern, declareVariables, declareVars } from "./declarations.js";
import type { Findings } from "./findings.js";
import { visitBindingPattern, visitTarget } from "./pattern-references.js";
import { type Frame, Scope } from "./scope.js";
import {
  type AnyNode,
  type ClassNode,
  type FunctionNode,
  hasUseStrict,
  literalKey,
  partsOf,
  type StatementNode,
  staticKeys,
  staticProperty,
} from "./syntax.js";
import { type MemberUse, Usage } from "./usage.js";

type NodeOf<T extends AnyNode["type"]> = Extract<AnyNode, { type: T }>;

/** Reports the references of one function to its findings. */
export class ReferenceWalker {
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /**
   * Visits parameters and body of a function.
   *
   * @param frame - what holds inside; a directive in the body may still make it strict
   * @param tracked - collectors for the parameters of the analysed function, by position; undefined ones are not collected
   */
  functionCode(node: FunctionNode, outer: Scope, frame: Frame, tracked: readonly (Usage | undefined)[] = []): void {
    const inside = frame.isSloppy && hasUseStrict(node) ? { ...frame, isSloppy: false } : frame;
    const parameters = new Scope(outer, inside);
    if (node.type !== "ArrowFunctionExpression") {
      parameters.declare("arguments", inside.owner === "own" ? "ownArguments" : "variable");
    }
    node.params.forEach((pattern, index) => {
      declarePattern(pattern, (name) => parameters.declare(name, tracked[index]));
    });
    for (const pattern of node.params) this.#bindingPattern(pattern, parameters);
    if (node.body.type !== "BlockStatement") {
      this.visit(node.body, parameters);
      return;
    }
    const body = new Scope(parameters, inside);
    const statements = node.body.body;
    declareVars(statements, inside.isSloppy, (name) => {
      if (parameters.own(name) === undefined) body.declare(name);
    });
    declareLexical(statements, (name) => {
      const parameter = parameters.own(name);
      if (parameter instanceof Usage) parameter.addWholeRead();
      body.declare(name, parameter === undefined || parameter === "ownArguments" ? "variable" : parameter);
    });
    for (const statement of statements) this.visit(statement, body);
  }

  /** Visits a whole class. With `isRoot` the phase and the member of what is found are noted. */
  classCode(node: ClassNode, outer: Scope, isRoot: boolean): void {
    const definition: Frame = { ...outer.frame, isSloppy: false };
    const scope = new Scope(outer, isRoot ? { ...definition, phase: "definition" } : definition);
    if (node.id) scope.declare(node.id.name);
    for (const member of node.body.body) {
      if (member.type !== "StaticBlock" && member.key.type === "PrivateIdentifier")
        scope.declarePrivate(member.key.name);
    }
    if (node.superClass) this.visit(node.superClass, scope);
    for (const member of node.body.body) this.#classMember(member, scope, isRoot);
  }

  #classMember(member: ClassNode["body"]["body"][number], scope: Scope, isRoot: boolean): void {
    const frame: Frame = { ...scope.frame, owner: "inner" };
    if (member.type === "StaticBlock") {
      const block = new Scope(scope, frame);
      declareVars(member.body, false, (name) => block.declare(name));
      this.#statements(member.body, block);
      return;
    }
    if (member.computed) this.visit(member.key, scope);
    const name = member.computed ? undefined : literalKey(member.key);
    if (member.type === "MethodDefinition") {
      const phase = member.kind === "constructor" ? "construction" : "call";
      this.functionCode(member.value, scope, isRoot ? { ...frame, phase, member: name } : frame);
    } else if (member.value) {
      const phase = member.static ? "definition" : "construction";
      this.visit(member.value, new Scope(scope, isRoot ? { ...frame, phase, member: name } : frame));
    }
  }

  visit(node: AnyNode, scope: Scope): void {
    switch (node.type) {
      case "BlockStatement":
        this.#block(node.body, scope);
        break;
      case "VariableDeclaration":
        this.#variables(node, scope);
        break;
      case "FunctionDeclaration":
        this.functionCode(node, scope, { ...scope.frame, owner: "inner" });
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        this.classCode(node, scope, false);
        break;
      case "LabeledStatement":
        this.#branch(node.body, scope);
        break;
      case "IfStatement":
        this.visit(node.test, scope);
        this.#branch(node.consequent, scope);
        if (node.alternate) this.#branch(node.alternate, scope);
        break;
      case "SwitchStatement":
        this.#switch(node, scope);
        break;
      case "TryStatement":
        this.#try(node, scope);
        break;
      case "ForStatement":
        this.#for(node, scope);
        break;
      case "ForInStatement":
      case "ForOfStatement":
        this.#forEach(node, scope);
        break;
      case "WithStatement":
        this.#findings.uses.with.push(node.start);
        this.visit(node.object, scope);
        this.#branch(node.body, scope);
        break;
      case "WhileStatement":
      case "DoWhileStatement":
        this.visit(node.test, scope);
        this.#branch(node.body, scope);
        break;
      case "BreakStatement":
      case "ContinueStatement":
        break;
      default:
        this.#expression(node, scope);
    }
  }

  #expression(node: AnyNode, scope: Scope): void {
    switch (node.type) {
      case "Identifier":
        this.#findings.read(node.name, node.start, scope);
        break;
      case "ThisExpression":
        this.#findings.special("This", node.start, scope);
        break;
      case "Super":
        this.#findings.special("Super", node.start, scope);
        break;
      case "PrivateIdentifier":
        this.#findings.privateName(node.name, node.start, scope);
        break;
      case "MetaProperty":
        if (node.meta.name === "import") this.#findings.uses.importMeta.push(node.start);
        else this.#findings.special("NewTarget", node.start, scope);
        break;
      case "ImportExpression":
        this.#findings.uses.dynamicImport.push(node.start);
        this.#children(node, scope);
        break;
      case "ArrowFunctionExpression":
        this.functionCode(node, scope, scope.frame);
        break;
      case "FunctionExpression":
        this.#functionExpression(node, scope);
        break;
      case "MemberExpression":
        this.#member(node, scope, "read");
        break;
      case "CallExpression":
        this.#call(node, scope);
        break;
      case "TaggedTemplateExpression":
        this.#callee(node.tag, scope);
        this.visit(node.quasi, scope);
        break;
      case "UnaryExpression":
        this.#unary(node, scope);
        break;
      case "UpdateExpression":
        this.#assignTo(node.argument as Pattern, node.operator, scope, node.start);
        break;
      case "AssignmentExpression":
        this.#assignment(node, scope);
        break;
      case "Property":
        if (node.computed) this.visit(node.key, scope);
        this.visit(node.value, scope);
        break;
      default:
        this.#children(node, scope);
    }
  }

  /** Visits the parts of a node that declares nothing and whose parts are all references. */
  #children(node: AnyNode, scope: Scope): void {
    for (const part of partsOf(node)) this.visit(part, scope);
  }

  #functionExpression(node: NodeOf<"FunctionExpression">, scope: Scope): void {
    let outer = scope;
    if (node.id) {
      outer = new Scope(scope, scope.frame);
      outer.declare(node.id.name);
    }
    this.functionCode(node, outer, { ...scope.frame, owner: "inner" });
  }

  // Statements

  #block(statements: readonly StatementNode[], outer: Scope): void {
    this.#statements(statements, new Scope(outer, outer.frame));
  }

  #statements(statements: readonly StatementNode[], scope: Scope): void {
    declareLexical(statements, (name) => scope.declare(name));
    for (const statement of statements) this.visit(statement, scope);
  }

  /** The body of `if`, a loop or a label; a function declaration there has a block of its own in sloppy code. */
  #branch(statement: StatementNode, scope: Scope): void {
    if (statement.type === "FunctionDeclaration" && scope.own(statement.id?.name ?? "") === undefined) {
      this.#block([statement], scope);
    } else {
      this.visit(statement, scope);
    }
  }

  #switch(node: NodeOf<"SwitchStatement">, outer: Scope): void {
    this.visit(node.discriminant, outer);
    const scope = new Scope(outer, outer.frame);
    for (const each of node.cases) declareLexical(each.consequent, (name) => scope.declare(name));
    for (const each of node.cases) {
      if (each.test) this.visit(each.test, scope);
      for (const statement of each.consequent) this.visit(statement, scope);
    }
  }

  #try(node: NodeOf<"TryStatement">, scope: Scope): void {
    this.visit(node.block, scope);
    if (node.handler) {
      const handler = new Scope(scope, scope.frame);
      if (node.handler.param) {
        declarePattern(node.handler.param, (name) => handler.declare(name));
        this.#bindingPattern(node.handler.param, handler);
      }
      this.visit(node.handler.body, handler);
    }
    if (node.finalizer) this.visit(node.finalizer, scope);
  }

  #for(node: NodeOf<"ForStatement">, outer: Scope): void {
    const scope = this.#headScope(node.init, outer);
    for (const part of [node.init, node.test, node.update]) if (part) this.visit(part, scope);
    this.#branch(node.body, scope);
  }

  #forEach(node: NodeOf<"ForInStatement"> | NodeOf<"ForOfStatement">, outer: Scope): void {
    const scope = this.#headScope(node.left, outer);
    const form = node.type === "ForOfStatement" ? "for-of" : "for-in";
    if (node.left.type === "VariableDeclaration") {
      for (const { id, init } of node.left.declarations) {
        this.#bindingPattern(id, scope);
        if (init) this.visit(init, scope);
      }
      if (node.left.kind === "var") this.#assignVars(node.left, form, scope);
    } else {
      this.#assignTo(node.left, form, scope, node.left.start);
    }
    this.visit(node.right, scope);
    this.#branch(node.body, scope);
  }

  #headScope(head: AnyNode | null | undefined, outer: Scope): Scope {
    if (head?.type !== "VariableDeclaration" || head.kind === "var") return outer;
    const scope = new Scope(outer, outer.frame);
    declareVariables(head, (name) => scope.declare(name));
    return scope;
  }

  #variables(node: VariableDeclaration, scope: Scope): void {
    for (const { id, init } of node.declarations) {
      this.#bindingPattern(id, scope);
      if (init) this.#value(init, id, scope);
    }
    if (node.kind === "var") this.#assignVars(node, "=", scope);
  }

  /** A `var` with a value may be a parameter of the same name, or the variable of a catch clause. */
  #assignVars(node: VariableDeclaration, form: AssignmentForm, scope: Scope): void {
    for (const { id, init } of node.declarations) {
      if (!init && form === "=") continue;
      declarePattern(id, (name) => this.#findings.assign(name, form, id.start, scope));
    }
  }

  /** The right side of a declaration or assignment: `const { a, b } = name` takes two members of a name and no more. */
  #value(value: AnyNode, target: AnyNode, scope: Scope): void {
    const keys = value.type === "Identifier" && target.type === "ObjectPattern" ? staticKeys(target) : undefined;
    if (value.type === "Identifier" && keys !== undefined && keys.length > 0) {
      for (const key of keys) this.#findings.readMember(value.name, key, "read", value.start, scope);
    } else {
      this.visit(value, scope);
    }
  }

  /** Visits an assignment target: a name, a property, or a pattern of them. */
  #assignTo(target: Pattern, form: AssignmentForm, scope: Scope, offset: number): void {
    visitTarget(target, form, offset, {
      assign: (name, each, at) => this.#findings.assign(name, each, at, scope),
      write: (member) => this.#member(member, scope, "write"),
      visit: (node) => this.visit(node, scope),
    });
  }

  #bindingPattern(pattern: Pattern, scope: Scope): void {
    visitBindingPattern(pattern, (node) => this.visit(node, scope));
  }

  // Expressions

  #assignment(node: NodeOf<"AssignmentExpression">, scope: Scope): void {
    this.#assignTo(node.left, node.operator, scope, node.start);
    // The value of a destructuring assignment is the whole right side, which may go on to anywhere.
    this.visit(node.right, scope);
  }

  #unary(node: NodeOf<"UnaryExpression">, scope: Scope): void {
    const { argument, operator } = node;
    if (operator === "typeof" && argument.type === "Identifier") {
      this.#findings.readTypeof(argument.name, argument.start, scope);
    } else if (operator === "delete" && argument.type === "Identifier") {
      this.#findings.assign(argument.name, "delete", node.start, scope);
    } else if (operator === "delete") {
      const target = argument.type === "ChainExpression" ? argument.expression : argument;
      if (target.type === "MemberExpression") this.#member(target, scope, "write");
      else this.visit(target, scope);
    } else {
      this.visit(argument, scope);
    }
  }

  #call(node: NodeOf<"CallExpression">, scope: Scope): void {
    if (node.callee.type === "Identifier" && node.callee.name === "eval" && !node.optional) {
      this.#findings.uses.directEval.push(node.start);
    }
    this.#callee(node.callee, scope);
    for (const argument of node.arguments) this.visit(argument, scope);
  }

  #callee(callee: AnyNode, scope: Scope): void {
    const inner = callee.type === "ChainExpression" ? callee.expression : callee;
    if (inner.type === "MemberExpression") this.#member(inner, scope, "call");
    else this.visit(callee, scope);
  }

  #member(node: MemberExpression, scope: Scope, use: MemberUse): void {
    const property = staticProperty(node);
    if (node.object.type === "Identifier" && property !== undefined) {
      this.#findings.readMember(node.object.name, property, use, node.object.start, scope);
    } else {
      this.visit(node.object, scope);
    }
    if (node.computed || node.property.type === "PrivateIdentifier") this.visit(node.property, scope);
  }
}
