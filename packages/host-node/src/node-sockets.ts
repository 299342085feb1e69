import { connect, createServer, type Socket } from "node:net";
import { type HostListener, type HostSocket, type HostSockets, MillraceError } from "@millrace/core";

/** Opens TCP connections. @internal */
export const nodeSockets: HostSockets = {
  connect: ({ host, port, signal }) =>
    new Promise<HostSocket>((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true, ...(signal === undefined ? {} : { signal }) });
      socket.once("error", (cause) => reject(socketError(`connect to ${host}:${port}`, cause)));
      socket.once("connect", () => {
        socket.removeAllListeners("error");
        resolve(new NodeSocket(socket));
      });
    }),
  listen: ({ host, port }, onConnection) =>
    new Promise<HostListener>((resolve, reject) => {
      const server = createServer({ noDelay: true }, (socket) => onConnection(new NodeSocket(socket)));
      server.once("error", (cause) => reject(socketError(`listen on ${host}:${port}`, cause)));
      server.listen(port, host, () => {
        const address = server.address();
        resolve({
          port: typeof address === "object" && address !== null ? address.port : port,
          close: () => new Promise<void>((done) => server.close(() => done())),
        });
      });
    }),
};

class NodeSocket implements HostSocket {
  readonly #socket: Socket;
  /** The error that ended the connection; it is kept for the next call, since an event without a listener ends the process. */
  #error: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", (error) => {
      this.#error = error;
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (this.#error !== undefined) throw socketError("write to a connection", this.#error);
    if (socket.destroyed || !socket.writable) throw socketError("write to a connection", new Error("it is closed"));
    // A copy, because the system may hold the bytes after the promise resolved, and the caller owns them again then.
    if (socket.write(bytes.slice())) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        socket.off("drain", settle);
        socket.off("close", settle);
        if (socket.destroyed) reject(socketError("write to a connection", this.#error ?? new Error("it was closed")));
        else resolve();
      };
      socket.on("drain", settle);
      socket.on("close", settle);
    });
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    if (socket.closed) return;
    await new Promise<void>((resolve) => {
      socket.once("close", () => resolve());
      socket.end();
      // What the other side still sends is of no interest, but must be taken for its end to be seen.
      socket.resume();
      if (socket.readableEnded || this.#error !== undefined) socket.destroy();
    });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#socket) yield chunk as Uint8Array;
    } catch (error) {
      throw socketError("read from a connection", error);
    }
  }
}

function socketError(verb: string, cause: unknown): MillraceError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  return new MillraceError({ code: "NETWORK_FAILED", what: `The system could not ${verb}: ${code}`, cause });
}
