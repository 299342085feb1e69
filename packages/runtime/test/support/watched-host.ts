import type { Host } from "@millrace/core";
import type { TestHost } from "@millrace/host-test";

/** Calls `onCall` whenever the time is asked for: at every beginning and end of a step of a task. */
export function watchedHost(host: TestHost, onCall: (n: number) => void): Host {
  let numCalls = 0;
  const clock = {
    now: () => 0,
    monotonic: () => {
      onCall(++numCalls);
      return 0;
    },
  };
  return { ...hostParts(host), clock };
}

function hostParts(host: TestHost): Host {
  const { name, clock, timers, random, files, scratch, compression, terminal, process, asyncContext } = host;
  const none = { sockets: undefined, workers: undefined, inspector: undefined, scripts: undefined };
  return { name, clock, timers, random, files, scratch, compression, terminal, process, asyncContext, ...none };
}
