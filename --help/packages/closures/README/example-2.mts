import { analyzeFunctionText, isAnalyzed, readNamesOf } from "@millrace/closures";

const analysis = analyzeFunctionText("(order) => order.amount < limit");
if (isAnalyzed(analysis)) console.log(readNamesOf(analysis), analysis.fieldsRead[0]);
