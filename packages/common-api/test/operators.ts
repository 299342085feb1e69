import type { JoinSpec, KeyPart, OperatorCommon, UserFunction } from "../src/index.js";

/** What operators of tests are made with. */
export const common = (name: string): OperatorCommon => ({ name, location: { file: "job.ts", line: 1, column: 1 } });

export const field = (path: string): KeyPart => ({ kind: "field", path });

export const fn = (target: (...args: never[]) => unknown, method: string): UserFunction => ({ target, method });

/** An inner join on one field of both sides, to pairs. */
export const joinSpec = (path: string): JoinSpec => ({
  joinType: "inner",
  leftKeys: [field(path)],
  rightKeys: [field(path)],
  hint: "optimizer-chooses",
  partitioner: undefined,
  result: { kind: "pair" },
});
