// E010 LinearRegression: batch gradient descent. The parameters are the partial solution and a broadcast set of the step; the
// data set itself is the handle by which the function asks for it, so its type is known.
// Options: --data (file of "x y"), --iterations (10).
import { ExecutionEnvironment, ParameterTool, types } from "millrace";
import { exampleFile } from "./data.ts";

const LEARNING_RATE = 0.01;

const parameters = ParameterTool.fromArgs(process.argv.slice(2));
const env = ExecutionEnvironment.getExecutionEnvironment();
const data = env.readCsvFile(parameters.get("data", exampleFile("regression.csv")), {
  fieldDelimiter: " ",
  types: types.row({ x: types.float64, y: types.float64 }),
});

const theta = env.fromElements({ theta0: 0, theta1: 0 }).iterate(parameters.getNumber("iterations", 10));
const updated = data
  .map(({ x, y }, context) => {
    const [current] = context.getBroadcastVariable(theta);
    const { theta0, theta1 } = current ?? { theta0: 0, theta1: 0 };
    const error = theta0 + theta1 * x - y;
    return { theta0: theta0 - LEARNING_RATE * error, theta1: theta1 - LEARNING_RATE * error * x, numPoints: 1 };
  })
  .withBroadcastSet(theta)
  .reduce((a, b) => ({
    theta0: a.theta0 + b.theta0,
    theta1: a.theta1 + b.theta1,
    numPoints: a.numPoints + b.numPoints,
  }))
  .map((sum) => ({ theta0: sum.theta0 / sum.numPoints, theta1: sum.theta1 / sum.numPoints }));
const result = theta.closeWith(updated);

for await (const { theta0, theta1 } of result) console.log(`y = ${theta0.toFixed(6)} + ${theta1.toFixed(6)} x`);
