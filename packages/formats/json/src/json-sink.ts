import {
  type AnyType,
  checkOptions,
  FILE_WRITE_OPTIONS,
  type FileWriteOptions,
  fileSink,
  MillraceError,
  type OptionRules,
  type RecordEncoder,
  type Sink,
  type TypeInformation,
  textCoding,
  typedJsonEncoder,
} from "@millrace/core";

/** Says how JSON lines are written. @public */
export interface JsonLinesWriteOptions<T> extends FileWriteOptions {
  /** What the records are; reading with the same types gives back the same records. Without it, each value's own kind decides. */
  readonly types?: TypeInformation<T> | undefined;
}

const OPTIONS: OptionRules<JsonLinesWriteOptions<unknown>> = { ...FILE_WRITE_OPTIONS, types: "checked elsewhere" };

/** Writes records as JSON, one a line, in UTF-8. @public */
export function jsonLinesSink<T>(path: string, options: JsonLinesWriteOptions<T> = {}): Sink<T> {
  checkOptions("JSON lines", options, OPTIONS);
  const toJson = typedJsonEncoder(options.types as AnyType | undefined);
  const encoder: RecordEncoder<T> = {
    encode(record, out) {
      const line: unknown = JSON.stringify(toJson(record));
      if (typeof line !== "string") throw noJson(record);
      out.writeText(`${line}\n`);
    },
  };
  return fileSink<T>({ label: "JSON", path, options, coding: textCoding("utf-8"), openEncoder: () => encoder });
}

function noJson(record: unknown): MillraceError {
  return new MillraceError({
    code: "RECORD_NOT_DATA",
    what: `A ${typeof record} cannot be written as JSON`,
    expected: "a record",
  });
}
