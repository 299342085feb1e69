import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { controlGroupMemory } from "../src/control-groups.js";

const MIB = 1024 * 1024;
/** What version 1 writes where there is no limit. */
const UNLIMITED = "9223372036854771712";
let roots: string[] = [];

afterEach(() => {
  for (const root of roots) rmSync(root, { recursive: true });
  roots = [];
});

/** Makes a folder with the files that a system has in these places, and returns what is read from them. */
function memoryOf(files: Readonly<Record<string, string | number>>): ReturnType<typeof controlGroupMemory> {
  const root = mkdtempSync(join(tmpdir(), "control-groups-"));
  roots.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${content}\n`);
  }
  return controlGroupMemory(root);
}

test("[H20] a container of version 2 sees its limit in the root group", () => {
  expect(
    memoryOf({
      "proc/self/cgroup": "0::/",
      "sys/fs/cgroup/memory.max": 512 * MIB,
      "sys/fs/cgroup/memory.current": 200 * MIB,
      "sys/fs/cgroup/memory.stat": `anon ${100 * MIB}\nfile ${100 * MIB}\ninactive_file ${60 * MIB}\nactive_file ${40 * MIB}`,
    }),
  ).toEqual({ limitBytes: 512 * MIB, availableBytes: 372 * MIB });
});

test("[H20] of nested groups the least limit counts, and the least that one of them leaves", () => {
  expect(
    memoryOf({
      "proc/self/cgroup": "0::/team/service/job",
      "sys/fs/cgroup/team/memory.max": 1000 * MIB,
      "sys/fs/cgroup/team/memory.current": 900 * MIB,
      "sys/fs/cgroup/team/service/memory.max": 400 * MIB,
      "sys/fs/cgroup/team/service/memory.current": 50 * MIB,
      "sys/fs/cgroup/team/service/job/memory.max": "max",
      "sys/fs/cgroup/team/service/job/memory.current": 50 * MIB,
    }),
  ).toEqual({ limitBytes: 400 * MIB, availableBytes: 100 * MIB });
});

test("[H20] what the system begins to hold back is a limit too", () => {
  const files = { "proc/self/cgroup": "0::/a", "sys/fs/cgroup/a/memory.max": 100 * MIB };
  expect(memoryOf({ ...files, "sys/fs/cgroup/a/memory.high": 80 * MIB })?.limitBytes).toBe(80 * MIB);
  expect(memoryOf({ ...files, "sys/fs/cgroup/a/memory.high": "max" })?.limitBytes).toBe(100 * MIB);
});

test.each([
  ["no control groups", {}],
  ["a file that cannot be read as groups", { "proc/self/cgroup": "???" }],
  ["groups without a limit in version 2", { "proc/self/cgroup": "0::/a", "sys/fs/cgroup/a/memory.max": "max" }],
  ["groups whose files are not there", { "proc/self/cgroup": "0::/a/b" }],
  [
    "groups without a limit in version 1",
    { "proc/self/cgroup": "4:memory:/", "sys/fs/cgroup/memory/memory.limit_in_bytes": UNLIMITED },
  ],
])("[H20] with %s there is no limit", (_, files) => {
  expect(memoryOf(files)).toBeUndefined();
});

test("[H20] a group of version 1 counts beside the other hierarchies, with its caches", () => {
  expect(
    memoryOf({
      "proc/self/cgroup": "12:cpu,cpuacct:/x\n9:memory:/docker/abc\n1:name=systemd:/docker/abc\n0::/system.slice",
      // Only the container's own group is mounted, as the root; the path is that outside of it.
      "sys/fs/cgroup/memory/memory.limit_in_bytes": 256 * MIB,
      "sys/fs/cgroup/memory/memory.usage_in_bytes": 250 * MIB,
      "sys/fs/cgroup/memory/memory.stat": `inactive_file 1\ntotal_inactive_file ${150 * MIB}`,
      "sys/fs/cgroup/system.slice/memory.max": MIB,
    }),
  ).toEqual({ limitBytes: 256 * MIB, availableBytes: 156 * MIB });
});

test("[H20] a nested group of version 1 is found on a machine without containers", () => {
  expect(
    memoryOf({
      "proc/self/cgroup": "9:memory:/user/one",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": UNLIMITED,
      "sys/fs/cgroup/memory/user/memory.limit_in_bytes": UNLIMITED,
      "sys/fs/cgroup/memory/user/one/memory.limit_in_bytes": 64 * MIB,
      "sys/fs/cgroup/memory/user/one/memory.usage_in_bytes": 65 * MIB,
    }),
  ).toEqual({ limitBytes: 64 * MIB, availableBytes: 0 });
});

test("[H20] a group that lies outside of the namespace is looked for from the root that is seen", () => {
  expect(memoryOf({ "proc/self/cgroup": "0::/../other", "sys/fs/cgroup/memory.max": 10 * MIB })?.limitBytes).toBe(
    10 * MIB,
  );
});
