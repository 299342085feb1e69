/** Draws keys and orders in every form that the API takes. */
import { type ExpressionNode, evaluateExpression, fieldPathText, keyText } from "@millrace/core";
import { makeExpression } from "../fluent-api.js";
import { hashText } from "../functions/group-functions.js";
import { type Unary, unariesOf } from "../functions/unary.js";
import type { PlanRandom } from "../plan-random.js";
import type { Argument, Call } from "../plan-spec.js";
import { pathOf, propertyText, readField, readText, recordType, type Shape } from "../types/shape.js";
import { mayBeNull, type ValueField, type ValueType, withoutNull } from "../types/value-type.js";
import { drawColumn, expressionArgument, plainColumn } from "./random-expression.js";

/** Is one part of a key. @internal */
export interface KeyDraft {
  readonly argument: Argument;
  readonly type: ValueType;
  /** What the report counts. */
  readonly form: string;
  /** The top-level field that records of equal keys have in common; undefined when the key is computed. */
  readonly field: string | undefined;
  readonly read: (record: unknown) => unknown;
}

/** Draws the call that sends records to partitions by a function of their one-part key, where they would go by its hash. @internal */
export function drawPartitioner(random: PlanRandom, keys: readonly KeyDraft[]): Call[] {
  if (keys.length !== 1 || !random.chance(0.25)) return [];
  return [{ method: "withPartitioner", args: [partitionerArgument()], withoutHint: null }];
}

/** Returns a function of a key that gives a partition. @internal */
export function partitionerArgument(): Argument {
  return {
    kind: "code",
    text: "(key, numPartitions) => Math.abs(hashText(0, keyText(key))) % numPartitions",
    make: () => (key: unknown, numPartitions: number) => Math.abs(hashText(0, keyText(key))) % numPartitions,
  };
}

/** Draws the key of a grouping: one part, or several. @internal */
export function drawKeys(random: PlanRandom, shape: Shape): readonly KeyDraft[] {
  if (shape.kind === "scalar") return [selectorKey(random, shape.fields[0]!)];
  if (random.chance(0.03)) return [wholeRecordKey(shape)];
  const count = random.pickWeighted([1, 2, 3], (n) => [0, 6, 3, 1][n]!);
  const withParts = shape.fields.filter((f) => ["row", "tuple"].includes(withoutNull(f.type).kind));
  const fields = random.sample(withParts.length > 0 && random.chance(0.4) ? withParts : shape.fields, count, count);
  return fields.map((field) => drawKeyOf(random, shape, field));
}

function wholeRecordKey(shape: Shape): KeyDraft {
  return {
    argument: { kind: "value", value: "*" },
    type: recordType(shape),
    form: "whole record",
    field: undefined,
    read: (record) => record,
  };
}

/** Returns the names of the fields that all records of a group have in common. @internal */
export function commonFields(keys: readonly KeyDraft[]): ReadonlySet<string> {
  return new Set(keys.flatMap((key) => (key.field === undefined ? [] : [key.field])));
}

/** Draws a key part that reads `field`. @internal */
export function drawKeyOf(random: PlanRandom, shape: Shape, field: ValueField): KeyDraft {
  const ticket = random.below(12);
  if (ticket < 5) return nestedKey(random, shape, field) ?? fieldKey(shape, field);
  if (ticket < 7) return fieldKey(shape, field);
  if (ticket < 9) return selectorKey(random, field);
  if (ticket < 10) return expressionKey(random, shape, field) ?? selectorKey(random, field);
  return compositeSelectorKey(random, shape);
}

/** Returns the key that is a field as it is. @internal */
export function fieldKey(shape: Shape, field: ValueField): KeyDraft {
  if (shape.kind === "scalar") return selectorOf(field, unariesOf(field.type)[0]!);
  return {
    argument: { kind: "value", value: pathOf(shape, field.name) },
    type: field.type,
    form: shape.kind === "tuple" ? "position" : "field",
    field: field.name,
    read: (record) => readField(record, field.name),
  };
}

