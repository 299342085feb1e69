// E012 TPCHQuery3: the revenue of orders that were placed before a date and shipped after it, for one market segment.
// Options: --tables (directory with customer.tbl, orders.tbl, lineitem.tbl), --segment, --date. The default date is later than
// TPC-H's, so that the eighteen orders of the example have a result.
import { ExecutionEnvironment, ParameterTool, types } from "millrace";
import { exampleFile } from "./data.ts";

const parameters = ParameterTool.fromArgs(process.argv.slice(2));
const tables = parameters.get("tables", exampleFile("tpch"));
const segment = parameters.get("segment", "AUTOMOBILE");
const date = parameters.get("date", "1996-03-12");
const table = { fieldDelimiter: "|" } as const;

const env = ExecutionEnvironment.getExecutionEnvironment();
const customers = env
  .readCsvFile(`${tables}/customer.tbl`, {
    ...table,
    includeFields: [0, 6],
    types: types.row({ customer: types.int32, segment: types.string }),
  })
  .filter((c) => c.segment === segment);
const orders = env
  .readCsvFile(`${tables}/orders.tbl`, {
    ...table,
    includeFields: [0, 1, 4, 7],
    types: types.row({ order: types.int32, customer: types.int32, date: types.string, priority: types.int32 }),
  })
  .filter((o) => o.date < date);
const lineItems = env
  .readCsvFile(`${tables}/lineitem.tbl`, {
    ...table,
    includeFields: [0, 5, 6, 10],
    types: types.row({ order: types.int32, price: types.float64, discount: types.float64, shipped: types.string }),
  })
  .filter((l) => l.shipped > date)
  .map((l) => ({ order: l.order, revenue: l.price * (1 - l.discount) }));

const revenue = customers
  .join(orders)
  .where("customer")
  .equalTo("customer")
  .projectSecond("order", "date", "priority")
  .join(lineItems)
  .where("order")
  .equalTo("order")
  .projectFirst("order", "date", "priority")
  .projectSecond("revenue")
  .groupBy("order", "date", "priority")
  .sum("revenue");
await revenue.orderBy("revenue", "descending").first(10).print();
