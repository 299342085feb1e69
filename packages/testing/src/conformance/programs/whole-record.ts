/** Names the whole record as a key. The types of records do not list it among their keys, so it is written with a cast. */
export const WHOLE_RECORD = "*" as never;
