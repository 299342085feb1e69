// E009 PiEstimation: how many of random points in the unit square fall into the circle. The points come from a generator
// that each subtask seeds with its index, so the program prints the same estimate whenever it runs with one subtask.
// Options: --samples (1000000).
import { ExecutionEnvironment, ParameterTool } from "millrace";

const parameters = ParameterTool.fromArgs(process.argv.slice(2));
const numSamples = parameters.getNumber("samples", 1_000_000);
const env = ExecutionEnvironment.getExecutionEnvironment();

const inside = await env
  .generateSequence(1, numSamples)
  .mapPartition(function* (samples, _out, context) {
    let state = context.subtaskIndex + 1;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    let hits = 0;
    for (const _ of samples) {
      const x = next();
      const y = next();
      if (x * x + y * y <= 1) hits++;
    }
    yield hits;
  })
  .reduce((a, b) => a + b)
  .collect();

console.log(`Pi is about ${((4 * (inside[0] ?? 0)) / numSamples).toFixed(3)}`);
