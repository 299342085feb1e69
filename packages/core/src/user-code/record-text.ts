const MAX_LENGTH = 200;

/** Returns a text of a record for a message: at most 200 characters, whatever the record is. Never throws. @internal */
export function shortRecordText(record: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(record, replacement);
  } catch {
    text = undefined;
  }
  text ??= plainText(record);
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1)}…`;
}

/** What has no text of its own, such as an object without a prototype, is told by its kind. */
function plainText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function replacement(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Map) return [...value];
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return value;
}
