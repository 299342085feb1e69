import { type Host, MillraceError } from "@millrace/core";

/**
 * Returns the local path of every cached file by its name. On one machine there is nothing to bring; but a file that is not
 * there must fail the job before it starts, as it would where it is copied. Throws FILE_NOT_FOUND.
 */
export async function localPaths(
  cachedFiles: ReadonlyMap<string, string>,
  { files }: Host,
): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for (const [name, path] of cachedFiles) {
    if (files !== undefined && (await files.status(path)) === undefined) throw notFound(name, path);
    paths.set(name, files === undefined ? path : files.resolve(path));
  }
  return paths;
}

function notFound(name: string, path: string): MillraceError {
  return new MillraceError({
    code: "FILE_NOT_FOUND",
    what: `The cached file ${JSON.stringify(name)} does not exist`,
    expected: "a file or directory that is there when the job starts",
    where: { file: path },
  });
}
