import { type ErrorCode, type ErrorPlace, isMillraceError, type MillraceError } from "@millrace/core";
import { expect } from "vitest";

/** Expects a promise to fail with a Millrace error of this code, at this place, whose message has these parts. */
export async function expectError(
  promise: Promise<unknown>,
  code: ErrorCode,
  { where = {}, says = [] }: { where?: ErrorPlace; says?: readonly (string | RegExp)[] } = {},
): Promise<MillraceError> {
  const error = await promise.then(
    () => expect.fail(`no error; expected ${code}`),
    (reason: unknown) => reason,
  );
  if (!isMillraceError(error)) throw error;
  expect(error.code, error.message).toBe(code);
  expect(error.where).toMatchObject(where);
  for (const part of says) expect(error.message).toMatch(part);
  return error;
}
