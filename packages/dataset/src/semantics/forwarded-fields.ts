import { functionSettingsOf, type Operator, type SemanticProperties, userFunctionsOf } from "@millrace/common-api";
import { parseFieldPath } from "@millrace/core";
import { declaredTypeOf } from "../keys/declared-type.js";
import { fieldOf } from "../keys/key-parts.js";
import { describe, OperatorCall } from "../operators/operator-call.js";

/**
 * Is a field that a function copies unchanged: one name for the same field of input and result, or the input's field and the
 * result's one or more. `*` is the whole record.
 * @public
 */
export type ForwardedField<K> = K | "*" | readonly [from: string | number, to: K | "*" | readonly (K | "*")[]];

type Forwarded = SemanticProperties["forwardedFields"][number];

/** Adds forwarded fields of one input. Throws INVALID_ARGUMENT for an input that there is not. @internal */
export function addForwardedFields(
  operator: Operator,
  inputIndex: number,
  fields: readonly unknown[],
  call: OperatorCall,
): void {
  const input = inputOf(operator, inputIndex, call);
  const added = fields.flatMap((field) => forwardedOf(field, input, call));
  change(operator, (semantics) => ({
    ...semantics,
    forwardedFields: withItem(semantics.forwardedFields, inputIndex, (known = []) => [...known, ...added], []),
  }));
}

/** Says which fields of one input decide the result. @internal */
export function setReadFields(
  operator: Operator,
  inputIndex: number,
  fields: readonly unknown[],
  call: OperatorCall,
): void {
  const input = inputOf(operator, inputIndex, call);
  const paths = fields.map((field) => fieldOf(field, input, call).text);
  change(operator, (semantics) => ({
    ...semantics,
    readFields: withItem<readonly string[] | undefined>(semantics.readFields, inputIndex, () => paths, undefined),
  }));
}

function inputOf(operator: Operator, index: number, call: OperatorCall): Operator {
  const input = operator.inputs[index];
  if (input !== undefined) return input;
  throw call.error({
    code: "INVALID_ARGUMENT",
    what: "Fields of a second input are declared for a function of one input",
    expected: "fields of the only input",
  });
}

function forwardedOf(given: unknown, input: Operator, call: OperatorCall): Forwarded {
  if (!Array.isArray(given)) {
    const path = fieldOf(given, input, call).text;
    return [{ from: path, to: path }];
  }
  const [from, to] = given as [unknown, unknown];
  if (given.length !== 2) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: `A forwarded field is ${describe(given)}`,
      expected: 'a field, or a pair such as ["rank", "score"]',
    });
  }
  const source = fieldOf(from, input, call).text;
  const targets: readonly unknown[] = Array.isArray(to) ? to : [to];
  return targets.map((target) => ({ from: source, to: targetPath(target, call) }));
}

function targetPath(target: unknown, call: OperatorCall): string {
  if (typeof target === "string" || typeof target === "number") return call.check(() => parseFieldPath(target).text);
  throw call.error({
    code: "INVALID_KEY",
    what: `A field is ${describe(target)}`,
    expected: "a field path or a position",
  });
}

function withItem<V>(list: readonly V[], index: number, make: (known: V | undefined) => V, filler: V): readonly V[] {
  const length = Math.max(list.length, index + 1);
  return Array.from({ length }, (_, at) => (at === index ? make(list[at]) : (list[at] ?? filler)));
}

function change(operator: Operator, by: (semantics: SemanticProperties) => SemanticProperties): void {
  const settings = functionSettingsOf(operator);
  if (settings !== undefined) settings.semantics = by(settings.semantics);
}

/**
 * The static properties of function classes that declare the same as the methods of the data set (B119, B120):
 * `static forwardedFields = ["id", ["rank", "score"]]`.
 */
const CLASS_DECLARATIONS = [
  { property: "forwardedFields", inputIndex: 0, apply: addForwardedFields },
  { property: "forwardedFieldsFirst", inputIndex: 0, apply: addForwardedFields },
  { property: "forwardedFieldsSecond", inputIndex: 1, apply: addForwardedFields },
  { property: "readFields", inputIndex: 0, apply: setReadFields },
  { property: "readFieldsFirst", inputIndex: 0, apply: setReadFields },
  { property: "readFieldsSecond", inputIndex: 1, apply: setReadFields },
] as const;

/** Takes over what the class of an operator's function object declares. @internal */
export function applyClassDeclarations(operator: Operator): void {
  const declared = declaringClassOf(operator);
  if (declared === undefined) return;
  const call = new OperatorCall("Function class", operator.location);
  for (const { property, inputIndex, apply } of CLASS_DECLARATIONS) {
    const fields = declared[property];
    if (Array.isArray(fields)) apply(operator, inputIndex, fields, call);
  }
}

/** Throws INVALID_ARGUMENT when the function's class declares its fields already (B120). @internal */
export function refuseSecondDeclaration(operator: Operator, call: OperatorCall): void {
  const declared = declaringClassOf(operator);
  const known = CLASS_DECLARATIONS.find(({ property }) => Array.isArray(declared?.[property]));
  if (known === undefined) return;
  throw call.error({
    code: "INVALID_ARGUMENT",
    what: `The function's class declares its fields already, by static ${known.property}`,
    expected: "one declaration, in the class or at the data set",
  });
}

/** Returns the class of an operator's function object; undefined for plain functions and operators without user code. */
function declaringClassOf(operator: Operator): Readonly<Record<string, unknown>> | undefined {
  if (functionSettingsOf(operator) === undefined) return undefined;
  const target = userFunctionsOf(operator)[0]?.target;
  if (target === undefined || typeof target === "function" || typeof target.constructor !== "function")
    return undefined;
  return target.constructor as unknown as Readonly<Record<string, unknown>>;
}

/** Declares all fields of the input as forwarded but these; the type of the records must be declared. @internal */
export function forwardAllExcept(
  operator: Operator,
  inputIndex: number,
  fields: readonly unknown[],
  call: OperatorCall,
): void {
  const input = inputOf(operator, inputIndex, call);
  const type = declaredTypeOf(input);
  const names =
    type?.kind === "row"
      ? type.fields.map((field) => field.name)
      : type?.kind === "tuple"
        ? type.elements.map((_, index) => String(index))
        : undefined;
  if (names === undefined) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: "Non-forwarded fields are declared, and the fields of the records are not known",
      expected: "records of a declared row or tuple type",
      fix: "Declare the type by returns(type) on the input, or name the forwarded fields by withForwardedFields.",
    });
  }
  const excepted = new Set(fields.map((field) => fieldOf(field, input, call).text));
  addForwardedFields(
    operator,
    inputIndex,
    names.filter((name) => !excepted.has(name)),
    call,
  );
}
