/** Operators that move and sort records. Rules [O70] to [O75]. */
import type {
  DataDistribution,
  Operator,
  OrderByOperator,
  PartitionOperator,
  SortPartitionOperator,
} from "@millrace/common-api";
import type { KeyFieldSpec, LocalStrategy, RangeBorders, ShipStrategy } from "@millrace/job-graph";
import type { InputDraft } from "./graph-draft.js";
import { shipByKey } from "./group-operators.js";
import { type KeyedStream, keyed, partsOf } from "./keyed-stream.js";
import { byHash, inputOf, type Stream } from "./stream.js";
import type { Translation } from "./translation.js";

/** Moves records. */
export function partition(translation: Translation, operator: PartitionOperator): Stream {
  const { partitioning } = operator;
  const input = translation.streamOf(operator.input);
  const parallelism = translation.parallelismOf(operator);
  switch (partitioning.kind) {
    case "rebalance": {
      const iteration = translation.iterationOf(operator);
      const dealt = inputOf(input, { parallelism, iteration, ship: { kind: "rebalance" } });
      return translation.streamFrom(operator, translation.addVertex(operator, { kind: "forward" }, [dealt]));
    }
    case "hash": {
      const read = keyed(translation, operator, input, partsOf(partitioning.keys));
      return movedBy(translation, operator, read, byHash(read.keys, parallelism));
    }
    case "custom": {
      const read = keyed(translation, operator, input, partsOf(partitioning.keys));
      return movedBy(
        translation,
        operator,
        read,
        shipByKey(translation, read.keys, parallelism, partitioning.partitioner),
      );
    }
    case "range": {
      const read = keyed(translation, operator, input, partitioning.ordering);
      const { stream, ship } = rangesOf(translation, operator, read, partitioning.distribution);
      return movedBy(translation, operator, { ...read, stream }, ship);
    }
  }
}

/** Sorts each partition. */
export function sortPartition(translation: Translation, operator: SortPartitionOperator): Stream {
  const read = keyed(translation, operator, translation.streamOf(operator.input), operator.ordering);
  return movedBy(translation, operator, read, { kind: "forward" }, { kind: "sort", keys: read.keys });
}

/** Sorts everything: by ranges, and within them. */
export function orderBy(translation: Translation, operator: OrderByOperator): Stream {
  const read = keyed(translation, operator, translation.streamOf(operator.input), operator.ordering);
  const { stream, ship } = rangesOf(translation, operator, read, undefined);
  const sort = { kind: "sort", keys: read.keys } as const;
  return { ...movedBy(translation, operator, { ...read, stream }, ship, sort), isOrdered: true };
}

/** Adds the vertex that takes records where they belong, and takes off the keys that they were given for it. */
function movedBy(
  translation: Translation,
  operator: Operator,
  { stream, value }: KeyedStream,
  ship: ShipStrategy,
  local: LocalStrategy = { kind: "none" },
): Stream {
  const reading = { parallelism: translation.parallelismOf(operator), iteration: translation.iterationOf(operator) };
  const input = inputOf(stream, { ...reading, ship, local });
  return translation.streamFrom(operator, withoutKeys(translation, operator, input, value));
}

/** Adds a vertex that gives the records of an input without the keys that were attached to them. */
export function withoutKeys(
  translation: Translation,
  operator: Operator,
  input: InputDraft,
  value: KeyedStream["value"],
) {
  if (value === undefined) return translation.addVertex(operator, { kind: "forward" }, [input]);
  const info = translation.infoOf(operator, { type: undefined });
  const vertex = translation.addVertex(operator, { kind: "forward" }, [input], { operator: info });
  vertex.chain.push({ kind: "detachKey", position: value, operator: translation.infoOf(operator) });
  return vertex;
}

/**
 * Returns how records go to ranges. Where the borders are not given they come from a look at all records, which are taken in
 * until they are known.
 */
function rangesOf(
  translation: Translation,
  operator: Operator,
  { stream, keys }: KeyedStream,
  distribution: DataDistribution | undefined,
): { readonly stream: Stream; readonly ship: ShipStrategy } {
  const numPartitions = translation.parallelismOf(operator);
  if (numPartitions === 1) return { stream, ship: { kind: "forward" } };
  if (distribution !== undefined) {
    const ref = translation.table.addFunction(distribution, "boundary");
    return { stream, ship: range(keys, { kind: "distribution", distribution: ref }) };
  }
  const { parallelism, iteration } = stream;
  const { name } = operator.settings;
  const info = translation.infoOf(operator, { type: undefined });
  const borders = translation.draft.add({
    name: `Borders of ${name}`,
    parallelism: 1,
    driver: { kind: "rangeBorders", keys, numPartitions },
    operator: info,
    inputs: [inputOf({ ...stream, isOrdered: false }, { parallelism: 1, iteration })],
    iteration,
  });
  const taken = translation.draft.add({
    name: `Input of ${name}`,
    parallelism,
    driver: { kind: "forward" },
    operator: translation.infoOf(operator, stream),
    inputs: [inputOf(stream, { parallelism, iteration, local: { kind: "materialize" } })],
    iteration,
  });
  return {
    stream: { ...stream, producers: [{ vertex: taken, output: 0 }], isShared: false },
    ship: range(keys, { kind: "sampled", vertex: borders.id }),
  };
}

function range(keys: readonly KeyFieldSpec[], borders: RangeBorders): ShipStrategy {
  return { kind: "range", keys, borders };
}
