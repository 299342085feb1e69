// E002 PojoExample: word count with a class of its own for the records and a rich function that counts lines.
// Records are data: the rows that come out have the fields of `Word`, and not its prototype.
import { type Collector, ExecutionEnvironment, LongCounter, RichFlatMapFunction, type RuntimeContext } from "millrace";
import { exampleFile } from "./data.ts";

class Word {
  readonly word: string;
  readonly frequency: number;

  constructor(word: string, frequency: number) {
    this.word = word;
    this.frequency = frequency;
  }
}

class Tokenizer extends RichFlatMapFunction<string, Word> {
  private lines: LongCounter = new LongCounter();

  override open(context: RuntimeContext): void {
    this.lines = context.getAccumulator("lines", LongCounter);
  }

  override flatMap(line: string, out: Collector<Word>): void {
    this.lines.add(1);
    for (const word of line.toLowerCase().split(/\W+/)) if (word !== "") out.collect(new Word(word, 1));
  }
}

const env = ExecutionEnvironment.getExecutionEnvironment();
const words = env
  .readTextFile(exampleFile("hamlet.txt"))
  .flatMap(new Tokenizer())
  .groupBy("word")
  .reduce((a, b) => ({ word: a.word, frequency: a.frequency + b.frequency }));
await words.orderBy("frequency", "descending").first(5).print();
console.log(`${env.getLastJobExecutionResult()?.getAccumulatorResult("lines", LongCounter)} lines`);
