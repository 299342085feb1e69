import { type ErrorPlace, MillraceError } from "@millrace/core";

/** Leads from an operator to a value that it captured; the labels are names, never contents. */
export interface CapturePath {
  readonly parent: CapturePath | undefined;
  readonly label: string;
}

/** Says which operator is being captured; changes from root to root. */
export interface CapturePlace {
  readonly where: ErrorPlace;
}

const MAX_LABELS = 12;

/** Gives `client > socket`, shortened in the middle when it is long. */
export function pathTextOf(path: CapturePath | undefined): string {
  const labels: string[] = [];
  let first = path;
  for (let at = path; at !== undefined; at = at.parent) first = at;
  for (let at = path; at !== undefined && labels.length < MAX_LABELS; at = at.parent) labels.unshift(at.label);
  if (first !== undefined && labels.length === MAX_LABELS && labels[0] !== first.label)
    labels.unshift(first.label, "…");
  return labels.join(" > ");
}

export function below(parent: CapturePath, label: string): CapturePath {
  return { parent, label };
}

/** The ways out, each a sentence. */
export const FIXES = {
  perSlot:
    "Make it where it is used: perSlot(() => …) makes one in each slot on first use, and open() of a rich function one per subtask.",
  data: "Capture plain data made from it, or make it where it is used: perSlot(() => …), or open() of a rich function.",
  parameter: "Read what you need into a variable before, and capture that.",
  setUp: "Change it in env.setUp(() => …), which runs once in every worker before user code.",
  privateFields: "Pass a factory, () => new …, so that every subtask makes its own, or use fields without #.",
  symbolic: "Give the function what it needs as a captured variable or as part of the record.",
  inline: "Run the job inline, in the calling thread, and without checkCaptures.",
} as const;

/** Throws CAPTURE_REFUSED. `what` completes "… refers to". */
export function refuse(place: CapturePlace, path: CapturePath | undefined, what: string, fix: string): never {
  const text = pathTextOf(path);
  const operator = place.where.operator;
  throw new MillraceError({
    code: "CAPTURE_REFUSED",
    what: `${text === "" ? "A user function" : `${operator === undefined ? "" : `${operator} > `}${text}`} is ${what}, which cannot travel to another thread`,
    expected: "data, functions and classes of the program, built-ins and exports of packages",
    where: place.where,
    fix,
  });
}
