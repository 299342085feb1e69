import { type ErrorDetails, type ErrorPlace, MillraceError } from "../errors/index.js";
import type { InputEncoding } from "./byte-input.js";
import type { IoContext } from "./io-context.js";
import { lineNumberAt } from "./line-numbers.js";

/**
 * Says that the record at a position of a file is malformed. Parsers throw it; {@link malformedInput} turns it into the error
 * that users see, which takes a second look at the file.
 * @internal
 */
export class MalformedRecord {
  /** Where the line that holds the mistake starts, in plain bytes of the file. */
  readonly position: number;
  /** What is wrong and what was expected; file and line are added later. */
  readonly details: Omit<ErrorDetails, "code">;

  constructor(position: number, details: Omit<ErrorDetails, "code">) {
    this.position = position;
    this.details = details;
  }
}

/** Makes the MALFORMED_INPUT error of a record, with file and line. @internal */
export async function malformedInput(
  record: MalformedRecord,
  context: IoContext,
  path: string,
  encoding: InputEncoding & { readonly unitBytes?: 1 | 2 | undefined },
): Promise<MillraceError> {
  const { details } = record;
  let where: ErrorPlace = { file: path, ...details.where };
  if (where.line === undefined) {
    try {
      where = { ...where, line: await lineNumberAt(context, path, encoding, record.position) };
    } catch {
      // A file that can no longer be read must not hide what was wrong with it: the error goes without the line.
    }
  }
  return new MillraceError({ code: "MALFORMED_INPUT", ...details, where });
}
