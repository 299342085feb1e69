import type { Accumulator } from "./accumulator.js";

/** Counts how often each number was added. The result is sorted by number. @public */
export class Histogram implements Accumulator<number, Map<number, number>> {
  readonly #counts = new Map<number, number>();

  add(value: number): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  getLocalValue(): Map<number, number> {
    return new Map([...this.#counts].sort(([a], [b]) => a - b));
  }

  resetLocal(): void {
    this.#counts.clear();
  }

  toState(): unknown {
    return [...this.#counts];
  }

  mergeState(state: unknown): void {
    for (const [value, count] of state as [number, number][]) {
      this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
    }
  }
}

/** Keeps the average of the numbers added; NaN when there were none. @public */
export class AverageAccumulator implements Accumulator<number, number> {
  #sum = 0;
  #numValues = 0;

  add(value: number): void {
    this.#sum += value;
    this.#numValues++;
  }

  getLocalValue(): number {
    return this.#sum / this.#numValues;
  }

  resetLocal(): void {
    this.#sum = 0;
    this.#numValues = 0;
  }

  toState(): unknown {
    return [this.#sum, this.#numValues];
  }

  mergeState(state: unknown): void {
    const [sum, numValues] = state as [number, number];
    this.#sum += sum;
    this.#numValues += numValues;
  }
}

/** Keeps the least number added; Infinity when there was none. @public */
export class MinimumAccumulator implements Accumulator<number, number> {
  #value = Number.POSITIVE_INFINITY;

  add(value: number): void {
    if (value < this.#value) this.#value = value;
  }

  getLocalValue(): number {
    return this.#value;
  }

  resetLocal(): void {
    this.#value = Number.POSITIVE_INFINITY;
  }

  toState(): unknown {
    return this.#value;
  }

  mergeState(state: unknown): void {
    this.add(state as number);
  }
}

/** Keeps the greatest number added; -Infinity when there was none. @public */
export class MaximumAccumulator implements Accumulator<number, number> {
  #value = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    if (value > this.#value) this.#value = value;
  }

  getLocalValue(): number {
    return this.#value;
  }

  resetLocal(): void {
    this.#value = Number.NEGATIVE_INFINITY;
  }

  toState(): unknown {
    return this.#value;
  }

  mergeState(state: unknown): void {
    this.add(state as number);
  }
}

/** Collects values into a list, in no particular order. They travel to the client: keep it small. @public */
export class ListAccumulator<T> implements Accumulator<T, T[]> {
  #values: T[] = [];

  add(value: T): void {
    this.#values.push(value);
  }

  getLocalValue(): T[] {
    return [...this.#values];
  }

  resetLocal(): void {
    this.#values = [];
  }

  toState(): unknown {
    return this.#values;
  }

  mergeState(state: unknown): void {
    this.#values = this.#values.concat(state as T[]);
  }
}
