import type { TypeInformation } from "../types/index.js";
import type { IoContext, SubtaskIoContext } from "./io-context.js";

/**
 * Reads records from outside. An engine asks for splits once per job, then lets subtasks pull them one by one; every split
 * is read exactly once. Implementations are stateless: all state of a reading lives in the iterator of `read`.
 *
 * @typeParam T - the records
 * @typeParam S - the splits; they are plain data, so that they can travel to other processes
 * @public
 */
export interface Source<out T, S extends SourceSplit = SourceSplit> {
  /** What plans and errors call it, such as `CSV flights.csv`. */
  readonly name: string;
  /** The declared type of the records; absent when it is found out from them. */
  readonly type?: TypeInformation<T> | undefined;
  /** Whether all splits must be read by one subtask, in order. */
  readonly isNonParallel?: boolean;
  /** What is known of how records lie in the splits, so that an optimizer can skip shuffles and sorts (B121). */
  readonly splitProperties?: SplitDataProperties | undefined;
  /**
   * Whether every subtask may read every split, so that a join with it needs no shuffle (B147). It is advice: a program sees
   * each record once.
   */
  readonly isReplicated?: boolean;
  /** Finds the splits; about `minNumSplits`, or more, or fewer when there is not enough to split. */
  createSplits: (minNumSplits: number, context: IoContext) => Promise<readonly S[]>;
  /**
   * Reads one split, in batches of a size of the source's choosing. The consumer owns each batch. Ending the iteration early
   * (`return()`) releases everything.
   */
  read: (split: S, context: SubtaskIoContext) => AsyncIterable<readonly T[]> | Iterable<readonly T[]>;
  /** Estimates what there is to read, cheaply; undefined when nothing is known. */
  statistics?: (context: IoContext) => Promise<SourceStatistics | undefined>;
}

/** Is a part of a source: plain data. @public */
export interface SourceSplit {
  /** 0-based position among the splits of the source. */
  readonly index: number;
  /** Names of the hosts that have it nearby; absent when it makes no difference. */
  readonly hosts?: readonly string[];
}

/** Estimates a source. @public */
export interface SourceStatistics {
  /** The size of all input, in bytes. */
  readonly totalBytes?: number;
  /** How many records there are, about. */
  readonly numRecords?: number;
  /** The size of one record in the input, in bytes, about. */
  readonly averageRecordBytes?: number;
}

/** Declares how the records of a source lie in its splits. Field names are paths. @public */
export interface SplitDataProperties {
  /** Records with equal values in these fields are in one split. */
  readonly partitionedBy?: readonly string[];
  /** Within a split, records with equal values in these fields are next to each other. */
  readonly groupedBy?: readonly string[];
  /** Within a split, records are in this order. */
  readonly orderedBy?: readonly { readonly field: string; readonly order: "ascending" | "descending" }[];
}
