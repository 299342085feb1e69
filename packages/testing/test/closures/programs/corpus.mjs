// Runs the corpus here and in a fresh worker thread, and says what differs.
import { captureFunctions, encodeCapturedGraph } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";
import { entries as usual } from "./entries.mjs";
import { entries as ofHost } from "./host-entries.mjs";
import { entries as language } from "./language-entries.mjs";
import { outcomeOf } from "./outcome.mjs";

const host = nodeHost();
const corpus = [...usual, ...language, ...ofHost];

/**
 * Gives the names of the entries, each with its problem if it has one.
 *
 * @param part - every how manieth entry to run and from which on, whether tools have given variables other names, and
 *   patterns of entries that mean something else after these tools
 */
export async function runCorpus(workerUrl, { every = 1, from = 0, isRenamed = false, except = [] } = {}, entries = corpus) {
  const worker = host.workers.start(workerUrl, undefined);
  let answer;
  worker.onMessage((message) => answer.resolve(message));
  worker.onExit((error) => answer?.reject(error ?? new Error("the worker ended")));
  const there = (message) =>
    new Promise((resolve, reject) => {
      answer = { resolve, reject };
      worker.post(message);
    });
  const results = [];
  for (let index = from % every; index < entries.length; index += every) {
    const entry = entries[index];
    if (except.some((name) => entry.name.includes(name))) continue;
    let problem;
    try {
      problem = await problemOf(entry, there, isRenamed);
    } catch (error) {
      problem = `the entry itself failed: ${error.stack}`;
    }
    results.push(problem === undefined ? { name: entry.name } : { name: entry.name, problem });
  }
  answer = undefined;
  await worker.terminate();
  return results;
}

async function problemOf({ make, args, pattern }, there, isRenamed) {
  const made = make();
  let bytes;
  try {
    bytes = encodeCapturedGraph(captureFunctions([{ value: made, where: { operator: "Map at corpus" } }], host));
  } catch (error) {
    restore();
    if (pattern === undefined) return `refused: ${error.stack}`;
    if (error.code === undefined) return `no typed error: ${error.stack}`;
    if (!isRenamed && !pattern.test(error.message)) return `another refusal: ${error.message}`;
    if (!error.message.includes("Map at corpus")) return `the message does not name the operator: ${error.message}`;
    return undefined;
  } finally {
    restore();
  }
  if (pattern !== undefined) return "it was captured, and should have been refused";
  const expected = await outcomeOf(() => made(...args));
  const outcome = await there({ bytes, args });
  return JSON.stringify(outcome) === JSON.stringify(expected) ? undefined : `here ${JSON.stringify(expected)}, there ${JSON.stringify(outcome)}`;
}

/** Takes back what an entry did to built-ins. */
function restore() {
  for (const each of [usual, language, ofHost]) {
    each.restore?.();
    each.restore = undefined;
  }
}
