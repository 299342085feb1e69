/**
 * What maps, flat maps and partition maps do to one record: make a new one, change the one they are given, look at the
 * context, or give records of several layouts.
 */
import { keyText, type RuntimeContext } from "@millrace/core";
import type { PlanRandom } from "../plan-random.js";
import { readField, readText, type Shape, undeclaredShape } from "../types/shape.js";
import { afterFunction, COUNT, commonType, INT, STRING, type ValueField, type ValueType } from "../types/value-type.js";
import { drawBuilder } from "./builder.js";
import { hashText } from "./group-functions.js";
import { predicatesOf, type Unary, unariesOf } from "./unary.js";

/** Maps one record to one. @internal */
export interface RecordMapper {
  readonly shape: Shape;
  /** Statements before the result, each with its semicolon; may be empty. */
  readonly before: string;
  /** The result, in the variables `r` and `context`. */
  readonly text: string;
  readonly features: readonly string[];
  readonly apply: (record: unknown, context: RuntimeContext) => unknown;
}

/** Says what a mapper may use. @internal */
export interface MapperSetting {
  /** The name of a broadcast set of the operator. */
  readonly broadcast: string | undefined;
  readonly isInIteration: boolean;
}

/** Draws what to do with a record of `shape`. @internal */
export function drawMapper(random: PlanRandom, shape: Shape, setting: MapperSetting): RecordMapper {
  const base = drawBase(random, shape);
  if (base.shape.kind !== "row" || base.shape.fields.length > 7) return base;
  if (setting.broadcast !== undefined) {
    return random.chance(0.4) ? withInitializer(base, setting.broadcast) : withBroadcast(base, setting.broadcast);
  }
  if (setting.isInIteration && random.chance(0.4)) return withSuperstep(base);
  return base;
}

function drawBase(random: PlanRandom, shape: Shape): RecordMapper {
  const ticket = random.below(10);
  if (ticket < 3 && shape.kind !== "scalar") return mutating(random, shape);
  if (ticket < 5) return mutatingInside(random, shape) ?? building(random, shape);
  if (ticket < 6 && shape.kind === "row") return irregular(random, shape);
  return building(random, shape);
}

function building(random: PlanRandom, shape: Shape): RecordMapper {
  const builder = drawBuilder(random, [{ variable: "r", shape, mayBeMissing: false }]);
  return { shape: builder.shape, before: "", text: builder.text, features: [], apply: (r) => builder.build(r) };
}

/** Returns the mapper that keeps the record as it is. @internal */
export function identityMapper(shape: Shape): RecordMapper {
  return { shape: undeclaredShape(shape), before: "", text: "r", features: [], apply: (r) => r };
}

/** Assigns to a field of the record and returns the record itself. @internal */
export function mutating(random: PlanRandom, shape: Shape): RecordMapper {
  const field = random.pick(shape.fields);
  const unary = random.pick(unariesOf(field.type));
  const place = readText("r", field.name);
  return {
    shape: replaceField(undeclaredShape(shape), field.name, afterFunction(unary.result)),
    before: `${place} = ${unary.text(place)}; `,
    text: "r",
    features: ["mutates its record"],
    apply: (record) => {
      (record as Record<string, unknown>)[field.name] = unary.apply(readField(record, field.name)) ?? null;
      return record;
    },
  };
}

function replaceField(shape: Shape, name: string, type: ValueType): Shape {
  return { kind: shape.kind, fields: shape.fields.map((f) => (f.name === name ? { name, type } : f)) };
}

interface InnerChange {
  readonly text: (place: string) => string;
  readonly apply: (value: never) => void;
}

const INNER_CHANGES: ReadonlyMap<ValueType["kind"], InnerChange> = new Map<ValueType["kind"], InnerChange>([
  ["array", { text: (p) => `${p}.push(...${p}.splice(0, 1))`, apply: (a: unknown[]) => a.push(...a.splice(0, 1)) }],
  ["map", { text: (p) => `${p}.delete("a")`, apply: (m: Map<unknown, unknown>) => m.delete("a") }],
  ["bytes", { text: (p) => `${p}.fill(7)`, apply: (b: Uint8Array) => b.fill(7) }],
  ["timestamp", { text: (p) => `${p}.setTime(5)`, apply: (d: Date) => d.setTime(5) }],
]);

function mutatingInside(random: PlanRandom, shape: Shape): RecordMapper | undefined {
  const candidates = shape.fields.filter((f) => INNER_CHANGES.has(f.type.kind) && f.name !== "*");
  if (candidates.length === 0) return undefined;
  const field = random.pick(candidates);
  const change = INNER_CHANGES.get(field.type.kind) as InnerChange;
  return {
    shape: undeclaredShape(shape),
    before: `${change.text(readText("r", field.name))}; `,
    text: "r",
    features: ["mutates inside of its record"],
    apply: (record) => {
      change.apply(readField(record, field.name) as never);
      return record;
    },
  };
}

