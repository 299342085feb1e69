// Prints what runCorpus gives. The part to run comes as JSON in MILLRACE_CORPUS, with the URL of the worker when it stands elsewhere.
import { runCorpus } from "./corpus.mjs";

const { worker, ...part } = JSON.parse(process.env.MILLRACE_CORPUS ?? "{}");
runCorpus(new URL(worker ?? "./corpus-worker.mjs", worker ?? import.meta.url), part).then((results) =>
  process.stdout.write(JSON.stringify(results), () => process.exit(0)),
);
