/** Makes single values of a graph from what the wire says of them. */
import { missing } from "./revived-modules.js";

export function symbolOf(kind: "registered" | "wellKnown" | "unique", key: string | null): symbol {
  if (kind === "registered") return Symbol.for(key ?? "");
  if (kind === "unique") return key === null ? Symbol() : Symbol(key);
  const symbol: unknown = (Symbol as unknown as Record<string, unknown>)[key ?? ""];
  return typeof symbol === "symbol" ? symbol : missing(`Symbol.${key}`);
}

export function localeOf(made: object): string | undefined {
  return (made as Partial<Intl.PluralRules>).resolvedOptions?.().locale;
}

export function globalView(names: readonly string[]): object {
  const view = {};
  for (const name of names) Object.defineProperty(view, name, { get: () => (globalThis as never)[name] as unknown });
  return view;
}

export function bufferOf(bytes: Uint8Array): Uint8Array {
  const { Buffer } = globalThis as unknown as { Buffer?: { from(bytes: Uint8Array): Uint8Array } };
  return Buffer?.from(bytes) ?? missing("Buffer");
}

export function viewOf(name: string, buffer: ArrayBuffer, offset: number, length: number): object {
  const makers = globalThis as unknown as Record<
    string,
    new (
      buffer: ArrayBuffer,
      offset: number,
      length: number,
    ) => object
  >;
  const maker = makers[name];
  return maker === undefined ? missing(name) : new maker(buffer, offset, length);
}
