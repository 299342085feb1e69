import type { Accumulator } from "./accumulator.js";

/** Counts in a number; exact up to 2^53. @public */
export class IntCounter implements Accumulator<number, number> {
  #value = 0;

  add(value: number): void {
    this.#value += value;
  }

  getLocalValue(): number {
    return this.#value;
  }

  resetLocal(): void {
    this.#value = 0;
  }

  toState(): unknown {
    return this.#value;
  }

  mergeState(state: unknown): void {
    this.#value += state as number;
  }
}

/** Adds up floating-point numbers. The order of addition is not fixed, so the last digits may differ between runs. @public */
export class DoubleCounter implements Accumulator<number, number> {
  #value = 0;

  add(value: number): void {
    this.#value += value;
  }

  getLocalValue(): number {
    return this.#value;
  }

  resetLocal(): void {
    this.#value = 0;
  }

  toState(): unknown {
    return this.#value;
  }

  mergeState(state: unknown): void {
    this.#value += state as number;
  }
}

/** Counts in a bigint without a limit; `add` takes integers as numbers too. @public */
export class LongCounter implements Accumulator<bigint | number, bigint> {
  #value = 0n;

  add(value: bigint | number): void {
    this.#value += BigInt(value);
  }

  getLocalValue(): bigint {
    return this.#value;
  }

  resetLocal(): void {
    this.#value = 0n;
  }

  toState(): unknown {
    return this.#value;
  }

  mergeState(state: unknown): void {
    this.#value += state as bigint;
  }
}
