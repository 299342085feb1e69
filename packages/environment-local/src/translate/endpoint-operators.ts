/** Sources, sinks and collectors. Rules [O13] to [O19]. */
import type { CollectionSourceOperator, CollectOperator, SinkOperator, SourceOperator } from "@millrace/common-api";
import { keyed } from "./keyed-stream.js";
import { withoutKeys } from "./partition-operators.js";
import { inputOf, type Stream } from "./stream.js";
import type { Translation } from "./translation.js";

/** Reads a source. */
export function source(translation: Translation, operator: SourceOperator): Stream {
  const ref = translation.table.add(operator.source);
  const parameters = operator.parameters?.toJSON();
  return translation.streamFrom(
    operator,
    translation.addVertex(operator, { kind: "source", source: ref, parameters }, []),
  );
}

/** Reads the records of the program. */
export function collectionSource(translation: Translation, operator: CollectionSourceOperator): Stream {
  const records = translation.table.add(operator.takeRecords());
  return translation.streamFrom(operator, translation.addVertex(operator, { kind: "collection", records }, []));
}

/** Writes to a sink, in an order if one is asked for. */
export function sink(translation: Translation, operator: SinkOperator): void {
  const reading = { parallelism: translation.parallelismOf(operator), iteration: undefined };
  const ref = translation.table.add(operator.sink);
  const driver = { kind: "sink", sink: ref, parameters: operator.parameters?.toJSON() } as const;
  const plain = translation.streamOf(operator.input);
  if (operator.localOrder.length === 0) {
    translation.addVertex(operator, driver, [inputOf(plain, reading)]);
    return;
  }
  const { stream, keys, value } = keyed(translation, operator, plain, operator.localOrder);
  const sorted = inputOf(stream, { ...reading, local: { kind: "sort", keys } });
  if (value === undefined) {
    translation.addVertex(operator, driver, [sorted]);
    return;
  }
  const vertex = withoutKeys(translation, operator, sorted, value);
  translation.addVertex(operator, driver, [inputOf(translation.streamFrom(operator, vertex), reading)]);
}

/** Hands records to the client. */
export function collect(translation: Translation, operator: CollectOperator, index: number): void {
  const input = inputOf(translation.streamOf(operator.input), {
    parallelism: translation.parallelismOf(operator),
    iteration: undefined,
  });
  translation.addVertex(operator, { kind: "collect", index }, [input]);
}
