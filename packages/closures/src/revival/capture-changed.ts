import { type ErrorPlace, MillraceError } from "@millrace/core";
import type { WireNode } from "../capture/wire.js";

/** Says where captured data lie in the program. */
export interface ChangedPlace {
  readonly where: ErrorPlace;
  /** Names, from the function on. */
  readonly path: string;
}

/** Makes CAPTURE_CHANGED for an object that travels by a node of this type. Names and kinds show, values don't. */
export function captureChanged(type: WireNode["type"], place?: ChangedPlace): MillraceError {
  const kind = KIND_NAMES[type] ?? "an object";
  const at =
    place === undefined
      ? ""
      : `, ${place.where.operator === undefined ? "" : `${place.where.operator} > `}${place.path}`;
  return new MillraceError({
    code: "CAPTURE_CHANGED",
    what: `A user function changed captured data: ${kind}${at}`,
    expected: "captured data that are only read, since every worker has a copy of its own",
    ...(place && { where: place.where }),
    fix:
      "To count, use an accumulator. To keep something between records, use a field of a rich function. For a cache or a client, " +
      "use perSlot(() => …).",
  });
}

const KIND_NAMES: Partial<Record<WireNode["type"], string>> = {
  array: "an array",
  bytes: "a buffer",
  date: "a Date",
  function: "a function or class",
  made: "a URL",
  prototype: "a prototype",
  list: "an array",
  map: "a Map",
  nodeBuffer: "a Buffer",
  set: "a Set",
};
