import { nodeHost } from "@millrace/host-node";

const host = nodeHost();
const directory = await host.files!.makeTemporaryDirectory("example-");
const file = await host.files!.openWrite(`${directory}/greeting`, { exclusive: true });
await file.write(new TextEncoder().encode("hello"));
await file.close();
console.log((await host.files!.status(`${directory}/greeting`))?.sizeBytes, "bytes");
await host.files!.remove(directory);
