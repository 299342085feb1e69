import { MillraceError } from "../errors/index.js";
import type { Accumulator } from "./accumulator.js";

/** Throws ACCUMULATOR_CONFLICT unless `accumulator`, which has this name, was made by class `type`. @internal */
export function checkAccumulatorClass(
  name: string,
  accumulator: Accumulator<never, unknown>,
  type: { readonly name: string },
): void {
  if (accumulator.constructor === type) return;
  throw new MillraceError({
    code: "ACCUMULATOR_CONFLICT",
    what: `The accumulator ${JSON.stringify(name)} is asked for by class ${type.name}, but it is of class ${accumulator.constructor.name}`,
    expected: "one class for all uses of a name, since names are shared by the whole job",
  });
}
