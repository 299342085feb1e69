import { memoryContext, readSource, types, writeSink } from "@millrace/core";
import { jsonLinesSink, jsonLinesSource } from "@millrace/format-json";

const event = types.row({ at: types.timestamp, bytes: types.int64, tags: types.array(types.string) });
const { context, memory } = memoryContext();

const sink = jsonLinesSink<types.Infer<typeof event>>("/events.jsonl", { types: event });
await writeSink(sink, [{ at: new Date(0), bytes: 2n ** 60n, tags: ["a"] }], context);
console.log(memory.getText("/events.jsonl"));

console.log(await readSource(jsonLinesSource("/events.jsonl", { types: event }), context));
