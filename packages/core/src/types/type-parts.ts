import type { AnyType } from "./type-information.js";

/** Returns the types that a type is directly made of. */
export function partsOfType(type: AnyType): readonly AnyType[] {
  switch (type.kind) {
    case "nullable":
    case "optional":
      return [type.inner];
    case "array":
      return [type.element];
    case "tuple":
      return type.elements;
    case "map":
      return [type.key, type.value];
    case "row":
      return type.fields.map((field) => field.type);
    case "variant":
      return type.cases.map((each) => each.type);
    default:
      return [];
  }
}
