import { captureFunctions, decodeCapturedGraph, encodeCapturedGraph, reviveFunctions } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";

const rates = new Map([["de", 0.19]]);
class Order {
  readonly country: string;
  readonly amount: number;
  constructor(country: string, amount: number) {
    this.country = country;
    this.amount = amount;
  }
  total(): number {
    return this.amount * (1 + (rates.get(this.country) ?? 0));
  }
}
const total = (country: string, amount: number) => new Order(country, amount).total();

// Here: one synchronous step, then bytes.
const host = nodeHost();
const graph = captureFunctions([{ value: total, where: { operator: "Map at orders.ts:14" } }], host);
const bytes = encodeCapturedGraph(graph);

// There, in a worker that was sent the bytes:
const { functions } = await reviveFunctions(decodeCapturedGraph(bytes), nodeHost().scripts!);
const revived = functions[0] as typeof total;
console.log(revived("de", 100), revived === total);