/** Gives a field another type, or leaves it out, depending on the record. */
function irregular(random: PlanRandom, shape: Shape): RecordMapper {
  const field = random.pick(shape.fields);
  const decider = random.pick(shape.fields);
  const test = random.pick(predicatesOf(decider.type));
  const [first, second] = [random.pick(unariesOf(field.type)), random.pick(unariesOf(field.type))];
  const place = readText("r", field.name);
  const type = commonType(afterFunction(first.result), afterFunction(second.result));
  return {
    shape: replaceField(undeclaredShape(shape), field.name, type),
    before: "",
    text: `({ ...r, ${JSON.stringify(field.name)}: ${test.text(readText("r", decider.name))} ? ${first.text(place)} : ${second.text(place)} })`,
    features: type.kind === "any" ? ["several layouts"] : [],
    apply: (record) => {
      const chosen: Unary = test.apply(readField(record, decider.name)) ? first : second;
      return { ...(record as object), [field.name]: chosen.apply(readField(record, field.name)) ?? null };
    },
  };
}

/** Adds to the row what does not depend on the order of a broadcast set: its size and its greatest record. */
function withBroadcast(base: RecordMapper, name: string): RecordMapper {
  return added(
    base,
    "broadcast set",
    `broadcast: greatestText(context.getBroadcastVariable("${name}"))`,
    STRING,
    "broadcast",
    (context) => greatestText(context.getBroadcastVariable(name)),
  );
}

/** As the broadcast set, made by an initializer whose result the subtasks share. */
function withInitializer(base: RecordMapper, name: string): RecordMapper {
  return added(
    base,
    "broadcast set",
    `broadcast: context.getBroadcastVariableWithInitializer("${name}", (all) => bagHash([...all]))`,
    INT,
    "broadcast",
    (context) => context.getBroadcastVariableWithInitializer(name, (all: Iterable<unknown>) => bagHash([...all])),
  );
}

/** Returns the number of records and the greatest of their texts: what every order of them has in common. @internal */
export function greatestText(records: readonly unknown[]): string {
  return `${records.length} ${records.map(keyText).sort().at(-1) ?? ""}`.slice(0, 100);
}

/** Returns a number that every order of the records has in common. @internal */
export function bagHash(records: readonly unknown[]): number {
  return records.reduce<number>((sum, record) => (sum + hashText(1, keyText(record))) | 0, records.length);
}

function withSuperstep(base: RecordMapper): RecordMapper {
  return added(base, "superstep", "step: context.getSuperstepNumber()", COUNT, "step", (context) =>
    context.getSuperstepNumber(),
  );
}

function added(
  base: RecordMapper,
  feature: string,
  text: string,
  type: ValueType,
  name: string,
  read: (context: RuntimeContext) => unknown,
): RecordMapper {
  const fields: ValueField[] = [...base.shape.fields.filter((f) => f.name !== name), { name, type }];
  return {
    shape: { kind: "row", fields },
    before: base.before,
    text: `({ ...${base.text}, ${text} })`,
    features: [...base.features, feature],
    apply: (record, context) => ({ ...(base.apply(record, context) as object), [name]: read(context) }),
  };
}

/** Is a test of a record. @internal */
export interface RecordPredicate {
  readonly text: string;
  readonly test: (record: unknown) => boolean;
}

/** Draws a test of records. @internal */
export function drawPredicate(random: PlanRandom, shape: Shape): RecordPredicate {
  const field = random.pick(shape.fields);
  const predicate = random.pick(predicatesOf(field.type));
  const isNegated = random.chance(0.4);
  const text = predicate.text(readText("r", field.name));
  return {
    text: isNegated ? `!(${text})` : text,
    test: (record) => (predicate.apply(readField(record, field.name)) === true) !== isNegated,
  };
}

/** Draws how many results a record has in a flat map: 0 to 3. @internal */
export function drawRepeats(random: PlanRandom, shape: Shape): { text: string; count: (record: unknown) => number } {
  const candidates = shape.fields.flatMap((field) =>
    unariesOf(field.type)
      .filter((unary) => unary.result === INT)
      .map((unary) => ({ field, unary })),
  );
  if (candidates.length === 0) {
    const { text, test } = drawPredicate(random, shape);
    return { text: `(${text} ? 2 : 0)`, count: (record) => (test(record) ? 2 : 0) };
  }
  const { field, unary } = random.pick(candidates);
  return {
    text: `(${unary.text(readText("r", field.name))} & 3)`,
    count: (record) => (unary.apply(readField(record, field.name)) as number) & 3,
  };
}
