import { checkRecord, compareValues, isMillraceError, keyText, normalizeRecord, types } from "@millrace/core";

const user = types.row({ id: types.int32, name: types.string, nick: types.optional(types.string) });
type User = types.Infer<typeof user>; // { id: number; name: string; nick?: string }

class Person {
  constructor(id: number) {
    this.id = id;
  }
  readonly id: number;
  readonly name = "Ada";
}
const record: User = normalizeRecord<User>(new Person(1), user); // a copy that is plain data
console.log(record);

try {
  checkRecord({ id: 1.5, name: "Ada" }, user);
} catch (error) {
  if (isMillraceError(error, "RECORD_TYPE_MISMATCH")) console.log(error.what, "- expected", error.expected);
}

console.log([NaN, 10, null, -0, 9, 0].sort(compareValues));
console.log(keyText({ a: 1, b: undefined }) === keyText({ a: 1 }));
