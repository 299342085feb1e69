import { type StandardJsonSchema, typeFromSchema } from "./schema-types.js";
import { type InferType, typeBuilders } from "./type-builders.js";
import type { TypeInformation } from "./type-information.js";

/** Holds the type-level half of {@link types}. @public */
export declare namespace types {
  /** Is the static type of the values that a type information describes. @public */
  export type Infer<X> = InferType<X>;
}

/**
 * Builds type informations. Each describes a record at run time and gives its static type:
 * `types.Infer<typeof user>` of `const user = types.row({ id: types.int32, name: types.string })` is `{ id: number; name: string }`.
 * @public
 */
export const types = {
  ...typeBuilders,

  /**
   * Describes the output of a schema of any library that implements Standard JSON Schema (zod, valibot by
   * `toStandardJsonSchema`, arktype, …). SPEC.md says what each part of a JSON Schema becomes; what it leaves open is `any`.
   * Throws UNSUPPORTED_TYPE, with the path, for what the library or JSON Schema cannot express, such as dates.
   */
  from<T>(schema: StandardJsonSchema<T>): TypeInformation<T> {
    return typeFromSchema(schema);
  },
} as const;
