/**
 * Every operator in the least memory on one platform. The tests of `least-memory.test.ts` run generated code and kernels in WebAssembly; those that use
 * this run the twins: interpreted code, kernels in TypeScript, and both.
 */
import { canGenerateCode } from "@millrace/core";
import { describe, expect, test, vi } from "vitest";
import type { Amount } from "../programs/operator-program.js";
import { operatorPrograms } from "../programs/operator-programs.js";
import { expectedBag, runProgram } from "../run-program.js";
import { WatchedEngine } from "../watched-engine.js";

const MANY: Amount = { numRecords: 1500, numKeys: 180, textLength: 300 };
const FEW: Amount = { numRecords: 250, numKeys: 45, textLength: 300 };
const PARALLELISMS = [1, 3, 7] as const;
/** The shortest module. */
const EMPTY_MODULE = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/** Says what a thread can do. */
export interface Platform {
  readonly makesCode: boolean;
  readonly compilesWasm: boolean;
}

/** Runs every program against the oracle, and holds that the thread is such a platform. */
export function describeInLeastMemory(platform: Platform): void {
  vi.setConfig({ testTimeout: 120_000 });

  test.each(operatorPrograms.map((program, i) => ({ program, parallelism: PARALLELISMS[i % 3]!, name: program.name })))(
    "gives the oracle's results in the least memory: $name, parallelism $parallelism",
    async ({ program, parallelism }) => {
      const amount = program.isSmall === true ? FEW : MANY;
      const engine = new WatchedEngine();
      expect(await runProgram(program, engine, amount, { parallelism })).toEqual(await expectedBag(program, amount));
      engine.assertNothingLeft();
    },
  );

  describe("control", () => {
    test("this thread has what it should have, and nothing else", () => {
      expect(canGenerateCode()).toBe(platform.makesCode);
      expect(compiles()).toBe(platform.compilesWasm);
    });
  });
}

function compiles(): boolean {
  try {
    return new WebAssembly.Module(EMPTY_MODULE) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}
