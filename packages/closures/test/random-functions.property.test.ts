/**
 * Evidence that the analysis follows the rules of scope, in two independent ways:
 *
 *   model        random functions that are written from a model of scopes, which knows the answer beforehand
 *   execution    random functions that run in a scope that records reads and writes; a run sees a part of what the text
 *                can do, so what it sees must be in the answer
 */
import { describe, expect, it } from "vitest";
import { analyzeFunctionText, type FunctionAnalysis, isAnalyzed } from "../src/index.js";
import { FUEL, type GeneratedFunction, randomFunction } from "./random-functions.js";
import { record } from "./recording-scope.js";
import { SeededRandom } from "./seeded-random.js";

const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const NUM_FUNCTIONS = 1000 * Number(process.env.FUZZ_COUNT ?? 1);

/** The parser misreads the braces of a few nested templates that JavaScript allows: about one text in a thousand. */
const MAX_SHARE_MISREAD = 0.005;

/** Calls `check` with random functions; on failure the message has the seed of the one function. */
function forRandomFunctions(
  isAsyncAllowed: boolean,
  check: (generated: GeneratedFunction, analysis: FunctionAnalysis) => void,
): void {
  console.log(`FUZZ_SEED=${SEED}`);
  let numMisread = 0;
  for (let index = 0; index < NUM_FUNCTIONS; index++) {
    const generated = randomFunction(new SeededRandom(SEED + index), isAsyncAllowed);
    const analysis = analyzeFunctionText(generated.text, generated.strictness);
    try {
      if (isAnalyzed(analysis)) check(generated, analysis);
      else if (++numMisread > 1 + MAX_SHARE_MISREAD * NUM_FUNCTIONS) expect(analysis).toBe("readable");
    } catch (error) {
      throw new Error(`FUZZ_SEED=${SEED + index}, ${generated.strictness}:\n${generated.text}\n${error}`, {
        cause: error,
      });
    }
  }
}

function found(analysis: FunctionAnalysis): object {
  const free = analysis.freeNames.filter((each) => each.name !== FUEL);
  return {
    reads: free
      .filter((each) => each.isRead)
      .map((each) => each.name)
      .sort(),
    assignments: Object.fromEntries(
      free
        .filter((each) => each.assignments.length > 0)
        .map((each) => [each.name, each.assignments.map((assignment) => assignment.form).sort()]),
    ),
    numOuterThis: analysis.uses.outerThis.length,
    numOwnThis: analysis.uses.ownThis.length,
    numOuterArguments: analysis.uses.outerArguments.length,
    numOwnArguments: analysis.uses.ownArguments.length,
    numSelfReferences: analysis.selfReferences.length,
    returnsNothing: analysis.returnsNothing,
  };
}

function expected(generated: GeneratedFunction): object {
  const { reads, assignments, kind: _, text: __, strictness: ___, ...numbers } = generated;
  return {
    ...numbers,
    reads: [...reads].sort(),
    assignments: Object.fromEntries([...assignments].map(([name, forms]) => [name, [...forms].sort()])),
  };
}

describe("random functions", () => {
  it("[C10] [C21] [C24] [C25] [C30] the analysis finds what the model put there", () => {
    forRandomFunctions(true, (generated, analysis) => {
      expect(analysis.kind).toBe(generated.kind);
      expect(found(analysis)).toEqual(expected(generated));
    });
  });

  it("[C10] [C21] a run reads and writes no free name that the analysis misses", () => {
    let [numSeen, numFound] = [0, 0];
    forRandomFunctions(false, (generated, { freeNames }) => {
      const { reads, writes, syntaxError } = record(generated);
      expect(syntaxError).toBeUndefined();
      const read = freeNames.filter((each) => each.isRead).map((each) => each.name);
      const assigned = freeNames.filter((each) => each.assignments.length > 0).map((each) => each.name);
      expect([...reads].filter((name) => !read.includes(name))).toEqual([]);
      expect([...writes].filter((name) => !assigned.includes(name))).toEqual([]);
      numSeen += reads.size + writes.size;
      numFound += read.length + assigned.length;
    });
    // Runs that see next to nothing would prove nothing.
    expect(numSeen / numFound).toBeGreaterThan(0.2);
  });

  it("[C30] [C31] a run reads no other field of its arguments and returns no value that the analysis excludes", () => {
    let numFields = 0;
    forRandomFunctions(false, (generated, analysis) => {
      const { fields, result } = record(generated);
      if (analysis.returnsNothing) expect(result).toBeUndefined();
      analysis.fieldsRead.forEach((known, index) => {
        if (known === "unknown") return;
        const expectedFields = analysis.parameters[index]?.isDestructured ? [...known, "@"] : known;
        expect([...(fields[index] ?? [])].filter((each) => !expectedFields.includes(each))).toEqual([]);
        numFields += fields[index]?.size ?? 0;
      });
    });
    expect(numFields).toBeGreaterThan(0);
  });

  it("[C5] analysis never throws on a damaged text", () => {
    forRandomFunctions(true, (generated) => {
      const random = new SeededRandom(SEED);
      const at = random.below(generated.text.length);
      const damaged = generated.text.slice(0, at) + random.pick(["", "}", "(", "`", "/", "=>", "\n"]);
      expect(analyzeFunctionText(damaged + generated.text.slice(at + random.below(3))).kind).not.toBe("native");
    });
  });
});
