import { IntCounter, LongCounter } from "@millrace/core";
import { describe, expect, it } from "vitest";
import { accumulatorStates, mergeAccumulatorStates } from "../../src/index.js";

const makeLongest = () =>
  class Longest extends IntCounter {
    override mergeState(state: number): void {
      this.add(Math.max(0, state - this.getLocalValue()));
    }
  };
/** The class of the program, its copies in two other processes, and another class of the same name, in the order of their numbers. */
const classes = [makeLongest(), makeLongest(), makeLongest(), makeLongest()] as const;
const [original, here, there, other] = classes;
const idOf = (value: object): number | undefined => (value === other ? 8 : value === IntCounter ? undefined : 7);
const classOf = (_name: string, id: number | undefined) => (id === 7 ? original : id === 8 ? other : undefined);

function stateOf(type: typeof IntCounter, value: number) {
  const accumulator = new type();
  accumulator.add(value);
  return accumulatorStates(new Map([["longest", accumulator]]), idOf);
}

describe("accumulators of subtasks in other processes", () => {
  it("are merged by the class of the program whose copies they are", () => {
    const states = structuredClone([...stateOf(here, 4), ...stateOf(there, 6), ...stateOf(here, 5)]);
    const merged = mergeAccumulatorStates(states, classOf).get("longest");
    expect(merged).toBeInstanceOf(original);
    expect(merged?.getLocalValue()).toBe(6);
  });

  it("are merged by classes of Millrace without a number", () => {
    const states = [...stateOf(IntCounter, 4), ...stateOf(IntCounter, 6)];
    expect(states[0]).toEqual({ name: "longest", className: "IntCounter", state: 4 });
    expect(mergeAccumulatorStates(states).get("longest")?.getLocalValue()).toBe(10);
  });

  it("of two classes conflict, also when these have one name", () => {
    const conflict = expect.objectContaining({ code: "ACCUMULATOR_CONFLICT" });
    const ofAnother = accumulatorStates(new Map([["longest", new LongCounter()]]));
    expect(() => mergeAccumulatorStates([...stateOf(here, 1), ...stateOf(other, 1)], classOf)).toThrow(conflict);
    expect(() => mergeAccumulatorStates([...stateOf(IntCounter, 1), ...ofAnother])).toThrow(conflict);
  });

  it("of a class that nobody finds are refused", () => {
    const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    expect(() => mergeAccumulatorStates(stateOf(here, 1))).toThrow(refused);
  });
});
