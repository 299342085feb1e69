export { Decimal } from "./decimal.js";
export type { StandardJsonSchema } from "./schema-types.js";
export type { InferRow, InferType, InferVariant, OptionalField } from "./type-builders.js";
export type {
  AnyType,
  ArrayType,
  CustomSerializer,
  CustomType,
  DecimalType,
  EnumType,
  MapType,
  NullableType,
  OptionalType,
  RowField,
  RowType,
  ScalarKind,
  ScalarType,
  TupleType,
  TypeInformation,
  TypeKind,
  VariantType,
} from "./type-information.js";
export { rowTypeOf, type TypeJson, typeFromJson, typeToJson } from "./type-json.js";
export { types } from "./types.js";
