/**
 * Takes the records that a function emits. Valid during the call that it was given to, and no longer.
 * @public
 */
export interface Collector<in T> {
  /** Emits one record. The function must not change it afterwards. */
  collect(record: T): void;
}
