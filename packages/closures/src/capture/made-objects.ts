/** Captures objects of the host whose state their own methods tell: URLs, text coders, Intl formatters. */
import { pathText } from "./built-ins.js";
import type { Capture } from "./capture.js";
import { type CapturePath, FIXES } from "./refusal.js";
import type { WireNode } from "./wire.js";

const INTL_PROTOTYPE = /^Intl\.(\w+)\.prototype$/;

/** Describes such objects for one capture. */
export class MadeObjects {
  readonly #run: Capture;
  /** Those that are `searchParams` of a captured URL, whose changes they share. */
  readonly #parametersOfUrls = new Set<object>();

  constructor(run: Capture) {
    this.#run = run;
  }

  /** Describes an object that is made anew from what it says of itself; undefined for every other. */
  describe(value: object, prototype: object, path: CapturePath): WireNode | undefined {
    const node = madeObject(this.#run, value, prototype, path);
    if (node?.type !== "made") return node;
    const parameters = node.by === "URL" ? (getterOf(URL.prototype, "searchParams").call(value) as object) : value;
    const isShared = node.by === "URL" ? this.#run.isKnown(parameters) : this.#parametersOfUrls.has(value);
    if (isShared) {
      const fix = "Capture the URL alone, and take its searchParams in the function.";
      this.#run.refuse(path, "a URL, or the searchParams of one, of which the other is captured too", fix);
    }
    if (node.by === "URL") this.#parametersOfUrls.add(parameters);
    return node;
  }
}

function madeObject(run: Capture, value: object, prototype: object, path: CapturePath): WireNode | undefined {
  const builtIn = run.tools.builtIns.pathOf(prototype);
  if (builtIn === undefined || prototype === Object.prototype) return undefined;
  const name = pathText(builtIn);
  if (Object.keys(value).length > 0) return undefined;
  switch (name) {
    case "URL.prototype":
      return { type: "made", by: "URL", text: getterOf(URL.prototype, "href").call(value) as string };
    case "URLSearchParams.prototype":
      return {
        type: "made",
        by: "URLSearchParams",
        text: URLSearchParams.prototype.toString.call(value as URLSearchParams),
      };
    case "TextEncoder.prototype":
      return { type: "textEncoder" };
    case "TextDecoder.prototype":
      return {
        type: "textDecoder",
        encoding: getterOf(TextDecoder.prototype, "encoding").call(value) as string,
        isFatal: getterOf(TextDecoder.prototype, "fatal").call(value) as boolean,
        ignoresBom: getterOf(TextDecoder.prototype, "ignoreBOM").call(value) as boolean,
      };
    default: {
      const intl = INTL_PROTOTYPE.exec(name)?.[1];
      return intl === undefined ? undefined : intlObject(run, value, intl, path);
    }
  }
}

function intlObject(run: Capture, value: object, name: string, path: CapturePath): WireNode | undefined {
  const maker = (Intl as unknown as Record<string, new (locale: string | undefined, options: object) => object>)[name]!;
  const resolve = (maker.prototype as { resolvedOptions?: () => Record<string, unknown> }).resolvedOptions;
  if (resolve === undefined) return undefined;
  const { locale, ...options } = resolve.call(value) as Record<string, unknown>;
  const wanted = JSON.stringify({ locale, ...options });
  const example = exampleOf(value);
  const isSame = (made: object): boolean =>
    JSON.stringify(resolve.call(made as never)) === wanted && exampleOf(made) === example;
  // The locale of the process may say more than the kind keeps of one that it is given.
  const isOfProcess = !isSame(new maker(String(locale), options)) && isSame(new maker(undefined, options));
  if (!isOfProcess && !isSame(new maker(String(locale), options))) {
    return run.refuse(path, `an Intl.${name} whose options cannot be read back`, FIXES.perSlot);
  }
  const wire = run.value(options, path);
  return { type: "intl", name, locale: String(locale), options: wire, ...(isOfProcess ? { isOfProcess } : {}) };
}

/** Gives what a format for dates writes: its options do not tell everything in each version. */
function exampleOf(value: object): string | undefined {
  const { prototype } = Intl.DateTimeFormat;
  return Object.getPrototypeOf(value) === prototype
    ? JSON.stringify(prototype.formatToParts.call(value as Intl.DateTimeFormat, EXAMPLE_TIME))
    : undefined;
}

/** Has a part of each kind that differs from the others. */
const EXAMPLE_TIME = Date.UTC(1999, 10, 7, 15, 4, 9, 876);

/** Gives the function of a built-in accessor. */
export function getterOf(holder: object, key: PropertyKey): () => unknown {
  return Object.getOwnPropertyDescriptor(holder, key)!.get!;
}
