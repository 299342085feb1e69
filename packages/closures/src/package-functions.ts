import type { Host } from "@millrace/core";
import { isPackageUrl } from "./capture/script-table.js";

/**
 * Tells whether a function stands in a file of a package, or of the host itself, and so goes by reference. Where the host cannot look into
 * functions none does.
 */
export function isPackageFunction(value: object, { inspector, scripts }: Host): boolean {
  if (inspector === undefined || scripts === undefined) return false;
  const session = inspector.open();
  try {
    const inspected = session.inspect(value);
    const url = inspected === undefined ? undefined : session.script(inspected.scriptId)?.url;
    if (url === undefined) return false;
    return url.startsWith("node:") || isPackageUrl(scripts.realUrl(url));
  } finally {
    session.close();
  }
}
