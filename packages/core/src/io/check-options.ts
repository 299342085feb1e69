/** Options that plain JavaScript misspelled would be passed over in silence; here they are held against what there is. */
import { MillraceError } from "../errors/index.js";
import { nearNames } from "../keys/index.js";
import { shortText } from "../records/short-text.js";
import type { FileReadOptions } from "./delimited-source.js";
import type { FileWriteOptions } from "./file-sink.js";
import type { FileSplitOptions } from "./file-splits.js";

/** What values an option takes: one of a list, a boolean, or whatever its owner checks. @internal */
export type OptionRule<V> = "checked elsewhere" | "boolean" | readonly V[];

/** Says for each option of `O` what values it takes. The compiler asks for all of them. @internal */
export type OptionRules<O> = { readonly [K in keyof O]-?: OptionRule<Exclude<O[K], undefined>> };

/** The options of all sources of files. @internal */
export const FILE_SPLIT_OPTIONS: OptionRules<FileSplitOptions> = {
  minSplitSizeBytes: "checked elsewhere",
  maxSplitSizeBytes: "checked elsewhere",
};

/** The options of all sources of delimited files. @internal */
export const FILE_READ_OPTIONS: OptionRules<FileReadOptions> = {
  ...FILE_SPLIT_OPTIONS,
  recursive: "boolean",
  charset: "checked elsewhere",
  lineLengthLimit: "checked elsewhere",
  bufferSizeBytes: "checked elsewhere",
};

/** The options of all sinks of files. @internal */
export const FILE_WRITE_OPTIONS: OptionRules<FileWriteOptions> = {
  writeMode: ["no-overwrite", "overwrite"],
  alwaysCreateDirectory: "boolean",
};

/** Throws INVALID_ARGUMENT for an option that `subject` does not have, with near names, and for a value that it does not take. @internal */
export function checkOptions<O extends object>(subject: string, options: O, rules: OptionRules<O>): void {
  if (typeof options !== "object" || options === null) {
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: `The options of ${subject} are ${shortText(options)}`,
      expected: "an object of options, or nothing",
    });
  }
  const known = new Map<string, OptionRule<unknown>>(Object.entries(rules));
  for (const [name, value] of Object.entries(options)) {
    const rule = known.get(name);
    if (rule === undefined) throw unknownOption(subject, name, [...known.keys()]);
    if (value !== undefined) checkValue(subject, name, value, rule);
  }
}

function unknownOption(subject: string, name: string, names: readonly string[]): MillraceError {
  const near = nearNames(name, names);
  return new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `${subject} has no option ${JSON.stringify(name)}`,
    expected: `one of ${names.toSorted().join(", ")}`,
    fix: near.length === 0 ? undefined : `Did you mean ${near.join(" or ")}?`,
  });
}

function checkValue(subject: string, name: string, value: unknown, rule: OptionRule<unknown>): void {
  if (rule === "checked elsewhere") return;
  const allowed: readonly unknown[] = rule === "boolean" ? [true, false] : rule;
  if (allowed.includes(value)) return;
  throw new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `The option ${name} of ${subject} is ${shortText(value)}`,
    expected: `one of ${allowed.map((each) => JSON.stringify(each)).join(", ")}`,
  });
}
