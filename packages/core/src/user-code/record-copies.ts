/**
 * Copies of stored records. A class survives only in values of a custom type that the plan declares somewhere: they are
 * copied by their own serializer, and as keys they are their key bytes.
 */
import { MillraceError } from "../errors/index.js";
import { normalizeRecord, RecordCopier } from "../records/index.js";
import type { AnyType, CustomType, TypeInformation } from "../types/type-information.js";
import { partsOfType } from "../types/type-parts.js";

/** Copies records for user code, and turns keys into plain data. One for each job. @internal */
export class RecordCopies {
  readonly #customs: readonly CustomType[];

  /** @param types - all types that the plan declares */
  constructor(types: Iterable<TypeInformation<unknown>>) {
    this.#customs = customTypesOf(types);
  }

  /** Returns a copy of a stored record, which whoever gets it may do with what he likes. */
  handedOut(record: unknown): unknown {
    if (this.#customs.length === 0) return normalizeRecord(record);
    return replaced(record, (value) => this.#copyOfCustom(value));
  }

  /** Returns a function that does the same for the records of one place of a program, and gets faster as it learns their shapes. */
  atOnePlace(): (record: unknown) => unknown {
    if (this.#customs.length > 0) return (record) => this.handedOut(record);
    const copier = new RecordCopier();
    return (record) => copier.copy(record);
  }

  /** Returns a key as plain data, with the equality, the hash and the order that its types give it. */
  plainKey(key: unknown): unknown {
    return this.#customs.length === 0 ? key : replaced(key, (value) => this.#keyOfCustom(value));
  }

  #copyOfCustom(value: object): unknown {
    const serializer = this.#typeOf(value)?.serializer;
    return serializer?.deserialize(serializer.serialize(value));
  }

  #keyOfCustom(value: object): unknown {
    const type = this.#typeOf(value);
    if (type === undefined) return undefined;
    if (type.serializer.keyBytes !== undefined) return [type.name, new Uint8Array(type.serializer.keyBytes(value))];
    throw new MillraceError({
      code: "INVALID_KEY",
      what: `The custom type ${JSON.stringify(type.name)} can't be a key`,
      expected: "a serializer with keyBytes, which gives equality and order to its values",
      fix: "Add keyBytes to the type's serializer, or use a key selector that returns a plain value.",
    });
  }

  #typeOf(value: object): CustomType | undefined {
    return this.#customs.find(({ serializer }) => serializer.isInstance(value));
  }
}

/** Returns the custom types that types are made of, each once. @internal */
export function customTypesOf(types: Iterable<TypeInformation<unknown>>): readonly CustomType[] {
  const customs = new Map<string, CustomType>();
  for (const type of types) collectCustomTypes(type as AnyType, customs);
  return [...customs.values()];
}

function collectCustomTypes(type: AnyType, found: Map<string, CustomType>): void {
  if (type.kind === "custom") found.set(type.name, type);
  for (const part of partsOfType(type)) collectCustomTypes(part, found);
}

/** Copies a value by the rules of records; instances of classes are what `ofInstance` makes of them, or plain data when it makes nothing. */
function replaced(value: unknown, ofInstance: (instance: object) => unknown): unknown {
  if (typeof value !== "object" || value === null) return normalizeRecord(value);
  if (Array.isArray(value)) return value.map((element) => replaced(element, ofInstance));
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [replaced(key, ofInstance), replaced(item, ofInstance)]));
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return ofInstance(value) ?? normalizeRecord(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, replaced(field, ofInstance)]));
}
