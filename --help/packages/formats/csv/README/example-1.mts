import { memoryContext, readSource, types } from "@millrace/core";
import { csvSource } from "@millrace/format-csv";

const { context } = memoryContext({
  "/orders.csv": 'id,customer,amount,paid\n1,"Smith, Ann",12.50,true\n2,Bob,,false\n3,Eve,7.25,yes\n',
});

const orders = csvSource("/orders.csv", {
  header: true,
  types: types.row({ customer: types.string, amount: types.nullable(types.float64) }),
});
console.log(await readSource(orders, context));

const strict = csvSource("/orders.csv", { header: true, types: types.row({ id: types.int32, paid: types.boolean }) });
try {
  await readSource(strict, context);
} catch (error) {
  console.log((error as Error).message.split(" Correct the file")[0]);
}
