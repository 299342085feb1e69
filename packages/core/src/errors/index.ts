export { type ErrorCode, errorCodes } from "./error-codes.js";
export { invariant } from "./invariant.js";
export { type ErrorDetails, type ErrorPlace, isMillraceError, MillraceError } from "./millrace-error.js";
