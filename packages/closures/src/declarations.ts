/**
 * Finds what a piece of syntax declares, before its references are looked at: JavaScript's declarations hold for their
 * whole scope, also above the line they stand on.
 *
 *   lexical   `let`, `const`, `using`, `class`, and functions in blocks: the block's own statements only
 *   var       `var` anywhere in a function, through blocks, loops, `try` and `switch`, not into nested functions
 *   Annex B   in sloppy code a plain function declaration in a block is also a `var` of the function, unless that `var`
 *             would collide with a lexical declaration of a block in between (ECMA-262 B.3.2)
 */
import type { Pattern, VariableDeclaration } from "acorn";
import type { AnyNode, StatementNode } from "./syntax.js";

type Declare = (name: string) => void;

/** Reports every name that a binding pattern declares. */
export function declarePattern(pattern: Pattern, declare: Declare): void {
  switch (pattern.type) {
    case "Identifier":
      declare(pattern.name);
      break;
    case "ObjectPattern":
      for (const property of pattern.properties) {
        declarePattern(property.type === "RestElement" ? property.argument : property.value, declare);
      }
      break;
    case "ArrayPattern":
      for (const element of pattern.elements) if (element !== null) declarePattern(element, declare);
      break;
    case "RestElement":
      declarePattern(pattern.argument, declare);
      break;
    case "AssignmentPattern":
      declarePattern(pattern.left, declare);
      break;
    case "MemberExpression":
      break;
  }
}

/** Reports every name that a variable declaration declares, whatever its kind. */
export function declareVariables(declaration: VariableDeclaration, declare: Declare): void {
  for (const declarator of declaration.declarations) declarePattern(declarator.id, declare);
}

/** Reports the names that the statements of one block declare for that block. */
export function declareLexical(statements: readonly StatementNode[], declare: Declare): void {
  for (const outer of statements) {
    const statement = unlabelled(outer);
    if (statement.type === "VariableDeclaration") {
      if (statement.kind !== "var") declareVariables(statement, declare);
    } else if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration") {
      if (statement.id !== null) declare(statement.id.name);
    }
  }
}

/**
 * Reports the `var` names of a function body, a static block or a script.
 *
 * @param isSloppy - whether functions in blocks are variables of the function too
 */
export function declareVars(statements: readonly StatementNode[], isSloppy: boolean, declare: Declare): void {
  const top = new Set<string>();
  for (const statement of statements) {
    if (statement.type !== "FunctionDeclaration") declareLexical([statement], (name) => top.add(name));
  }
  const search = new VarSearch(isSloppy, declare);
  for (const statement of statements) search.visit(statement, { names: top, outer: undefined }, true);
}

/** The lexical names of the blocks between a function and the statement being looked at. */
interface Blocking {
  readonly names: ReadonlySet<string>;
  readonly outer: Blocking | undefined;
}

class VarSearch {
  readonly #isSloppy: boolean;
  readonly #declare: Declare;

  constructor(isSloppy: boolean, declare: Declare) {
    this.#isSloppy = isSloppy;
    this.#declare = declare;
  }

  /** @param isTop - whether the statement stands directly in the function, where its functions are no Annex B case */
  visit(node: AnyNode, blocking: Blocking, isTop: boolean): void {
    switch (node.type) {
      case "VariableDeclaration":
        if (node.kind === "var") declareVariables(node, this.#declare);
        break;
      case "FunctionDeclaration":
        if (!isTop && node.id !== null) this.#functionInBlock(node.id.name, node.async || node.generator, blocking);
        break;
      case "LabeledStatement":
        this.visit(node.body, blocking, isTop);
        break;
      case "BlockStatement":
        this.#block(node.body, blocking);
        break;
      case "IfStatement":
        this.#branch(node.consequent, blocking);
        if (node.alternate) this.#branch(node.alternate, blocking);
        break;
      case "SwitchStatement":
        this.#block(
          node.cases.flatMap((each) => each.consequent),
          blocking,
        );
        break;
      case "TryStatement":
        this.#tryStatement(node, blocking);
        break;
      case "ForStatement":
        this.#loop(node.init, node.body, blocking);
        break;
      case "ForInStatement":
      case "ForOfStatement":
        this.#loop(node.left, node.body, blocking);
        break;
      case "WhileStatement":
      case "DoWhileStatement":
      case "WithStatement":
        this.#branch(node.body, blocking);
        break;
      default:
        break;
    }
  }

  #block(statements: readonly StatementNode[], outer: Blocking): void {
    const names = new Set<string>();
    declareLexical(statements, (name) => names.add(name));
    const inside = { names, outer };
    for (const statement of statements) this.visit(statement, inside, false);
  }

  /** A statement that is no block of its own; in sloppy code it may be a function declaration, which acts as one. */
  #branch(statement: AnyNode, blocking: Blocking): void {
    this.visit(
      statement,
      statement.type === "FunctionDeclaration" ? { names: NO_NAMES, outer: blocking } : blocking,
      false,
    );
  }

  #loop(head: AnyNode | null | undefined, body: AnyNode, blocking: Blocking): void {
    let inside = blocking;
    if (head?.type === "VariableDeclaration") {
      this.visit(head, blocking, false);
      if (head.kind !== "var") {
        const names = new Set<string>();
        declareVariables(head, (name) => names.add(name));
        inside = { names, outer: blocking };
      }
    }
    this.#branch(body, inside);
  }

  #tryStatement(node: Extract<AnyNode, { type: "TryStatement" }>, blocking: Blocking): void {
    this.#block(node.block.body, blocking);
    if (node.handler) {
      const names = new Set<string>();
      // `catch (e)` may be redeclared by a `var e` inside, a destructured parameter may not.
      if (node.handler.param && node.handler.param.type !== "Identifier") {
        declarePattern(node.handler.param, (name) => names.add(name));
      }
      this.#block(node.handler.body.body, { names, outer: blocking });
    }
    if (node.finalizer) this.#block(node.finalizer.body, blocking);
  }

  #functionInBlock(name: string, isSpecial: boolean, own: Blocking): void {
    if (!this.#isSloppy || isSpecial) return;
    for (let block = own.outer; block !== undefined; block = block.outer) if (block.names.has(name)) return;
    this.#declare(name);
  }
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** Looks through labels: `a: b: function f() {}` declares `f`. */
function unlabelled(statement: StatementNode): StatementNode {
  let inner = statement;
  while (inner.type === "LabeledStatement") inner = inner.body;
  return inner;
}
