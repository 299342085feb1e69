import { randomPlanText } from "./dist/index.js";

try {
  console.log(randomPlanText(Number(process.argv[2])));
} catch (e) {
  console.log(e.stack);
}
