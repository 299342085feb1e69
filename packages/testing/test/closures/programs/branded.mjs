// Asks in the worker whether what the program's classes of Millrace make belongs to the worker's copy.
import { Decimal, LongCounter, MillraceError, RichMapFunction } from "@millrace/core";
import { there } from "./outcome.mjs";

class AddOne extends RichMapFunction {
  map(x) {
    return x + 1;
  }
}
const [price, failure, add] = [Decimal.of("1.50"), new MillraceError({ code: "TIMEOUT", what: "x" }), new AddOne()];
// A name that no bundler reads.
const name = ["@millrace", "core"].join("/");
const look = async () => {
  const core = await import(name);
  const counter = new LongCounter();
  counter.add(3n);
  return [
    price instanceof core.Decimal,
    Decimal.of("2") instanceof core.Decimal,
    failure instanceof core.MillraceError,
    add instanceof core.RichMapFunction,
    Decimal === core.Decimal,
    counter instanceof core.LongCounter,
    price.toString(),
    add.map(41),
    failure.code,
    counter.getLocalValue(),
  ].join(" ");
};
there(look).then((answer) => console.log(JSON.stringify(answer)));
