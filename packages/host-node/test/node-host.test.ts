import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { nodeHost } from "../src/index.js";

const host = nodeHost();

test("[H10] clock, timers and seeds", async () => {
  const [wall, monotonic] = [host.clock.now(), host.clock.monotonic()];
  await new Promise<void>((resolve) => host.timers.setTimer(20, resolve));
  // The timer may be up to a millisecond early by this clock, whose resolution is finer than the timer's.
  expect(host.clock.monotonic() - monotonic).toBeGreaterThanOrEqual(19);
  expect(host.clock.now()).toBeGreaterThanOrEqual(wall);
  const seeds = Array.from({ length: 50 }, () => host.random.seed());
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
  expect(new Set(seeds).size).toBeGreaterThan(40);
});

test("[H10] a cancelled timer does not fire, however long it would have been", async () => {
  let hasFired = false;
  for (const delayMs of [1, 2 ** 40]) host.timers.setTimer(delayMs, () => (hasFired = true)).cancel();
  await new Promise<void>((resolve) => host.timers.setTimer(10, resolve));
  expect(hasFired).toBe(false);
});

test("[H11] terminal and process", () => {
  expect(host.name).toMatch(/^node \d+\./);
  expect(host.terminal.columns).toBeGreaterThan(0);
  expect(typeof host.terminal.isInteractive).toBe("boolean");
  host.terminal.write("");
  host.terminal.writeError("");
  expect(host.process.argv).toBe(process.argv);
  expect(host.process.env.PATH).toBe(process.env.PATH);
  expect(host.process.numProcessors).toBeGreaterThanOrEqual(1);
});

test("[H12] sockets carry bytes both ways and close", async () => {
  const { sockets } = host;
  const listener = await sockets!.listen({ host: "127.0.0.1", port: 0 }, (socket) => {
    void (async () => {
      for await (const chunk of socket) await socket.write(chunk.map((byte) => byte + 1));
      await socket.close();
    })();
  });
  const socket = await sockets!.connect({ host: "127.0.0.1", port: listener.port });
  const sent = new Uint8Array(3_000_000).fill(7);
  const writing = socket.write(sent);
  let numReceived = 0;
  for await (const chunk of socket) {
    expect(chunk.every((byte) => byte === 8)).toBe(true);
    numReceived += chunk.length;
    if (numReceived === sent.length) break;
  }
  await writing;
  await socket.close();
  await socket.close();
  await expect(socket.write(Uint8Array.of(1))).rejects.toMatchObject({ code: "NETWORK_FAILED" });
  await listener.close();
  await expect(sockets!.connect({ host: "127.0.0.1", port: listener.port })).rejects.toMatchObject({
    code: "NETWORK_FAILED",
    what: expect.stringContaining("ECONNREFUSED"),
  });
});

const ECHO = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, workerData } from "node:worker_threads";
    parentPort.on("message", (message) => {
      if (message === "fail") throw new TypeError("as asked");
      if (message === "end") parentPort.close();
      else parentPort.postMessage([workerData, message]);
    });
  `)}`,
);

/** Adopts each process that it is sent, and answers with what it sees. */
const ADOPTING = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads";
    import { nodeHost } from "${new URL("../dist/index.js", import.meta.url).href}";
    parentPort.on("message", (message) => {
      nodeHost().scripts.adoptProcess(message);
      parentPort.postMessage([process.argv, process.execArgv, { ...process.env }]);
    });
  `)}`,
);

test("[H13] workers get data and messages, answer and end", async () => {
  const worker = host.workers!.start(ECHO, { data: 1 });
  const answer = new Promise((resolve) => worker.onMessage(resolve));
  const ended = new Promise((resolve) => worker.onExit(resolve));
  worker.setReferenced(false);
  worker.setReferenced(true);
  const buffer = new ArrayBuffer(8);
  worker.post({ buffer }, [buffer]);
  expect(await answer).toEqual([{ data: 1 }, { buffer: new ArrayBuffer(8) }]);
  expect(buffer.byteLength).toBe(0);
  worker.post("end");
  expect(await ended).toBeUndefined();
});

test("[H13] a worker that dies says of what, and one that is terminated just ends", async () => {
  const failing = host.workers!.start(ECHO, undefined);
  const failure = new Promise((resolve) => failing.onExit(resolve));
  failing.post("fail");
  expect(await failure).toMatchObject({ message: "as asked" });
  const idle = host.workers!.start(ECHO, undefined);
  const end = new Promise((resolve) => idle.onExit(resolve));
  await idle.terminate();
  expect(await end).toBeUndefined();
});

