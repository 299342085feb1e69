/** What becomes of a pair of records that a join or cross has found: rules [O50] to [O52]. */

import type { PairResult } from "@millrace/common-api";
import { type FieldPath, fieldValue, parseFieldPath } from "@millrace/core";
import type { OperatorRun } from "../execution/operator-run.js";
import type { Partitions } from "../execution/partitions.js";
import { perSubtask, withUserCode } from "../subtask/subtask.js";

/** Turns a pair into results; a missing side of an outer join is null. */
export type EmitPair = (left: unknown, right: unknown) => void;

/** Runs a body once per subtask that finds pairs and hands them to `emit`. */
export function withPairs(
  run: OperatorRun,
  result: PairResult,
  body: (emit: EmitPair, index: number) => void,
): Partitions {
  switch (result.kind) {
    case "pair":
      return perSubtask(run, ({ index }, results) => body((left, right) => results.push([left, right]), index));
    case "left":
      return perSubtask(run, ({ index }, results) => body((left) => results.push(left), index));
    case "projection": {
      const projected = projection(result);
      return perSubtask(run, (subtask, results) =>
        body((left, right) => results.push(subtask.guarded(() => projected(left, right))), subtask.index),
      );
    }
    case "function":
      return withUserCode(run, result.function, (code, results, index) =>
        body((left, right) => results.push(code.one(left, right)), index),
      );
    case "flatFunction":
      return withUserCode(run, result.function, (code, results, index) =>
        body((left, right) => code.many(results, left, right), index),
      );
  }
}

type Projection = Extract<PairResult, { kind: "projection" }>;

function projection({ shape, fields }: Projection): (left: unknown, right: unknown) => unknown {
  const parsed = fields.map(({ side, path, name }) => ({ side, path: parseFieldPath(path), name: name ?? path }));
  return (left, right) => {
    const values = parsed.map(({ side, path }) => projectedValue(side === "first" ? left : right, path));
    return shape === "tuple" ? values : Object.fromEntries(parsed.map(({ name }, i) => [name, values[i]]));
  };
}

// The fields of a missing side are null.
function projectedValue(record: unknown, path: FieldPath): unknown {
  return record === null ? null : fieldValue(record, path);
}
