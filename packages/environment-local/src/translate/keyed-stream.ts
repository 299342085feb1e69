/**
 * How records get their keys before they are moved, sorted or grouped. A field is found in the record by its path. Whatever is
 * computed is put in front of the record, in a tuple with it; the paths of fields then begin at the record's position:
 *
 *   by user.zip             user.zip                            of  record
 *   by (r) => …, then name  0, 1.name                           of  [key, record]
 */
import type { KeyPart, Keys, Operator, Order } from "@millrace/common-api";
import { parseFieldPath, type TypeInformation, types, typeToJson } from "@millrace/core";
import type { KeyFieldSpec, KeyPartSpec, ValuePosition } from "@millrace/job-graph";
import type { Stream } from "./stream.js";
import type { Translation } from "./translation.js";

/** Is one part of a key or an order. */
export interface OrderedPart {
  readonly key: KeyPart;
  readonly order?: Order | undefined;
}

/** Is a stream whose records have their keys as fields. */
export interface KeyedStream {
  readonly stream: Stream;
  /** As many as there are parts. */
  readonly keys: readonly KeyFieldSpec[];
  /** Where the record lies; undefined when it is all. */
  readonly value: ValuePosition;
}

/** Returns the parts of a key as parts of an order. */
export function partsOf(keys: Keys): OrderedPart[] {
  return keys.map((key) => ({ key }));
}

/** Gives the records of a stream the parts of a key, for the operator that asks for them. */
export function keyed(
  translation: Translation,
  operator: Operator,
  stream: Stream,
  parts: readonly OrderedPart[],
): KeyedStream {
  const paths = parts.map(({ key }) => pathOf(key));
  if (paths.every((path) => path !== undefined)) {
    return { stream, keys: parts.map(({ order }, index) => ordered(paths[index] as string, order)), value: undefined };
  }
  return keyedByComputed(translation, operator, stream, [], parts);
}

/** Gives the records of a stream several parts as one: the tuple of them, which one selector of the other side returns. */
export function keyedByTuple(
  translation: Translation,
  operator: Operator,
  stream: Stream,
  parts: Keys,
  order: readonly OrderedPart[],
): KeyedStream {
  const specs = parts.map(
    (key) => computedPart(key, translation) ?? ({ kind: "field", path: fieldOf(key) as string } as const),
  );
  return keyedByComputed(translation, operator, stream, [{ kind: "tuple", parts: specs }], order);
}

/** Attaches parts that are computed, and those of `rest` that are. */
function keyedByComputed(
  translation: Translation,
  operator: Operator,
  stream: Stream,
  leading: readonly KeyPartSpec[],
  rest: readonly OrderedPart[],
): KeyedStream {
  const computed = [...leading, ...rest.flatMap(({ key }) => computedPart(key, translation) ?? [])];
  const value = computed.length;
  let position = leading.length;
  const keys = rest.map(({ key, order }) => {
    const isComputed = computedPart(key, translation) !== undefined;
    return ordered(isComputed ? String(position++) : pathFrom(value, key), order);
  });
  const leadingKeys = leading.map((_, index) => ({ path: String(index) }));
  return { stream: attached(translation, operator, stream, computed), keys: [...leadingKeys, ...keys], value };
}

function attached(translation: Translation, operator: Operator, stream: Stream, parts: readonly KeyPartSpec[]): Stream {
  const type =
    stream.type === undefined || !hasOrderOfItsOwn(stream.type) ? undefined : attachedType(parts, stream.type);
  return translation.prepare(operator, stream, { kind: "attachKey", parts }, type);
}

/**
 * Returns the type of the tuple that a record of a type becomes. The keys are whatever they are found to be; without a need for the
 * type of the record all of the tuple is found out, keys too.
 */
function attachedType(parts: readonly KeyPartSpec[], type: TypeInformation<unknown>): TypeInformation<unknown> {
  return types.tuple(...parts.map(() => types.any), type);
}

/** Tells whether values of a type have an order, or a class, that is lost when they are looked at without it. */
function hasOrderOfItsOwn(type: TypeInformation<unknown>): boolean {
  return /"(enum|custom)":/.test(JSON.stringify(typeToJson(type)));
}

/** Returns the path of a part that is a field, or an expression that is a column; undefined for any other part. */
export function fieldOf(part: KeyPart): string | undefined {
  if (part.kind === "field") return part.path;
  return part.kind === "expression" && part.expression.op === "column" ? part.expression.path : undefined;
}

/** Returns the path at which a part is found in the record itself; undefined when it has to be computed. */
function pathOf(part: KeyPart): string | undefined {
  const field = fieldOf(part);
  if (field === undefined) return undefined;
  return parseFieldPath(field).segments.length > 0 ? withoutWildcard(field) : "*";
}

/** Returns the path of a field from a tuple that has the record at `position`. */
function pathFrom(position: number, part: KeyPart): string {
  const field = fieldOf(part) as string;
  return parseFieldPath(field).segments.length === 0 ? String(position) : `${position}.${withoutWildcard(field)}`;
}

/** All fields of a part of a record are that part. */
function withoutWildcard(path: string): string {
  return parseFieldPath(path).isWildcard ? path.slice(0, -".*".length) : path;
}

function computedPart(part: KeyPart, translation: Translation): KeyPartSpec | undefined {
  if (part.kind === "selector") return { kind: "selector", function: translation.ref(part.function) };
  if (fieldOf(part) !== undefined) return undefined;
  const { expression } = part as Extract<KeyPart, { kind: "expression" }>;
  return { kind: "expression", expression };
}

function ordered(path: string, order: Order | undefined): KeyFieldSpec {
  return order === undefined ? { path } : { path, order };
}
