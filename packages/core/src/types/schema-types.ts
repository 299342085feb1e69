import { MillraceError } from "../errors/index.js";
import { typeOfJsonSchema } from "./json-schema.js";
import type { TypeInformation } from "./type-information.js";

/**
 * Is what Standard JSON Schema asks of a schema (https://standardschema.dev), as far as Millrace uses it. `T` is the type
 * of the schema's output. Repeated here so that no library's package is needed.
 * @public
 */
export interface StandardJsonSchema<out T> {
  /** What the standard defines. */
  readonly "~standard": {
    readonly vendor: string;
    readonly types?: { readonly output: T } | undefined;
    readonly jsonSchema: {
      readonly output: (options: { readonly target: "draft-2020-12" | "draft-07" }) => Record<string, unknown>;
    };
  };
}

/** Returns the type information of a schema's output; see `types.from`. @internal */
export function typeFromSchema<T>(schema: StandardJsonSchema<T>): TypeInformation<T> {
  const standard = schema?.["~standard"];
  if (typeof standard?.jsonSchema?.output !== "function") {
    throw new MillraceError({
      code: "UNSUPPORTED_TYPE",
      what: "types.from was given something that does not implement Standard JSON Schema",
      expected: 'an object with ["~standard"].jsonSchema.output',
      fix: "Update the schema library, or wrap the schema: valibot has toStandardJsonSchema in @valibot/to-json-schema.",
    });
  }
  return typeOfJsonSchema(jsonSchemaOf(standard)) as unknown as TypeInformation<T>;
}

function jsonSchemaOf(standard: StandardJsonSchema<unknown>["~standard"]): Record<string, unknown> {
  try {
    return standard.jsonSchema.output({ target: "draft-2020-12" });
  } catch (first) {
    try {
      return standard.jsonSchema.output({ target: "draft-07" });
    } catch {
      throw new MillraceError({
        code: "UNSUPPORTED_TYPE",
        what: `${standard.vendor} cannot express the schema as JSON Schema: ${String((first as Error)?.message ?? first)}`,
        expected: "a schema of what JSON has: no dates, no bigints, no transformed values",
        fix: "Describe the record with types.row({ … }); its fields can be types.timestamp, types.int64 and types.from(part).",
        cause: first,
      });
    }
  }
}