function nestedKey(random: PlanRandom, shape: Shape, field: ValueField): KeyDraft | undefined {
  const type = withoutNull(field.type);
  const parts: readonly ValueField[] =
    type.kind === "row"
      ? type.fields
      : type.kind === "tuple"
        ? type.elements.map((t, i) => ({ name: String(i), type: t }))
        : [];
  if (parts.length === 0 || shape.kind === "scalar") return undefined;
  const part = random.pick(parts);
  return {
    argument: { kind: "value", value: fieldPathText([field.name, part.name]) },
    type: mayBeNull(field.type) && !mayBeNull(part.type) ? { kind: "nullable", inner: part.type } : part.type,
    form: "nested field",
    field: undefined,
    read: (record) => {
      const parent = readField(record, field.name);
      return parent == null ? null : readField(parent, part.name);
    },
  };
}

function selectorKey(random: PlanRandom, field: ValueField): KeyDraft {
  return selectorOf(field, random.pick(unariesOf(field.type)));
}

function selectorOf(field: ValueField, unary: Unary): KeyDraft {
  const read = (record: unknown): unknown => unary.apply(readField(record, field.name)) ?? null;
  return {
    argument: { kind: "code", text: `(r) => ${unary.text(readText("r", field.name))}`, make: () => read },
    type: unary.result,
    form: "selector",
    field: undefined,
    read,
  };
}

function expressionKey(random: PlanRandom, shape: Shape, field: ValueField): KeyDraft | undefined {
  if (shape.kind === "scalar") return undefined;
  const { expression, type } = random.chance(0.5) ? drawColumn(random, shape, field) : plainColumn(shape, field);
  const { node } = makeExpression(expression) as { node: ExpressionNode };
  return {
    argument: expressionArgument(expression),
    type,
    form: "expression",
    field: expression.kind === "column" ? field.name : undefined,
    read: (record) => evaluateExpression(node, record),
  };
}

function compositeSelectorKey(random: PlanRandom, shape: Shape): KeyDraft {
  const fields = random.sample(shape.fields, 2, 2);
  if (random.chance(0.5)) {
    const read = (record: unknown): unknown => fields.map((f) => readField(record, f.name) ?? null);
    return {
      argument: {
        kind: "code",
        text: `(r) => [${fields.map((f) => readText("r", f.name)).join(", ")}]`,
        make: () => read,
      },
      type: { kind: "tuple", elements: fields.map((f) => f.type) },
      form: "selector of a tuple",
      field: undefined,
      read,
    };
  }
  const names = fields.map((f, i) => (/^\w+$/.test(f.name) && !/^\d/.test(f.name) ? f.name : `k${i}`));
  const read = (record: unknown): unknown =>
    Object.fromEntries(fields.map((f, i) => [names[i]!, readField(record, f.name) ?? null]));
  return {
    argument: {
      kind: "code",
      text: `(r) => ({ ${fields.map((f, i) => `${propertyText(names[i]!)}: ${readText("r", f.name)}`).join(", ")} })`,
      make: () => read,
    },
    type: { kind: "row", fields: fields.map((f, i) => ({ name: names[i]!, type: f.type })) },
    form: "selector of a row",
    field: undefined,
    read,
  };
}

/**
 * Returns the class of a key type: keys of one class can be joined. Undefined where no join is drawn: a custom type's key is
 * another one where the type is not known, and fields of any type may hold such values.
 */
function joinClass(type: ValueType): string | undefined {
  const inner = withoutNull(type);
  switch (inner.kind) {
    case "number":
      return "number";
    case "enum":
      return "string";
    case "decimal":
      return "decimal";
    case "boolean":
    case "string":
    case "int64":
    case "timestamp":
    case "bytes":
      return inner.kind;
    default:
      return undefined;
  }
}

