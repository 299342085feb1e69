/**
 * Lists the stable error codes: one line each, what went wrong in five to twelve words. Every code has a page
 * `docs/errors/<CODE>.md`, and a check holds the two equal. A code is never renamed or used for something else.
 * @public
 */
export const errorCodes = {
  INVARIANT_VIOLATED: "Millrace broke a promise it makes to itself",
  UNKNOWN_FIELD: "A field path names no field of the record type",
  INVALID_KEY: "A key definition cannot be used to group, join, partition or sort",
  KEY_MISMATCH: "The keys of the two inputs do not fit each other",
  UNSUPPORTED_AGGREGATION: "An aggregation cannot be computed over a field of this type",
  INVALID_ARGUMENT: "An argument is outside its range or of the wrong kind",
  INVALID_HINT: "A hint cannot be followed by this operator",
  INVALID_FUNCTION: "A user function is missing, or of a kind this operator cannot call",
  INVALID_RESULT: "A user function returned what its operator cannot take",
  CAPTURED_VARIABLE_ASSIGNED: "A user function assigns a variable that it captured",
  CAPTURE_REFUSED: "A user function refers to something that cannot travel to another thread",
  CAPTURE_TOO_LARGE: "User functions refer to more than may travel with a job",
  CAPTURE_CHANGED: "A user function changed data that it captured",
  CAPTURE_CORRUPT: "Captured functions arrived damaged or from another version",
  PACKAGE_STATE_DIFFERS: "A package was configured in the program and not in the worker",
  FUNCTION_FAILED: "A user function threw",
  RECORD_TYPE_MISMATCH: "A record contradicts its declared type",
  RECORD_NOT_DATA: "A value cannot be part of a record",
  RECORD_TOO_LARGE: "A record is larger than one buffer can be",
  NULL_FIELD: "A null stands where a value is required",
  ITERABLE_CONSUMED: "Records that can be read once were read a second time",
  NO_SINKS: "A job was started without a sink",
  ITERATION_NOT_CLOSED: "An iteration is used before it was closed",
  INVALID_ITERATION: "An iteration is put together in a way that cannot run",
  MISSING_BROADCAST_SET: "A function asks for a broadcast set that it was not given",
  MISSING_CACHED_FILE: "A function asks for a cached file that was not registered",
  DUPLICATE_NAME: "A name is already taken",
  ACCUMULATOR_CONFLICT: "An accumulator is used with two different types",
  NOT_IN_ITERATION: "A superstep is asked for outside of an iteration",
  NO_ENGINE: "No engine is registered that could run the program",
  JOB_CANCELLED: "A job was cancelled before it finished",
  TIMEOUT: "A call took longer than its limit",
  FILE_NOT_FOUND: "A file or directory does not exist",
  FILE_EXISTS: "An output exists and may not be overwritten",
  FILE_SYSTEM_FAILED: "The file system refused an operation",
  NETWORK_FAILED: "The network refused or ended a connection",
  UNSUPPORTED_COMPRESSION: "A file's compression cannot be read or written here",
  MALFORMED_INPUT: "A file holds something its format does not allow",
  CORRUPT_FILE: "A file does not hold what was written into it",
  UNSUPPORTED_BY_HOST: "The host of this process cannot do what was asked",
  UNSUPPORTED_TYPE: "A type cannot be described or used this way",
  INVALID_EXPRESSION: "An expression cannot be evaluated over this record type",
  MISSING_PARAMETER: "A program parameter is required and was not given",
  ENVIRONMENT_MISMATCH: "Data sets of two environments meet in one operator",
} as const;

/** Names one kind of error, for ever. @public */
export type ErrorCode = keyof typeof errorCodes;
