import type { Data } from "../data/data.js";
import { nodeOf } from "../data/node-state.js";
import type { DataSet } from "../data-set.js";
import { atCallSite } from "../operators/call-site.js";
import { OperatorCall } from "../operators/operator-call.js";
import type { UdfDataSet } from "../udf-data-set.js";
import { addChecksums, type Checksum, ChecksumPartition } from "./checksum.js";
import { type ColumnSummary, MergeSummaries, SummarizePartition } from "./column-summary.js";
import {
  CountPartition,
  IdentifyPartition,
  IndexPartition,
  PARTITION_COUNTS,
  type PartitionCount,
} from "./partition-functions.js";
import { FractionSampler, ReservoirSampler, SampleCoordinator, type SampleOptions } from "./sampling.js";

/** @internal */
export function countPerPartition(data: DataSet<unknown>): UdfDataSet<PartitionCount> {
  return atCallSite(() => data.mapPartition<PartitionCount>(new CountPartition()).name(nameOf("CountPerPartition")));
}

/** @internal */
export function withIndex<T>(data: DataSet<T>): UdfDataSet<[index: number, value: T]> {
  return atCallSite(() => {
    const counts = countPerPartition(data);
    const indexed = data.mapPartition(new IndexPartition()).withBroadcastSet(counts, PARTITION_COUNTS);
    return indexed.name(nameOf("ZipWithIndex")) as UdfDataSet<[index: number, value: T]>;
  });
}

/** @internal */
export function withUniqueId<T>(data: DataSet<T>): UdfDataSet<[id: number, value: T]> {
  return atCallSite(() => {
    const identified = data.mapPartition(new IdentifyPartition());
    return identified.name(nameOf("ZipWithUniqueId")) as UdfDataSet<[id: number, value: T]>;
  });
}

/** @internal */
export function sampled<T>(data: DataSet<T>, fraction: number, options: SampleOptions): UdfDataSet<T> {
  return atCallSite(() => {
    const call = new OperatorCall("Sample");
    const { withReplacement = false } = options;
    const isFraction = typeof fraction === "number" && fraction >= 0 && (withReplacement || fraction <= 1);
    if (!isFraction || fraction === Number.POSITIVE_INFINITY) {
      throw call.error({
        code: "INVALID_ARGUMENT",
        what: `The fraction is ${String(fraction)}`,
        expected: withReplacement ? "a number from 0" : "a number from 0 to 1",
      });
    }
    const sampler = new FractionSampler(fraction, withReplacement, seedFor(data, options, call));
    return data
      .mapPartition(sampler as FractionSampler & { mapPartition: (values: Iterable<T>) => Generator<never> })
      .name(call.name) as UdfDataSet<T>;
  });
}

/** @internal */
export function sampledWithSize<T>(data: DataSet<T>, size: number, options: SampleOptions): UdfDataSet<T> {
  return atCallSite(() => {
    const call = new OperatorCall("SampleWithSize");
    const { withReplacement = false } = options;
    call.requireInteger(size, "The size of the sample", 1);
    const sampler = new ReservoirSampler(size, withReplacement, seedFor(data, options, call));
    const candidates = data.mapPartition(sampler).name(call.name);
    const sample = candidates.reduceGroup(
      new SampleCoordinator(size, withReplacement) as SampleCoordinator & { reduceGroup: () => never[] },
    );
    return sample.name(call.name) as UdfDataSet<T>;
  });
}

function seedFor(data: Data<unknown>, { seed }: SampleOptions, call: OperatorCall): number {
  if (seed === undefined) return nodeOf(data).environment.engine.host.random.seed();
  return call.requireInteger(seed, "The seed", Number.MIN_SAFE_INTEGER);
}

/** @internal */
export function summarized(data: DataSet<unknown>): UdfDataSet<ColumnSummary> {
  return atCallSite(() => {
    const parts = data.mapPartition(new SummarizePartition()).name(nameOf("Summarize"));
    return parts.reduceGroup(new MergeSummaries()).name(nameOf("Summarize"));
  });
}

/** @internal */
export function checksummed(data: DataSet<unknown>): DataSet<Checksum> {
  return atCallSite(() => {
    const parts = data.mapPartition(new ChecksumPartition()).name(nameOf("Checksum"));
    return parts.reduce(addChecksums).name(nameOf("Checksum"));
  });
}

function nameOf(verb: string): string {
  return new OperatorCall(verb).name;
}
