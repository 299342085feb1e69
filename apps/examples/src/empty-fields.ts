// E014 EmptyFieldsCountAccumulator: keeps complete rows and counts, by an accumulator of its own, the empty fields per column.
// Options: --input (CSV file with ";" and three columns).
import { type Accumulator, ExecutionEnvironment, ParameterTool, types } from "millrace";
import { exampleFile } from "./data.ts";

/** Counts per position; adding a position that was not there makes the list longer. */
class VectorAccumulator implements Accumulator<number, number[]> {
  private counts: number[] = [];

  add(position: number): void {
    while (this.counts.length <= position) this.counts.push(0);
    this.counts[position] = (this.counts[position] ?? 0) + 1;
  }

  getLocalValue(): number[] {
    return [...this.counts];
  }

  resetLocal(): void {
    this.counts = [];
  }

  toState(): unknown {
    return this.counts;
  }

  mergeState(state: unknown): void {
    (state as number[]).forEach((count, position) => {
      for (let i = 0; i < count; i++) this.add(position);
    });
  }
}

const parameters = ParameterTool.fromArgs(process.argv.slice(2));
const env = ExecutionEnvironment.getExecutionEnvironment();
const complete = env
  .readCsvFile(parameters.get("input", exampleFile("people.csv")), {
    fieldDelimiter: ";",
    types: types.tuple(types.string, types.string, types.string),
  })
  .filter((row, context) => {
    const empty = context.getAccumulator("empty fields", VectorAccumulator);
    let isComplete = true;
    row.forEach((field, position) => {
      if (field.trim() !== "") return;
      empty.add(position);
      isComplete = false;
    });
    return isComplete;
  });

console.log(await complete.collect());
console.log(env.getLastJobExecutionResult()?.getAccumulatorResult("empty fields", VectorAccumulator));
