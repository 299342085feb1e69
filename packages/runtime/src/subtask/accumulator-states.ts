/** How accumulators come back from subtasks in other processes: as their states, and the names of their classes. */
import {
  type Accumulator,
  type AccumulatorClass,
  AverageAccumulator,
  DoubleCounter,
  Histogram,
  IntCounter,
  ListAccumulator,
  LongCounter,
  MaximumAccumulator,
  MillraceError,
  MinimumAccumulator,
} from "@millrace/core";

type AnyAccumulator = Accumulator<never, unknown>;

/** The classes that need no looking for. */
const OUR_CLASSES = [
  AverageAccumulator,
  DoubleCounter,
  MaximumAccumulator,
  MinimumAccumulator,
  Histogram,
  IntCounter,
  ListAccumulator,
  LongCounter,
] as const;

/** Is what one subtask, or several, have added to an accumulator. @beta */
export interface AccumulatorState {
  /** The name of the accumulator. */
  readonly name: string;
  /** The name of its class. */
  readonly className: string;
  /** The number of its class among the functions that travelled to the subtask; absent for a class that did not. */
  readonly classId?: number;
  /** What `toState` returned: whatever can be cloned. */
  readonly state: unknown;
}

/**
 * Returns the states of the accumulators of a subtask, to be sent as the caller likes: they can be cloned, which is more than JSON can.
 *
 * @param idOf - gives the numbers of classes that travelled: that of `reviveFunctions` of `@millrace/closures`
 * @beta
 */
export function accumulatorStates(
  accumulators: ReadonlyMap<string, AnyAccumulator>,
  idOf: (value: object) => number | undefined = () => undefined,
): readonly AccumulatorState[] {
  return [...accumulators].map(([name, accumulator]) => {
    const classId = idOf(accumulator.constructor);
    const { name: className } = accumulator.constructor;
    return { name, className, ...(classId === undefined ? {} : { classId }), state: accumulator.toState() };
  });
}

/**
 * Merges what all subtasks of a job returned, by name, in order of first appearance. Throws ACCUMULATOR_CONFLICT when a name
 * is used with two classes, and INVALID_ARGUMENT for a class that nobody knows.
 *
 * @param classOf - finds classes of the user's by their names and numbers; those of Millrace are known
 * @beta
 */
export function mergeAccumulatorStates(
  states: Iterable<AccumulatorState>,
  classOf: (className: string, classId: number | undefined) => AccumulatorClass<AnyAccumulator> | undefined = () =>
    undefined,
): ReadonlyMap<string, AnyAccumulator> {
  const merged = new Map<string, Pick<AccumulatorState, "className" | "classId"> & { accumulator: AnyAccumulator }>();
  for (const { name, className, classId, state } of states) {
    let total = merged.get(name);
    if (total === undefined) {
      const found = classOf(className, classId) ?? ourClass(className) ?? unknownClass(name, className);
      total = { className, ...(classId === undefined ? {} : { classId }), accumulator: new found() };
      merged.set(name, total);
    }
    if (total.className !== className || total.classId !== classId) throw conflict(name, total.className, className);
    total.accumulator.mergeState(state);
  }
  return new Map([...merged].map(([name, { accumulator }]) => [name, accumulator]));
}

function ourClass(className: string): AccumulatorClass<AnyAccumulator> | undefined {
  return OUR_CLASSES.find(({ name }) => name === className) as AccumulatorClass<AnyAccumulator> | undefined;
}

function unknownClass(name: string, className: string): never {
  throw new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `The accumulator ${JSON.stringify(name)} is of class ${className}, which is none of Millrace`,
    expected: "a class whose constructor needs no arguments",
    fix: "Give mergeAccumulatorStates what finds classes of the program by their names.",
  });
}

function conflict(name: string, first: string, second: string): MillraceError {
  return new MillraceError({
    code: "ACCUMULATOR_CONFLICT",
    what: `The accumulator ${JSON.stringify(name)} is of class ${first} in one subtask and of class ${second} in another`,
    expected: "one class for all uses of a name, since names are shared by the whole job",
  });
}
