import { memoryContext, readSource, types, writeSink } from "@millrace/core";
import { binarySink, binarySource } from "@millrace/format-binary";

const rank = types.row({ page: types.string, rank: types.float64 });
const { context } = memoryContext();

const sink = binarySink<types.Infer<typeof rank>>("/ranks.bin", { types: rank });
await writeSink(sink, [{ page: "home", rank: 0.5 }], context);

console.log(await readSource(binarySource("/ranks.bin"), context));
