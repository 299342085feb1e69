import { ExecutionEnvironment, count, sum } from "millrace";

const env = ExecutionEnvironment.getExecutionEnvironment();
const orders = env.fromElements({ customer: "Ann", amount: 12 }, { customer: "Bob", amount: 5 }, { customer: "Ann", amount: 1 });
const totals = orders.groupBy("customer").aggregate({ total: sum("amount"), orders: count() });
for (const { customer, total, orders } of await totals.collect()) console.log(customer, total, orders);
