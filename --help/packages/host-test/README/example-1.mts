import { FaultyDisk, sweepFailures, TestHost } from "@millrace/host-test";

const host = new TestHost({ seed: 7, files: { "/in.txt": "hello" } });
host.timers.setTimer(3_600_000, () => console.log("an hour later:", new Date(host.clock.now()).toISOString()));
await host.time.advance(3_600_000);

// Fail every single operation of a piece of code in turn, and see that it closes its files.
const { numFailures } = await sweepFailures(undefined, { code: "EIO" }, () => new FaultyDisk(), async (disk) => {
  const file = await disk.openWrite("/out", { exclusive: true }).catch(() => undefined);
  await file?.write(new Uint8Array(3)).catch(() => {});
  await file?.close().catch(() => {});
  disk.assertNothingLeft();
});
console.log(numFailures, "failures survived");
host.assertNothingLeft();
