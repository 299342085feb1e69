/** The stages of an interpreted chain: each takes a record and hands its results on. Rules [O20] to [O26] of the common API. */
import {
  CallCollector,
  checkMany,
  type ErrorPlace,
  evaluateExpression,
  fieldValue,
  MillraceError,
  parseFieldPath,
} from "@millrace/core";
import type { ChainedSpec, KeyPartSpec } from "@millrace/job-graph";
import { copyFor, placeOf } from "../code/result-intake.js";
import type { UserCode } from "../code/user-code.js";
import type { ChainContext } from "../task/driver.js";
import type { IterableReader, PendingIterables } from "./pending-iterables.js";

/** Takes a record, which belongs to the taker from then on. @internal */
export type Take = (record: unknown) => void;

/** Returns a stage that does what `spec` says and hands its results to `take`. @internal */
export function makeStage(spec: ChainedSpec, context: ChainContext, pending: PendingIterables, take: Take): Take {
  const place = placeOf(spec.operator, context.subtaskIndex);
  switch (spec.kind) {
    case "map": {
      const code = context.function(spec.operator, spec.function, "map");
      return (record) => take(code.one(record));
    }
    case "flatMap":
      return flatMapStage(context.function(spec.operator, spec.function, "flatMap"), pending, take);
    case "filter": {
      const code = context.function(spec.operator, spec.function, "filter");
      const copy = copyFor(context);
      return (record) => {
        if (code.test(copy(record))) take(record);
      };
    }
    case "filterExpression":
      return (record) => {
        if (reported(place, () => evaluateExpression(spec.expression, record)) === true) take(record);
      };
    case "project": {
      const paths = spec.fields.map((field) => parseFieldPath(field));
      return (record) => take(reported(place, () => paths.map((path) => fieldValue(record, path))));
    }
    case "select": {
      const { columns } = spec;
      return (record) =>
        take(
          reported(place, () =>
            Object.fromEntries(columns.map(({ name, expression }) => [name, evaluateExpression(expression, record)])),
          ),
        );
    }
    case "attachKey": {
      const parts = spec.parts.map((part) => keyPart(part, spec, context));
      return (record) => take([...reported(place, () => parts.map((part) => part(record))), record]);
    }
    case "detachKey":
      return (record) => take((record as unknown[])[spec.position]);
  }
}

function keyPart(part: KeyPartSpec, spec: ChainedSpec, context: ChainContext): (record: unknown) => unknown {
  const { copies } = context;
  switch (part.kind) {
    case "field": {
      const path = parseFieldPath(part.path);
      return (record) => copies.plainKey(fieldValue(record, path));
    }
    case "selector": {
      const code = context.function(spec.operator, part.function, "getKey");
      const copy = copyFor(context);
      return (record) => code.key(copy(record));
    }
    case "expression":
      return (record) => evaluateExpression(part.expression, record);
    case "tuple": {
      const parts = part.parts.map((each) => keyPart(each, spec, context));
      return (record) => parts.map((value) => value(record));
    }
  }
}

function flatMapStage(code: UserCode, pending: PendingIterables, take: Take): Take {
  /** A failure further down, which the function may have caught. */
  let failure: { readonly error: unknown } | undefined;
  const emit: Take = (record) => {
    const taken = code.take(record);
    try {
      take(taken);
    } catch (error) {
      failure ??= { error };
      throw error;
    }
  };
  return (record) => {
    const reader: IterableReader = {
      handOnNext: (records) => {
        try {
          const { done, value } = nextOf(records, pending);
          if (failure !== undefined) throw failure.error;
          if (done === true) collector.end();
          else take(code.take(value));
          return done !== true;
        } catch (error) {
          collector.end();
          throw code.failure(error, [record]);
        }
      },
      leave: (records) => {
        collector.end();
        try {
          records.return?.();
        } catch (error) {
          throw code.failure(error, [record]);
        }
      },
    };
    const collector = new CallCollector(emit);
    let records: Iterator<unknown>;
    pending.numCalls++;
    try {
      const { call } = code;
      records = checkMany(call(record, collector, code.runtimeContext), code.method)[Symbol.iterator]();
      if (failure !== undefined) throw failure.error;
    } catch (error) {
      collector.end();
      throw code.failure(error, [record]);
    } finally {
      pending.numCalls--;
    }
    pending.read(records, reader);
  };
}

/** Runs work of ours on a record; what it throws is reported with its place. @internal */
export function reported<R>(place: ErrorPlace, action: () => R): R {
  try {
    return action();
  } catch (error) {
    throw error instanceof MillraceError && error.where.operator === undefined ? error.at(place) : error;
  }
}

/** Pulls a record. The code that makes it may write to the collector besides. */
function nextOf(records: Iterator<unknown>, pending: PendingIterables): IteratorResult<unknown> {
  pending.numCalls++;
  try {
    return records.next();
  } finally {
    pending.numCalls--;
  }
}
