// The corpus as a test of jest, which writes what runCorpus gives to a file.
import { writeFileSync } from "node:fs";
import { runCorpus } from "./corpus.mjs";

const { worker, output, ...part } = JSON.parse(process.env.MILLRACE_CORPUS);
test("the corpus", async () => {
  writeFileSync(output, JSON.stringify(await runCorpus(new URL(worker), part)));
}, 120_000);
