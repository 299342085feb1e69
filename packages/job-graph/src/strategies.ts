import type { ObjectRef } from "./job-graph.js";

/**
 * Is one field of a key: a field path of the records as they are on the edge. Keys that are computed (selectors,
 * expressions) were put in front of the record by an `attachKey`, so that here every key is a field.
 * The path `*` is the whole record.
 * @public
 */
export interface KeyFieldSpec {
  /** A field path as users write it. */
  readonly path: string;
  /** `ascending` when left out. */
  readonly order?: "ascending" | "descending" | undefined;
}

/** Decides which task of the consumer a record goes to. @public */
export type ShipStrategy =
  /** To the task with the same index; both sides have the same parallelism. */
  | { readonly kind: "forward" }
  /**
   * Round robin, with one turn for all producers of the input: the consumers' numbers of records differ by at most one. To a
   * consumer of one task it brings everything. Producers that cannot share a turn, since each runs by itself, have a `dealer`: a vertex of one
   * task. They deal whole rounds, one record to each task of the consumer, and send what is left at the end to the dealer, which deals it.
   */
  | { readonly kind: "rebalance"; readonly dealer?: number | undefined }
  /** To every task. */
  | { readonly kind: "broadcast" }
  /** By the partition hash of the key. */
  | { readonly kind: "hash"; readonly keys: readonly KeyFieldSpec[] }
  /** By a user's function of the key's only field. */
  | { readonly kind: "custom"; readonly key: KeyFieldSpec; readonly partitioner: ObjectRef }
  /** By the borders that a range sampler gives (see the driver `rangeBorders`), or by those of a distribution. */
  | { readonly kind: "range"; readonly keys: readonly KeyFieldSpec[]; readonly borders: RangeBorders };

/** Says where the borders of a range partitioning come from. @public */
export type RangeBorders =
  /** From the vertex with this id: its only record is the array of borders. It is complete before the first record is sent. */
  | { readonly kind: "sampled"; readonly vertex: number }
  /** From the user's `boundary(partition, numPartitions)`. */
  | { readonly kind: "distribution"; readonly distribution: ObjectRef };

/** Says whether consumers read while producers write (pipelined, bounded, back-pressured) or only what is complete (blocking, spilled). @public */
export type ExchangeMode = "pipelined" | "blocking";

/** Is what is done to the records of a task before its driver reads them. @public */
export type LocalStrategy =
  /** They are read as they arrive, a page at a time. */
  | { readonly kind: "none" }
  /** All are taken in first, in memory or spilled; they can be read again. A dam: it keeps diamonds from deadlock. */
  | { readonly kind: "materialize" }
  /** They are sorted, stably. */
  | { readonly kind: "sort"; readonly keys: readonly KeyFieldSpec[] };
