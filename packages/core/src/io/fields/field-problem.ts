/** How much of a bad field or line an error shows. */
const MAX_SHOWN_LENGTH = 100;

/**
 * Says why the text of one field is no value of its type. It is thrown by field parsers and caught by the reader of the line, which
 * knows where the field is; it is no Error, because readers that skip bad lines may meet millions and a stack would be their cost.
 * @internal
 */
export class FieldProblem {
  /** What is wrong, a sentence without its full stop. */
  readonly what: string;
  /** A phrase that completes "expected …". */
  readonly expected: string;

  /** The path inside the field; empty when it is the field itself. */
  readonly path: string;

  constructor(what: string, expected: string, path = "") {
    this.what = what;
    this.expected = expected;
    this.path = path;
  }
}

/** Quotes `text` for a message, shortened. @internal */
export function shown(text: string): string {
  return JSON.stringify(text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, MAX_SHOWN_LENGTH)}…`);
}
