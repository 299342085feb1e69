// Runs the entries about a package that may be bundled, as run-corpus.mjs does with the others.
import { runCorpus } from "./corpus.mjs";
import { entries } from "./zod-entries.mjs";

const { worker, ...part } = JSON.parse(process.env.MILLRACE_CORPUS);
runCorpus(new URL(worker), part, entries(part.isBundled)).then((results) =>
  process.stdout.write(JSON.stringify(results), () => process.exit(0)),
);
