import { createSubtaskIoContext, lineReadingOf, lineWritingOf, memoryContext } from "@millrace/core";
import { expect, test } from "vitest";
import { type TextReadOptions, type TextWriteOptions, textSink, textSource } from "../src/index.js";

const subtask = { subtaskIndex: 0, numParallelSubtasks: 1, count: () => undefined };

test.each<[TextReadOptions, object | undefined]>([
  [{}, { delimiter: 10, stripsReturn: true, isLatin1: false }],
  [
    { delimiter: "|", charset: "latin1" },
    { delimiter: 124, stripsReturn: false, isLatin1: true },
  ],
  [{ delimiter: "\r\n" }, undefined],
  [{ delimiter: "\u{e9}" }, undefined],
  [{ charset: "utf-16le" }, undefined],
])("[TX13] the lines of a source with %j are offered where one byte ends them", (options, form) => {
  const reading = lineReadingOf(textSource("/in.txt", options));
  if (form === undefined) expect(reading).toBeUndefined();
  else expect(reading?.form).toMatchObject(form);
});

test.each<[TextWriteOptions<string>, object | undefined]>([
  [{}, { delimiter: 10, isLatin1: false }],
  [
    { delimiter: ";", charset: "latin1" },
    { delimiter: 59, isLatin1: true },
  ],
  [{ delimiter: "" }, undefined],
  [{ delimiter: "\u{e9}", charset: "latin1" }, undefined],
  [{ charset: "utf-16le" }, undefined],
  [{ format: (text) => text }, undefined],
])("[TX13] the writer of a sink with %j takes lines where it only puts one byte behind them", async (options, form) => {
  const { context } = memoryContext({});
  const sink = textSink("/out.txt", options);
  await sink.initialize?.(context, 1);
  const writer = await sink.openWriter(createSubtaskIoContext(context, subtask));
  expect(lineWritingOf(writer)?.form).toEqual(form);
  await writer.abort();
});

test("[TX13] what is not taken of a window comes as strings, then the window again", async () => {
  const { context } = memoryContext({ "/in.txt": "a\nb\nc\nd" });
  const ioContext = createSubtaskIoContext(context, subtask);
  const source = textSource("/in.txt");
  const [split] = await source.createSplits(1, context);
  const seen: unknown[] = [];
  for await (const batch of lineReadingOf(source)!.read(split!, ioContext)) {
    if ("start" in batch) seen.push([batch.start, batch.end]);
    else seen.push(batch);
    if ("start" in batch) batch.start += 2;
  }
  expect(seen).toEqual([
    [0, 7],
    ["b", "c", "d"],
  ]);
});