/** Draws equal keys of two sides, or nothing when no fields of them have something in common. @internal */
export function drawJoinKeys(
  random: PlanRandom,
  left: Shape,
  right: Shape,
  isByFields = false,
): { readonly left: readonly KeyDraft[]; readonly right: readonly KeyDraft[] } | undefined {
  const pairs = left.fields.flatMap((l) => right.fields.filter((r) => areJoinable(l, r)).map((r) => ({ l, r })));
  if (pairs.length === 0) return isByFields ? undefined : computedJoinKeys(random, left, right);
  const same = pairs.filter(({ l, r }) => l.name === r.name);
  const chosen = random.sample(same.length > 0 && random.chance(0.7) ? same : pairs, 1, random.chance(0.25) ? 2 : 1);
  if (isByFields) {
    return { left: chosen.map(({ l }) => fieldKey(left, l)), right: chosen.map(({ r }) => fieldKey(right, r)) };
  }
  if (chosen.length === 2 && random.chance(0.3) && left.kind !== "scalar")
    return tupleAgainstFields(left, right, chosen);
  return {
    left: chosen.map(({ l }) => joinKeyOf(random, left, l)),
    right: chosen.map(({ r }) => joinKeyOf(random, right, r)),
  };
}

function areJoinable(left: ValueField, right: ValueField): boolean {
  const wanted = joinClass(left.type);
  return wanted !== undefined && wanted === joinClass(right.type);
}

function joinKeyOf(random: PlanRandom, shape: Shape, field: ValueField): KeyDraft {
  if (random.chance(0.25)) return selectorOf(field, unariesOf(field.type)[0]!);
  if (random.chance(0.15)) return joinExpressionKey(shape, field) ?? fieldKey(shape, field);
  return fieldKey(shape, field);
}

function joinExpressionKey(shape: Shape, field: ValueField): KeyDraft | undefined {
  if (shape.kind === "scalar") return undefined;
  const { expression, type } = plainColumn(shape, field);
  return {
    argument: expressionArgument(expression),
    type,
    form: "expression",
    field: field.name,
    read: (record) => readField(record, field.name),
  };
}

/** A key selector that returns a tuple meets as many fields on the other side (B041). */
function tupleAgainstFields(
  left: Shape,
  right: Shape,
  pairs: readonly { readonly l: ValueField; readonly r: ValueField }[],
): { left: readonly KeyDraft[]; right: readonly KeyDraft[] } {
  const fields = pairs.map(({ l }) => l);
  const read = (record: unknown): unknown => fields.map((f) => readField(record, f.name) ?? null);
  const selector: KeyDraft = {
    argument: {
      kind: "code",
      text: `(r) => [${fields.map((f) => readText("r", f.name)).join(", ")}]`,
      make: () => read,
    },
    type: { kind: "tuple", elements: fields.map((f) => f.type) },
    form: "selector of a tuple",
    field: undefined,
    read,
  };
  if (right.kind === "scalar")
    return { left: pairs.map(({ l }) => fieldKey(left, l)), right: pairs.map(({ r }) => fieldKey(right, r)) };
  return { left: [selector], right: pairs.map(({ r }) => fieldKey(right, r)) };
}

/** Joins on computed keys of a common class, for sides that have no fields in common. */
function computedJoinKeys(
  random: PlanRandom,
  left: Shape,
  right: Shape,
): { left: readonly KeyDraft[]; right: readonly KeyDraft[] } | undefined {
  const numeric = (shape: Shape): readonly KeyDraft[] =>
    shape.fields.flatMap((f) =>
      unariesOf(f.type)
        .filter((u) => u.result.kind === "number")
        .map((u) => selectorOf(f, u)),
    );
  const [l, r] = [numeric(left), numeric(right)];
  return l.length === 0 || r.length === 0 ? undefined : { left: [random.pick(l)], right: [random.pick(r)] };
}

/** Returns the parts of an order over all fields that are not in `except`: what makes an order total. @internal */
export function totalOrder(
  random: PlanRandom,
  shape: Shape,
  except: ReadonlySet<string> = new Set(),
): readonly SortDraft[] {
  const fields = random.shuffle(shape.fields.filter((f) => !except.has(f.name)));
  // Nulls show their place only in what is sorted by first.
  if (random.chance(0.5)) fields.sort((a, b) => Number(mayBeNull(b.type)) - Number(mayBeNull(a.type)));
  return fields.map((field) => ({ key: fieldKey(shape, field), isDescending: random.chance(0.4) }));
}

/** Is one part of an order. @internal */
export interface SortDraft {
  readonly key: KeyDraft;
  readonly isDescending: boolean;
}

/** Returns the text of the order's direction. @internal */
export function directionOf(sort: SortDraft): Argument {
  return { kind: "value", value: sort.isDescending ? "descending" : "ascending" };
}
