/**
 * Finds the references inside of patterns. The same syntax stands for two things: a declaring pattern (parameters, `let`,
 * `catch`) refers only by its default values and computed keys, an assignment target also writes to its names and
 * properties.
 */
import type { MemberExpression, Pattern } from "acorn";
import type { AssignmentForm } from "./analysis.js";
import type { AnyNode } from "./syntax.js";

/** Takes what an assignment target refers to. */
export interface TargetVisitor {
  /** A name that gets a new value. */
  assign(name: string, form: AssignmentForm, offset: number): void;
  /** A property that gets a new value. */
  write(member: MemberExpression): void;
  /** A default value or computed key. */
  visit(node: AnyNode): void;
}

/** Visits default values and computed keys of a pattern whose names are declared. */
export function visitBindingPattern(pattern: Pattern, visit: (node: AnyNode) => void): void {
  switch (pattern.type) {
    case "ObjectPattern":
      for (const property of pattern.properties) {
        if (property.type === "Property" && property.computed) visit(property.key);
        visitBindingPattern(property.type === "RestElement" ? property.argument : property.value, visit);
      }
      break;
    case "ArrayPattern":
      for (const element of pattern.elements) if (element !== null) visitBindingPattern(element, visit);
      break;
    case "RestElement":
      visitBindingPattern(pattern.argument, visit);
      break;
    case "AssignmentPattern":
      visitBindingPattern(pattern.left, visit);
      visit(pattern.right);
      break;
    default:
      break;
  }
}

/**
 * Visits an assignment target and the targets inside it.
 *
 * @param offset - where the assignment to `target` itself stands
 */
export function visitTarget(target: Pattern, form: AssignmentForm, offset: number, visitor: TargetVisitor): void {
  const inner = form === "for-of" || form === "for-in" ? form : "destructuring";
  const descend = (part: Pattern): void => visitTarget(part, inner, part.start, visitor);
  switch (target.type) {
    case "Identifier":
      visitor.assign(target.name, form, offset);
      break;
    case "MemberExpression":
      visitor.write(target);
      break;
    case "ObjectPattern":
      for (const property of target.properties) {
        if (property.type === "Property" && property.computed) visitor.visit(property.key);
        descend(property.type === "RestElement" ? property.argument : property.value);
      }
      break;
    case "ArrayPattern":
      for (const element of target.elements) if (element !== null) descend(element);
      break;
    case "RestElement":
      descend(target.argument);
      break;
    case "AssignmentPattern":
      descend(target.left);
      visitor.visit(target.right);
      break;
  }
}
