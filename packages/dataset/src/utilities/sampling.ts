/**
 * Samples. By fraction: every record is kept with that probability (Bernoulli), or a Poisson number of times when records may
 * repeat. By size: every record gets a random weight, each partition keeps its heaviest `size`, and of those the heaviest
 * `size` overall are the sample (reservoirs with a coordinator); with replacement there is one such reservoir of size 1 per draw.
 */
import { type Collector, RichGroupReduceFunction, RichMapPartitionFunction, type RuntimeContext } from "@millrace/core";
import { SeededRandom, seedOf } from "./seeded-random.js";

/** Says how to sample. @public */
export interface SampleOptions {
  /** Whether a record may be drawn several times; false by default. */
  readonly withReplacement?: boolean;
  /** Makes the sample repeatable for the same records in the same partitions; random by default. */
  readonly seed?: number;
}

/** A record that is a candidate for a draw. @internal */
export type Candidate = [draw: number, weight: number, record: unknown];

/** Keeps each record with a probability, or a random number of times. @internal */
export class FractionSampler extends RichMapPartitionFunction<unknown, unknown> {
  readonly fraction: number;
  readonly withReplacement: boolean;
  readonly seed: number;

  constructor(fraction: number, withReplacement: boolean, seed: number) {
    super();
    this.fraction = fraction;
    this.withReplacement = withReplacement;
    this.seed = seed;
  }

  override *mapPartition(
    values: Iterable<unknown>,
    _out: Collector<unknown>,
    context: RuntimeContext,
  ): Generator<unknown, void, undefined> {
    const random = new SeededRandom(seedOf(this.seed, context.subtaskIndex));
    for (const value of values) {
      let times = this.withReplacement ? random.nextPoisson(this.fraction) : Number(random.next() < this.fraction);
      while (times-- > 0) yield value;
    }
  }
}

/** Finds the candidates of one partition. @internal */
export class ReservoirSampler extends RichMapPartitionFunction<unknown, Candidate> {
  readonly size: number;
  readonly withReplacement: boolean;
  readonly seed: number;

  constructor(size: number, withReplacement: boolean, seed: number) {
    super();
    this.size = size;
    this.withReplacement = withReplacement;
    this.seed = seed;
  }

  override mapPartition(values: Iterable<unknown>, _out: Collector<Candidate>, context: RuntimeContext): Candidate[] {
    const random = new SeededRandom(seedOf(this.seed, context.subtaskIndex));
    return heaviest(
      candidatesOf(values, random, this.withReplacement ? this.size : 1),
      this.size,
      this.withReplacement,
    );
  }
}

function* candidatesOf(values: Iterable<unknown>, random: SeededRandom, numDraws: number): Generator<Candidate> {
  for (const value of values) {
    for (let draw = 0; draw < numDraws; draw++) yield [draw, random.next(), value];
  }
}

/** Chooses among the candidates of all partitions. @internal */
export class SampleCoordinator extends RichGroupReduceFunction<Candidate, unknown> {
  readonly size: number;
  readonly withReplacement: boolean;

  constructor(size: number, withReplacement: boolean) {
    super();
    this.size = size;
    this.withReplacement = withReplacement;
  }

  override reduceGroup(candidates: Iterable<Candidate>): unknown[] {
    return heaviest(candidates, this.size, this.withReplacement).map(([, , record]) => record);
  }
}

function heaviest(candidates: Iterable<Candidate>, size: number, isPerDraw: boolean): Candidate[] {
  return isPerDraw ? heaviestPerDraw(candidates) : heaviestOfAll(candidates, size);
}

function heaviestPerDraw(candidates: Iterable<Candidate>): Candidate[] {
  const best = new Map<number, Candidate>();
  for (const candidate of candidates) {
    const known = best.get(candidate[0]);
    if (known === undefined || candidate[1] > known[1]) best.set(candidate[0], candidate);
  }
  return [...best.values()];
}

/** Keeps up to twice as many as wanted before it sorts, so that sorting costs a constant per record. */
function heaviestOfAll(candidates: Iterable<Candidate>, size: number): Candidate[] {
  let kept: Candidate[] = [];
  for (const candidate of candidates) {
    kept.push(candidate);
    if (kept.length >= 2 * size + 1) kept = cut(kept, size);
  }
  return cut(kept, size);
}

function cut(candidates: Candidate[], size: number): Candidate[] {
  return candidates.sort((a, b) => b[1] - a[1]).slice(0, size);
}
