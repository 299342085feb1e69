import type { CustomType, RecordCopies } from "@millrace/core";

/** Is what calling user code needs to know of its task. @internal */
export interface CodeContext {
  /** The task's 0-based number among those of its vertex, for errors. */
  readonly subtaskIndex: number;
  /** Copies records for functions that must not change what others read. */
  readonly copies: RecordCopies;
  /** The custom types that declared types name. */
  readonly customTypes: readonly CustomType[];
  /**
   * Whether records between functions are copied and checked as if they had travelled, so that no function sees another's
   * class instances or changes. Declared types are checked without it too.
   */
  readonly checksRecords: boolean;
}
