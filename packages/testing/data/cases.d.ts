// The static types of the reference cases: what the JSON files beside this one hold.

type Tuple3 = [number, number, string];
type Tuple5 = [number, number, number, string, number];
type Tuple7 = [number, string, number, number, number, string, number];
type Nested = [[number, number], string];
interface Custom {
  myInt: number;
  myLong: number;
  myString: string;
}
interface Pojo {
  number: number;
  str: string;
  nestedTupleWithCustom: [number, Custom];
  nestedPojo: { longNumber: number };
}
interface Constructed<Args> {
  _ctor: string;
  args: Args;
}

export declare const dataSetOps: {
  datasets: {
    get3TupleDataSet: Tuple3[];
    getSmall3TupleDataSet: Tuple3[];
    get5TupleDataSet: Tuple5[];
    getSmall5TupleDataSet: Tuple5[];
    getSmallNestedTupleDataSet: Nested[];
    getGroupSortedNestedTupleDataSet: Nested[];
    getGroupSortedNestedTupleDataSet2: [[number, number], string, number][];
    getStringDataSet: string[];
    getIntegerDataSet: number[];
    getCustomTypeDataSet: Custom[];
    getSmallCustomTypeDataSet: Custom[];
    getSmallTuplebasedDataSet: Tuple7[];
    getSmallTuplebasedDataSetMatchingPojo: [number, number, number, number, string, number, string][];
    getSmallPojoDataSet: Pojo[];
    getDuplicatePojoDataSet: Pojo[];
    getMixedPojoDataSet: Pojo[];
    getCrazyNestedDataSet: {
      nestLvl1: { a: null; b: number; nestLvl2: { nestLvl3: { nestLvl4: { f1nal: string } } } };
      something: null;
    }[];
    getPojoExtendingFromTuple: { special: number; f0: null; f1: null; f2: number; _note: string }[];
    getPojoContainingTupleAndWritable: Constructed<[number, number, number]>[];
    getGroupSortedPojoContainingTupleAndWritable: Constructed<[number, number, number]>[];
    getTupleContainingPojos: [
      number,
      Constructed<[string, string, number]>,
      Constructed<[number, string, number, number, number, string, number]>,
    ][];
    getPojoWithMultiplePojos: Constructed<[string, string, string, string, number]>[];
    getTuple2WithByteArrayDataSet: string;
  };
  cases: { id: string; inputs: string[]; operation: string; expected: string[] }[];
};

export declare const iterations: {
  cases: { id: string; program: string; input?: unknown; expected?: unknown; [field: string]: unknown }[];
};

export declare const csvFormats: {
  csv: {
    id: string;
    content?: string;
    field_delimiter?: string;
    types: string[];
    options?: {
      ignoreInvalidLines?: boolean;
      ignoreFirstLine?: boolean;
      comments?: string;
      lineDelimiter?: string;
      positions?: number[];
      mask?: boolean[];
      types_with_null_for_skipped?: (string | null)[];
    };
    expected: unknown[][] | string;
  }[];
  include_mask: Record<string, unknown>;
  delimited: { content: string; delimiter?: string; expected_records?: string[]; buffer_size?: number }[];
  text: { line_break: string; delimiter: string; content: string; expected: string[] }[];
  sampling: Record<string, unknown>;
  field_parsers: {
    byte: Literals;
    short: Literals;
    int: Literals;
    long: Literals;
    float_double: Literals;
    string: { valid: [string, string][]; invalid: string[]; error_states: Record<string, string> };
  };
};
interface Literals {
  valid: string[];
  invalid: string[];
}

/** Job name to its tables: `_rule` is a text, everything else a list of lines. */
export declare const recordJobs: Record<string, Record<string, string[]>>;

export declare const wordCount: {
  test_text: string;
  test_counts: [string, string][];
  test_streaming_counts_as_tuples: string[];
  example_default_lines: string[];
  example_default_counts_COMPUTED_BY_US: [string, number][];
};

export declare const kMeans: {
  DATAPOINTS: string[];
  INITIAL_CENTERS: string[];
  CENTERS_AFTER_ONE_STEP: string[];
  CENTERS_AFTER_ONE_STEP_SINGLE_DIGIT: string[];
  CENTERS_AFTER_20_ITERATIONS_SINGLE_DIGIT: string[];
  CENTERS_AFTER_20_ITERATIONS_DOUBLE_DIGIT: string[];
  DATAPOINTS_2D: string[];
  INITIAL_CENTERS_2D: string[];
  CENTERS_2D_AFTER_SINGLE_ITERATION_DOUBLE_DIGIT: string[];
  CENTERS_2D_AFTER_20_ITERATIONS_DOUBLE_DIGIT: string[];
  example_default_points: [number, number][];
  example_default_centroids: [number, number, number][];
  example_default_centroids_after_10_iterations_COMPUTED_BY_US: [number, number, number][];
};

export declare const pageRank: {
  NUM_VERTICES: number;
  VERTICES: string[];
  EDGES: string[];
  RANKS_AFTER_3_ITERATIONS: string[];
  RANKS_AFTER_EPSILON_0_0001_CONVERGENCE: string[];
  example_default_edges: [number, number][];
  example_default_num_pages: number;
  example_default_ranks_after_10_iterations_COMPUTED_BY_US: [number, number][];
};

export declare const connectedComponents: {
  default_vertices: number[];
  default_edges: [number, number][];
  default_expected_COMPUTED_BY_US: [number, number][];
};

export declare const triangles: {
  EDGES: string[];
  TRIANGLES_BY_ID: string[];
  TRIANGLES_BY_DEGREE: string[];
  example_default_edges: [number, number][];
};

export declare const transitiveClosure: {
  edges: [number, number][];
  closure_COMPUTED_BY_US: [number, number][];
  size_per_superstep_COMPUTED_BY_US: [number, number][];
};

export declare const linearRegression: {
  params: [number, number][];
  data: [number, number][];
  after_iterations_COMPUTED_BY_US: [number, number, number][];
};

export declare const webLog: { DOCS: string[]; RANKS: string[]; VISITS: string[]; EXCEPTED_RESULT: string[] };

export declare const emptyFields: {
  rows: [string | null, string, string][];
  expected_kept_COMPUTED_BY_US: [string, string, string][];
  expected_accumulator_empty_fields_COMPUTED_BY_US: number[];
};