const STARTS_A_WORKER = `
  const { nodeHost } = await import(HOST);
  const worker = nodeHost().workers.start(new URL(ECHO), "started");
  worker.onMessage((answer) => { console.log(JSON.stringify(answer)); process.exit(); });
  worker.onExit((error) => { console.log(String(error)); process.exit(1); });
  worker.post(process.execArgv.length);`;

test.each([
  ["a module", ["--input-type=module", "--max-old-space-size=300", "-e"], (text: string) => text],
  ["a script", ["--eval"], (text: string) => `(async () => {${text}})()`],
  ["a script whose value is printed", ["--conditions=x", "-p"], (text: string) => `(async () => {${text}})();""`],
])("[H13] workers start in programs that are %s on the command line", (_name, options, wrap) => {
  const file = JSON.stringify(new URL("../dist/index.js", import.meta.url).href);
  const text = STARTS_A_WORKER.replace("HOST", file).replace("ECHO", JSON.stringify(ECHO.href));
  const { NODE_OPTIONS, ...env } = process.env;
  const printed = execFileSync(process.execPath, [...options, wrap(text)], { encoding: "utf8", env });
  expect(JSON.parse(printed.trim())).toEqual(["started", options.length + 1]);
});

test("[H14] a worker thread sees the process that it was told of", async () => {
  const worker = host.workers!.start(ADOPTING, undefined);
  const answer = new Promise((resolve) => worker.onMessage(resolve));
  worker.post({ argv: ["node", "other.js", "-x"], execArgv: ["--conditions=y"], env: { ONLY: "1" } });
  expect(await answer).toEqual([["node", "other.js", "-x"], ["--conditions=y"], { ONLY: "1" }]);
  await worker.terminate();
});

/** Evaluates what it is sent, and answers with the first frame of its error. */
const EVALUATING = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads";
    import { nodeHost } from "${new URL("../dist/index.js", import.meta.url).href}";
    parentPort.on("message", ({ source, place }) => {
      try { nodeHost().scripts.evaluate(source, place)(); } catch (error) { parentPort.postMessage(error.stack.split("\\n")[1]); }
    });
  `)}`,
);

test("[H15] positions are mapped in worker threads, and two maps of one file do not disturb each other", async () => {
  const worker = host.workers!.start(EVALUATING, undefined);
  const source = "(() => { throw new Error('x'); })";
  const frames: unknown[] = [];
  for (const [url, file] of [
    ["file:///home/user/bundle%201.mjs", "a.ts"],
    ["file:///home/user/bundle%201.mjs", "b.ts"],
    ["/home/user/bundle 1.cjs", "c.ts"],
    ["made of text", "d.ts"],
    ["file:///home/user/bundle%201.mjs", "a.ts"],
  ] as const) {
    const map = { sources: [`file:///home/user/src/${file}`], names: [], mappings: ";;AAgBA" };
    const answer = new Promise((resolve) => worker.onMessage(resolve));
    worker.post({ source, place: { url, line: 3, column: 1, map } });
    frames.push(await answer);
  }
  const expected = ["a.ts", "b.ts", "c.ts", "d.ts", "a.ts"].map((file) => expect.stringContaining(`src/${file}:17:1`));
  expect(frames).toEqual(expected);
  await worker.terminate();
});

test("[H15] source maps are read from data: URLs and files", async () => {
  const { scripts, files } = host;
  const folder = await files!.makeTemporaryDirectory("millrace-maps-");
  const writer = await files!.openWrite(`${folder}/a b.mjs.map`, { exclusive: true });
  await writer.write(new TextEncoder().encode('{"version":3}'));
  await writer.close();
  const script = `file://${folder}/a%20b.mjs`;
  expect(scripts!.readSourceMap("a%20b.mjs.map", script)).toEqual({ text: '{"version":3}', url: `${script}.map` });
  expect(scripts!.readSourceMap("a%20b.mjs.map", `${folder}/a b.mjs`)?.text).toBe('{"version":3}');
  const data = scripts!.readSourceMap("data:application/json;charset=utf-8;base64,e30=", script);
  expect(data).toEqual({ text: "{}", url: script });
  expect(scripts!.readSourceMap("data:application/json,%7B%7D", script)?.text).toBe("{}");
  for (const none of ["", "other.map", "https://example.com/a.map", "data:text/plain,x", "http://["]) {
    expect(scripts!.readSourceMap(none, script)).toBeUndefined();
  }
  await files!.remove(folder);
});
