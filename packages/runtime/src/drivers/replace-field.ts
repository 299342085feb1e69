/** Returns a copy of a record in which one field has another value; what lies on the way to it is copied too. @internal */
export function replaceField(record: unknown, path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const child = Object.hasOwn(Object(record), name) ? (record as Record<string, unknown>)[name] : {};
  const replaced = replaceField(child, rest, value);
  if (Array.isArray(record)) return record.map((element, index) => (String(index) === name ? replaced : element));
  // The fields keep their order; a spread would lose a field named __proto__.
  return Object.fromEntries(new Map([...Object.entries(record ?? {}), [name, replaced]]));
}
