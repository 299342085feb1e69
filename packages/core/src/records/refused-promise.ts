/**
 * Lets a promise that is refused reject later without ending the process: nobody waits for it. Other thenables are left alone, since
 * asking a lazy one, such as a query, for its result would start it.
 * @internal
 */
export function ignoreRejection(value: unknown): void {
  if (value instanceof Promise) value.catch(() => undefined);
}
