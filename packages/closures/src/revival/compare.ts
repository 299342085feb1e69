/** Compares captured data with what they were: a change in a worker would be lost, and has most likely another meaning. */
import type { WireNode, WireProperty, WireValue } from "../capture/wire.js";

/** Gives a test of whether a value is what a wire value says. */
type SameAs = (value: unknown) => (wire: WireValue) => boolean;

/** Tells whether an object differs from its node. Functions are looked at for their properties only. */
export function hasChanged(node: WireNode, value: unknown, chunks: readonly Uint8Array[], sameAs: SameAs): boolean {
  const isSame = (each: unknown, wire: WireValue): boolean => sameAs(each)(wire);
  switch (node.type) {
    case "record": {
      const record = value as Record<string, unknown>;
      const keys = Reflect.ownKeys(record);
      if (keys.length !== node.keys.length) return true;
      return node.keys.some((key, index) => !Object.hasOwn(record, key) || !isSame(record[key], node.values[index]!));
    }
    case "list": {
      const list = value as unknown[];
      if (list.length !== node.items.length) return true;
      return node.items.some((wire, index) => !isSame(list[index], wire));
    }
    case "array":
      return (
        (value as unknown[]).length !== node.length || propertiesChanged(node.properties, value as object, isSame, 1)
      );
    case "map": {
      const entries = [...Map.prototype.entries.call(value as Map<unknown, unknown>)].flat();
      if (entries.length !== node.entries.length) return true;
      return node.entries.some((wire, index) => !isSame(entries[index], wire));
    }
    case "set": {
      const items = [...Set.prototype.values.call(value as Set<unknown>)];
      if (items.length !== node.items.length) return true;
      return node.items.some((wire, index) => !isSame(items[index], wire));
    }
    case "date":
      return !isSame(Date.prototype.getTime.call(value as Date), node.time);
    case "bytes":
      return !isSameBytes(new Uint8Array(value as ArrayBuffer), chunks[node.chunk]!);
    case "nodeBuffer":
      return !isSameBytes(value as Uint8Array, chunks[node.chunk]!);
    case "object":
    case "error":
      return propertiesChanged(node.properties, value as object, isSame, 0);
    default:
      return false;
  }
}

function propertiesChanged(
  properties: readonly WireProperty[] | undefined,
  value: object,
  isSame: (value: unknown, wire: WireValue) => boolean,
  numExtraKeys: number,
): boolean {
  const captured = properties ?? [];
  const numKeys = Reflect.ownKeys(value).length;
  if (numKeys !== captured.length && numKeys !== captured.length + numExtraKeys) return true;
  return captured.some((property) => {
    const [key, , wire] = property;
    // Accessors, keys that are symbols and the engine's stacks are compared by their number only.
    if (key === "stack") return false;
    if (property.length !== 3 || typeof key !== "string" || wire === undefined) return false;
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    return descriptor === undefined || !isSame(descriptor.value, wire);
  });
}

function isSameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}
