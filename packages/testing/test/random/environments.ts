import type { Plan } from "@millrace/common-api";
import { bareHost, type Engine, type EnvironmentOptions, type Host } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import type { CreateEnvironment } from "../../src/random/index.js";

/** Makes environments on an engine. */
export function environmentsOn(create: (host: Host) => Engine<Plan>): CreateEnvironment {
  return (options: EnvironmentOptions) => ExecutionEnvironment.onEngine(create(bareHost()), options);
}

/** Makes collection environments. */
export const collectionEnvironment: CreateEnvironment = environmentsOn(collectionEngine);

/** The seed of the first plan: FUZZ_SEED replays. */
export const FUZZ_SEED = Number(process.env.FUZZ_SEED ?? 1);

/** Returns how many plans to run: FUZZ_COUNT scales, and one seed is one plan. */
export function fuzzCount(byDefault: number): number {
  const given = process.env.FUZZ_COUNT;
  if (given !== undefined) return Number(given);
  return process.env.FUZZ_SEED === undefined ? byDefault : 1;
}
