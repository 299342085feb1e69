import { MillraceError } from "../errors/index.js";
import type { CompressionName, Host } from "../host/index.js";

/** File endings and what they mean. `.deflate` is the zlib format (RFC 1950), as every system that writes such files means it. */
const COMPRESSION_BY_ENDING: Readonly<Record<string, CompressionName>> = {
  deflate: "deflate",
  gz: "gzip",
  gzip: "gzip",
  bz2: "bzip2",
  xz: "xz",
  zst: "zstd",
  br: "brotli",
};

/** Returns the ending of `path` that names a compression, such as `.gz`; the empty string when there is none. @public */
export function compressionEnding(path: string): string {
  const match = /\.([A-Za-z0-9]+)$/.exec(path);
  return match !== null && COMPRESSION_BY_ENDING[match[1]!.toLowerCase()] !== undefined ? match[0] : "";
}

/** Returns the compression that the ending of `path` names; undefined for a plain file. @public */
export function compressionOf(path: string): CompressionName | undefined {
  return COMPRESSION_BY_ENDING[compressionEnding(path).slice(1).toLowerCase()];
}

/** Decompresses `source`, or throws UNSUPPORTED_COMPRESSION when the host cannot. @internal */
export function decompressed(
  host: Host,
  name: CompressionName,
  path: string,
  source: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  return host.compression.decompress(name, source) ?? unsupported(host, name, path, "read");
}

/** Compresses `source`, or throws UNSUPPORTED_COMPRESSION when the host cannot. @internal */
export function compressed(
  host: Host,
  name: CompressionName,
  path: string,
  source: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  return host.compression.compress(name, source) ?? unsupported(host, name, path, "written");
}

function unsupported(host: Host, name: CompressionName, path: string, verb: "read" | "written"): never {
  throw new MillraceError({
    code: "UNSUPPORTED_COMPRESSION",
    what: `The host ${host.name} has no ${name}, so this file cannot be ${verb}`,
    where: { file: path },
    fix:
      verb === "read"
        ? `Decompress it first (${toolOf(name)}), or compress it with gzip.`
        : "Write a file whose name ends with .gz, or without an ending that names a compression.",
  });
}

function toolOf(name: CompressionName): string {
  const tools = {
    deflate: "zlib-flate -uncompress",
    gzip: "gunzip",
    bzip2: "bunzip2",
    xz: "unxz",
    zstd: "unzstd",
    brotli: "brotli -d",
  };
  return tools[name];
}
