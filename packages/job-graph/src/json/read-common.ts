/** Reads what several parts of a graph are made of. */
import type { ChainedSpec, KeyPartSpec, OperatorInfo } from "../chained.js";
import type { DeclaredType, ObjectRef } from "../job-graph.js";
import type { KeyFieldSpec } from "../strategies.js";
import { expression, literal } from "./expression-json.js";
import {
  byKind,
  entriesOf,
  integer,
  list,
  listOfSome,
  malformed,
  named,
  object,
  oneOf,
  optional,
  type Reader,
  text,
} from "./readers.js";

/** Reads the number of a vertex, an iteration, an operator. */
export const id: Reader<number> = integer(0);

/** Reads the position of an object in the job's table; the check of the graph knows how many there are. */
export const ref: Reader<ObjectRef> = integer(0);

/** How deep types and keys may nest. */
const MAX_DEPTH = 100;

/** Reads a type as the JSON that it is; whoever makes a layout of it checks what it means. */
export const type: Reader<DeclaredType> = (value, path) => plainJson(value, path, 0) as DeclaredType;

function plainJson(value: unknown, path: string, depth: number): unknown {
  if (depth > MAX_DEPTH) throw malformed(null, path, `a type nested at most ${MAX_DEPTH} levels deep`);
  if (typeof value === "string" || typeof value === "number") return value;
  if (Array.isArray(value)) return Array.from(value, (each, index) => plainJson(each, `${path}[${index}]`, depth + 1));
  const entries = [...entriesOf(value, path)];
  const [only] = entries;
  if (only === undefined || entries.length !== 1) throw malformed(value, path, "a type");
  return { [only[0]]: plainJson(only[1], `${path}.${only[0]}`, depth + 1) };
}

/** Reads fields of a key; there is at least one. */
export const keys: Reader<readonly KeyFieldSpec[]> = listOfSome(
  object<KeyFieldSpec>({ path: text, order: optional(oneOf("ascending", "descending")) }),
);

/** Reads what was given by `withParameters`. */
export const parameters = optional(named<unknown>(literal));

/** Reads what names an operator. */
export const operator: Reader<OperatorInfo> = object<OperatorInfo>({
  id,
  name: text,
  location: optional(object({ file: text, line: integer(0), column: integer(0) })),
  parameters,
  resultType: optional(type),
});

const keyPart: Reader<KeyPartSpec> = (value, path) => keyPartAt(value, path, 0);

function keyPartAt(value: unknown, path: string, depth: number): KeyPartSpec {
  if (depth > MAX_DEPTH) throw malformed(null, path, `a key nested at most ${MAX_DEPTH} levels deep`);
  return byKind<KeyPartSpec>({
    field: { path: text },
    selector: { function: ref },
    expression: { expression },
    tuple: { parts: listOfSome((each, at) => keyPartAt(each, at, depth + 1)) },
  })(value, path);
}

/** Reads an operator of a chain. */
export const chained: Reader<ChainedSpec> = byKind<ChainedSpec>({
  map: { operator, function: ref },
  flatMap: { operator, function: ref },
  filter: { operator, function: ref },
  filterExpression: { operator, expression },
  project: { operator, fields: listOfSome(text) },
  select: { operator, columns: list(object({ name: text, expression })) },
  attachKey: { operator, parts: list(keyPart) },
  detachKey: { operator, position: id },
});
