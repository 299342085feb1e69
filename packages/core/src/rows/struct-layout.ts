import type { AnyType, CustomType, DecimalType, EnumType, ScalarKind, VariantType } from "../types/type-information.js";
import { structHeaderSlots } from "./row-format.js";

/**
 * Is what one slot holds, without the question whether it may be null. It is the type information resolved for bytes:
 * nested rows and tuples are structs, and a map is a struct of two arrays.
 */
export type SlotContent =
  | { readonly kind: ScalarKind }
  | { readonly kind: "enum"; readonly type: EnumType }
  | { readonly kind: "decimal"; readonly type: DecimalType }
  | { readonly kind: "custom"; readonly type: CustomType }
  | { readonly kind: "struct"; readonly struct: StructLayout }
  | { readonly kind: "array"; readonly element: Slot }
  | { readonly kind: "map"; readonly keys: Slot; readonly values: Slot }
  | { readonly kind: "variant"; readonly type: VariantType; readonly cases: readonly StructLayout[] };

/** Is one slot: what it holds, and what it may lack. */
export interface Slot {
  readonly content: SlotContent;
  /** The type as it was declared, for error messages and typed order. */
  readonly type: AnyType;
  /** Whether null is a value of it. */
  readonly isNullable: boolean;
  /** Whether it may be absent: fields of rows only. */
  readonly isOptional: boolean;
}

/** Is one field of a struct: a slot with its name, or, in tuples, its position. */
export interface StructField extends Slot {
  readonly name: string;
  /** The position of its slot in the struct. */
  readonly index: number;
}

/**
 * Is the layout of a struct. `shape` says what the struct is in JavaScript: an object, an array, or just the value of its
 * only field.
 */
export interface StructLayout {
  readonly shape: "row" | "tuple" | "value";
  readonly type: AnyType;
  readonly fields: readonly StructField[];
  /** The first slot with a value, counted from the begin of the struct. */
  readonly headerSlots: number;
  /** The number of slots before the variable part. */
  readonly fixedSlots: number;
}

/** Returns the struct of a record type. What is neither a row nor a tuple becomes a struct with one field, the value. */
export function structOf(type: AnyType): StructLayout {
  if (type.kind === "row") return struct("row", type, type.fields);
  if (type.kind === "tuple") {
    return struct(
      "tuple",
      type,
      type.elements.map((element, i) => ({ name: String(i), type: element })),
    );
  }
  return struct("value", type, [{ name: "", type }]);
}

function struct(
  shape: StructLayout["shape"],
  type: AnyType,
  fields: readonly { name: string; type: AnyType }[],
): StructLayout {
  const headerSlots = structHeaderSlots(fields.length);
  return {
    shape,
    type,
    fields: fields.map((field, index) => ({ name: field.name, index, ...slotOf(field.type) })),
    headerSlots,
    fixedSlots: headerSlots + fields.length,
  };
}

function slotOf(type: AnyType): Slot {
  let isNullable = false;
  let isOptional = false;
  let inner = type;
  while (inner.kind === "nullable" || inner.kind === "optional") {
    if (inner.kind === "nullable") isNullable = true;
    else isOptional = true;
    inner = inner.inner;
  }
  // A null that `any` holds is a null like any other, and known as one without looking into the value.
  return { content: contentOf(inner), type: inner, isNullable: isNullable || inner.kind === "any", isOptional };
}

function contentOf(type: AnyType): SlotContent {
  switch (type.kind) {
    case "row":
    case "tuple":
      return { kind: "struct", struct: structOf(type) };
    case "array":
      return { kind: "array", element: slotOf(type.element) };
    case "map":
      return { kind: "map", keys: slotOf(type.key), values: slotOf(type.value) };
    case "variant":
      return { kind: "variant", type, cases: type.cases.map((c) => structOf(c.type)) };
    case "enum":
      return { kind: "enum", type };
    case "decimal":
      return { kind: "decimal", type };
    case "custom":
      return { kind: "custom", type };
    case "nullable":
    case "optional":
      return contentOf(type.inner);
    default:
      return { kind: type.kind };
  }
}
