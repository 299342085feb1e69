/**
 * Sets the own field `name` of `row`. Plain assignment of `__proto__` would change the prototype instead.
 * @internal
 */
export function setField(row: object, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    (row as Record<string, unknown>)[name] = value;
  }
}
