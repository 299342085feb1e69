/** Fills objects that were made empty: content of their kind, then own properties by descriptor. */
import {
  CONFIGURABLE,
  ENUMERABLE,
  type WireNode,
  type WireOwn,
  type WireProperty,
  type WireValue,
  WRITABLE,
} from "../capture/wire.js";

/** Fills the objects of one graph. */
export class ObjectFiller {
  readonly #value: (wire: WireValue) => unknown;

  /** @param value - gives what a wire value stands for; everything is made by now */
  constructor(value: (wire: WireValue) => unknown) {
    this.#value = value;
  }

  setPrototype(node: WireNode, value: unknown): void {
    if ("prototype" in node) Object.setPrototypeOf(value, this.#value(node.prototype!) as object | null);
  }

  /** Gives an object its content and its properties. */
  fill(node: WireNode, value: unknown): void {
    switch (node.type) {
      case "record":
        this.#fillRecord(node.keys, node.values, value as Record<string, unknown>);
        return;
      case "list": {
        const list = value as unknown[];
        const { items } = node;
        list.length = 0;
        for (let index = 0; index < items.length; index++) list.push(this.#value(items[index]!));
        return;
      }
      case "map":
        for (let index = 0; index < node.entries.length; index += 2) {
          Map.prototype.set.call(value, this.#value(node.entries[index]!), this.#value(node.entries[index + 1]!));
        }
        break;
      case "set":
        for (const item of node.items) Set.prototype.add.call(value, this.#value(item));
        break;
      default:
    }
    if ("properties" in node) this.#applyProperties(node as WireOwn, value as object, hasPropertiesOfItsOwn(node));
  }

  #fillRecord(keys: readonly string[], values: readonly WireValue[], record: Record<string, unknown>): void {
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!;
      const each = this.#value(values[index]!);
      if (key === "__proto__")
        Object.defineProperty(record, key, { value: each, writable: true, enumerable: true, configurable: true });
      else record[key] = each;
    }
  }

  #applyProperties({ properties = [] }: WireOwn, target: object, isComplete: boolean): void {
    if (isComplete) {
      const keys = new Set(properties.map(([key]) => this.#value(key)));
      for (const key of Reflect.ownKeys(target)) if (!keys.has(key)) Reflect.deleteProperty(target, key);
    }
    for (const property of properties) {
      if (property.length === 3 && property[0] === "stack" && isEngineStack(target)) {
        // An accessor of the engine's, which takes the text that it gives.
        (target as { stack: unknown }).stack = this.#value(property[2]);
        Object.defineProperty(target, "stack", sharedAttributesOf(property[1]));
        continue;
      }
      if (property.length > 1)
        Object.defineProperty(target, this.#value(property[0]) as PropertyKey, this.#descriptorOf(property));
    }
  }

  #descriptorOf(property: WireProperty): PropertyDescriptor {
    const [, attributes = 0, first = null, second] = property;
    const shared = sharedAttributesOf(attributes);
    if (second === undefined) return { ...shared, value: this.#value(first), writable: (attributes & WRITABLE) !== 0 };
    return {
      ...shared,
      get: this.#value(first) as () => unknown,
      set: this.#value(second) as (value: unknown) => void,
    };
  }
}

function sharedAttributesOf(attributes: number): { readonly enumerable: boolean; readonly configurable: boolean } {
  return { enumerable: (attributes & ENUMERABLE) !== 0, configurable: (attributes & CONFIGURABLE) !== 0 };
}

/** Functions, and what belongs to them, are made with properties, of which some may have been deleted. */
function hasPropertiesOfItsOwn({ type }: WireNode): boolean {
  return type === "function" || type === "prototype" || type === "member" || type === "error";
}

function isEngineStack(target: object): boolean {
  return Object.getOwnPropertyDescriptor(target, "stack")?.set !== undefined;
}
