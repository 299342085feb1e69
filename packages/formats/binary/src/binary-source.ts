import {
  type CustomType,
  checkOptions,
  createFileSplits,
  DataInputView,
  enumerateFiles,
  FILE_SPLIT_OPTIONS,
  type FileSplit,
  type FileSplitOptions,
  fileName,
  type IoContext,
  invariant,
  iterateClosing,
  type MemorySegment,
  MillraceError,
  type OptionRules,
  RowLayout,
  RowSerializer,
  readPageHeader,
  type Source,
  type SubtaskIoContext,
  type TypeInformation,
} from "@millrace/core";
import { countRecords } from "./binary-statistics.js";
import { BLOCK_SIZE_BYTES, corrupt } from "./block-format.js";
import { type Block, BlockReader, type FileHeader, readFileHeader } from "./block-reader.js";

/** Says how binary files are read. @public */
export interface BinaryReadOptions<T> extends FileSplitOptions {
  /** What the records are: the type that they were written with. Without it, the file says what they are. */
  readonly types?: TypeInformation<T> | undefined;
  /** Whether files in nested directories are read too; false by default. */
  readonly recursive?: boolean | undefined;
  /** Custom types that files without declared `types` may hold; found by their names. */
  readonly customTypes?: readonly TypeInformation<unknown>[] | undefined;
}

const OPTIONS: OptionRules<BinaryReadOptions<unknown>> = {
  ...FILE_SPLIT_OPTIONS,
  types: "checked elsewhere",
  customTypes: "checked elsewhere",
  recursive: "boolean",
};

/**
 * Reads files that `binarySink` wrote. `T` is inferred from the option `types`; without it, it may be given and is not checked.
 * @public
 */
export function binarySource<T = unknown>(
  path: string | readonly string[],
  options: BinaryReadOptions<T> = {},
): Source<T, FileSplit> {
  checkOptions("binary files", options, OPTIONS);
  const paths = typeof path === "string" ? [path] : [...path];
  if (paths.length === 0 || paths.includes("")) {
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: "The path of a source is missing or empty",
      expected: "the path of a file or directory, or a list of them",
    });
  }
  return {
    name: `binary ${paths.map(fileName).join(", ")}`,
    type: options.types,
    async createSplits(minNumSplits: number, context: IoContext): Promise<readonly FileSplit[]> {
      const files = await enumerateFiles(paths, context, options);
      return createFileSplits(files, minNumSplits, true, options);
    },
    statistics: (context: IoContext) => countRecords(paths, options, context),
    read: (split: FileSplit, context: SubtaskIoContext) => readSplit<T>(split, context, options),
  };
}

async function* readSplit<T>(
  split: FileSplit,
  context: SubtaskIoContext,
  options: BinaryReadOptions<T>,
): AsyncGenerator<readonly T[]> {
  const { path, compression } = split;
  const header = await readFileHeader(context, path, { compression });
  const serializer = new RowSerializer<T>(layoutOf(header, path, options));
  // A block belongs to the split that holds its first byte; the first one, with the header, to the first split.
  const blockAt = (offset: number): number => Math.max(0, Math.ceil((offset - header.blocksStart) / BLOCK_SIZE_BYTES));
  const isFirst = split.offset === 0;
  const firstBlock = isFirst ? 0 : Math.max(1, blockAt(split.offset));
  const endOfSplit = blockAt(split.offset + split.length);
  const endBlock = split.isWholeFile ? Number.POSITIVE_INFINITY : Math.max(isFirst ? 1 : 0, endOfSplit);
  if (firstBlock >= endBlock) return;
  const reader = await BlockReader.open(context, path, { compression }, header.blocksStart, firstBlock);
  yield* iterateClosing(reader, readBlocks(reader, serializer, endBlock - firstBlock, path));
}

/** Reads the records that begin in the next `numBlocks` blocks, a batch at a time. */
async function* readBlocks<T>(
  reader: BlockReader,
  serializer: RowSerializer<T>,
  numBlocks: number,
  path: string,
): AsyncGenerator<readonly T[]> {
  const pages: MemorySegment[] = [];
  const view = new DataInputView(() => pages.shift(), true);
  const take = async (): Promise<Block | undefined> => {
    const block = await reader.next();
    if (block !== undefined && block.header.usedBytes > 0) pages.push(block.page);
    return block;
  };
  let block = await take();
  for (let i = 0; i < numBlocks && block !== undefined; ) {
    // The last record of the block may go on in the blocks that follow; it has ended where another begins, or none goes on.
    let next = await take();
    i++;
    while (next?.header.continues === true && next.header.numRecords === 0) {
      next = await take();
      i++;
    }
    const { numRecords } = block.header;
    if (numRecords > 0) yield decode(view, serializer, numRecords, path);
    block = next;
  }
}

function decode<T>(view: DataInputView, serializer: RowSerializer<T>, numRecords: number, path: string): readonly T[] {
  const { low, high } = serializer.layout.idWords;
  const records: T[] = [];
  try {
    for (let i = 0; i < numRecords; i++) {
      invariant(view.next(), "a block holds the records that it says");
      records.push(serializer.read(view.memory, view.slot));
    }
    const { layoutId } = readPageHeader(view.page!);
    invariant(layoutId.low === low && layoutId.high === high, "all blocks have the layout of the header");
  } catch (error) {
    // The checksums were right, so it was written like this: by something else, or by a version with a fault.
    throw corrupt(
      path,
      "A block holds something that is no record",
      `records of ${String(serializer.layout.type)}`,
      error,
    );
  }
  return records;
}

/** Returns the layout of a file; throws RECORD_TYPE_MISMATCH when another type was declared. */
function layoutOf<T>(header: FileHeader, path: string, options: BinaryReadOptions<T>): RowLayout<T> {
  const { types: declared, customTypes = [] } = options;
  if (declared === undefined) {
    return RowLayout.fromJson(header.descriptor, customTypes as unknown as readonly CustomType[]) as RowLayout<T>;
  }
  const layout = RowLayout.of(declared);
  if (JSON.stringify(layout.toJSON()) === JSON.stringify(header.descriptor)) return layout;
  throw new MillraceError({
    code: "RECORD_TYPE_MISMATCH",
    what: `The file holds records of another type: ${JSON.stringify(header.descriptor)}`,
    expected: `the declared type ${String(declared)}`,
    where: { file: path },
    fix: "Declare the type that the file was written with, or none.",
  });
}
