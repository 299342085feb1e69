// A package that is bundled is code of the program's own: what travels by reference otherwise goes by value, or is refused. zod keeps
// state in variables that its functions assign.
import { perSlot } from "@millrace/closures";
import * as z from "zod";

const order = z.object({ id: z.number().int(), tags: z.array(z.string()).default([]) });
const lazily = perSlot(() => z.object({ id: z.coerce.number(), kind: z.enum(["a", "b"]) }));

export function entries(isBundled) {
  const refusal = isBundled ? { pattern: /assigns the captured variable.*keep it external/s } : {};
  return [
    { name: "a schema that is made in the worker", make: () => (x) => lazily().safeParse(x).success, args: [{ id: "5", kind: "b" }], ...refusal },
    { name: "an error of a schema", make: () => (x) => lazily().safeParse(x).error.issues.map(({ path, code }) => [path, code]), args: [{ id: "x", kind: "c" }], ...refusal },
    { name: "a schema as a variable", make: () => (x) => order.parse(x), args: [{ id: 3 }], pattern: isBundled ? /CAPTURED_VARIABLE_ASSIGNED|CAPTURE_REFUSED/ : /order is an instance of the class ZodObject.*perSlot/s },
  ];
}
