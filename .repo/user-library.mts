import { count, ExecutionEnvironment, sum, types } from "millrace";

/** What a user's own library might export: results of all kinds, typed by inference. It only has to compile. */

const env = ExecutionEnvironment.getExecutionEnvironment();
export const source = env.fromElements({ a: 1, b: "x" }, { a: 2, b: "y" });
export const row = types.row({ a: types.int32, b: types.nullable(types.string) });
export const grouped = source.groupBy("b");
export const summed = grouped.sum("a");
export const aggregated = source.groupBy("b").aggregate({ total: sum("a"), n: count() });
export const halfJoined = source.join(summed).where("b");
export const joined = halfJoined.equalTo("b").with((left, right) => ({ left, right }));
export const coGrouped = source.coGroup(summed).where("b").equalTo("b");
export const loop = source.iterate(3);
export const closed = loop.closeWith(loop.map((record) => record));
export const delta = source.iterateDelta(summed, 10, "b");
