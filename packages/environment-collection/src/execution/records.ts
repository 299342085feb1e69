import { type ErrorPlace, isMillraceError, MillraceError, normalizeRecord, type TypeInformation } from "@millrace/core";

/**
 * Takes in what user code or a source gives: a copy that is plain data and conforms to the declared type. Throws
 * RECORD_TYPE_MISMATCH or RECORD_NOT_DATA with the place.
 */
export function takenIn(record: unknown, type: TypeInformation<unknown> | undefined, place: () => ErrorPlace): unknown {
  try {
    return normalizeRecord(record, type);
  } catch (error) {
    throw isMillraceError(error) && error instanceof MillraceError ? error.at(place()) : error;
  }
}
