// E013 TPCHQuery10: customers who sent parts back, by the revenue that this lost.
// Options: --tables (directory with customer.tbl, orders.tbl, lineitem.tbl, nation.tbl).
import { ExecutionEnvironment, ParameterTool, types } from "millrace";
import { exampleFile } from "./data.ts";

const tables = ParameterTool.fromArgs(process.argv.slice(2)).get("tables", exampleFile("tpch"));
const table = { fieldDelimiter: "|" } as const;

const env = ExecutionEnvironment.getExecutionEnvironment();
const customers = env.readCsvFile(`${tables}/customer.tbl`, {
  ...table,
  includeFields: [0, 1, 3, 5],
  types: types.row({ id: types.int32, name: types.string, nation: types.int32, balance: types.float64 }),
});
const orders = env
  .readCsvFile(`${tables}/orders.tbl`, {
    ...table,
    includeFields: [0, 1, 4],
    types: types.row({ order: types.int32, customer: types.int32, date: types.string }),
  })
  .filter((o) => Number(o.date.slice(0, 4)) > 1990);
const returned = env
  .readCsvFile(`${tables}/lineitem.tbl`, {
    ...table,
    includeFields: [0, 5, 6, 8],
    types: types.row({ order: types.int32, price: types.float64, discount: types.float64, flag: types.string }),
  })
  .filter((l) => l.flag === "R")
  .map((l) => ({ order: l.order, revenue: l.price * (1 - l.discount) }));
const nations = env.readCsvFile(`${tables}/nation.tbl`, {
  ...table,
  includeFields: [0, 1],
  types: types.row({ id: types.int32, nation: types.string }),
});

const lost = orders
  .joinWithHuge(returned)
  .where("order")
  .equalTo("order")
  .with((order, item) => ({ customer: order.customer, revenue: item.revenue }))
  .groupBy("customer")
  .sum("revenue");
const result = customers
  .joinWithTiny(nations)
  .where("nation")
  .equalTo("id")
  .with((customer, { nation }) => ({ ...customer, nation }))
  .join(lost)
  .where("id")
  .equalTo("customer")
  .with((customer, { revenue }) => ({ id: customer.id, name: customer.name, nation: customer.nation, revenue }));

for await (const r of result.orderBy("id", "ascending")) console.log(r.id, r.name, r.nation, r.revenue.toFixed(4));
