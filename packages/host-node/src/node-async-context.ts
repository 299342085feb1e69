import { AsyncLocalStorage } from "node:async_hooks";
import type { HostAsyncContext } from "@millrace/core";

const storage = new AsyncLocalStorage<unknown>();

/** Carries values along the asynchronous work of this thread. @internal */
export const nodeAsyncContext: HostAsyncContext = {
  run: (value, action) => storage.run(value, action),
  current: () => storage.getStore(),
};
