export { Decimal } from "./decimal.js";
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
export { type InferRow, type InferVariant, type OptionalField, types } from "./types.js";
