/**
 * What a stranger's file may ask of us. Chosen so that reading stays within 256 MB and two seconds
 * whatever the file claims, and far above what a trained network of the supported families needs.
 */
export const limits = {
  /** Elements of one tensor: 128 MiB as float64. */
  elements: 2 ** 24,
  /** Bytes of storage read at once for a tensor that is not contiguous. */
  stridedSpan: 2 ** 26,
  /** Dimensions of one tensor. */
  rank: 16,
  /** Files up to this size are read once and kept, larger ones by range. */
  keptFile: 2 ** 22,
  /** Text of a JSON file, bytes. */
  jsonText: 40 * 2 ** 20,
  /** Numbers in the arrays of a JSON file. */
  jsonNumbers: 2 ** 23,
  /** Objects, rows and loose values in a JSON file. */
  jsonNodes: 500_000,
  /** Levels of nesting, in JSON and in pickled objects. */
  depth: 64,
  /** Header of a safetensors file, bytes. */
  safetensorsHeader: 16 * 2 ** 20,
  /** Header of a .npy file, bytes. */
  npyHeader: 2 ** 16,
  /** Files of a .npy set. */
  npySet: 512,
  /** Entries and bytes of a zip archive's directory. */
  zipEntries: 65_536,
  zipDirectory: 16 * 2 ** 20,
  /** A deflated entry may be larger than `zipAlwaysAllowed` only below this ratio. */
  zipRatio: 200,
  zipAlwaysAllowed: 16 * 2 ** 20,
  /** Bytes of one deflated entry once inflated. */
  zipInflated: 2 ** 28,
  /** Bytes of small deflated entries that are kept once inflated, because tensors share them. */
  zipKept: 2 ** 25,
  /** Entry bytes whose checksums are compared when an archive is opened. */
  zipVerified: 2 ** 26,
  /** A pickle stream: bytes, operations, values on the stack or in the memo, objects and texts. */
  pickleBytes: 16 * 2 ** 20,
  /** A file that is one pickle, arrays included. */
  pickleFile: 32 * 2 ** 20,
  /** Pickles of a PyTorch stream that lie inside another pickle, each describing one storage. */
  nestedPickle: 1024,
  pickleOperations: 2 ** 22,
  pickleStack: 2 ** 18,
  pickleObjects: 250_000,
  /** Values met when a pickled object is expanded, shared ones counted each time. */
  pickleVisits: 200_000,
  /** A BSON file: values outside of arrays of numbers, such arrays, bytes of names and texts. */
  bsonNodes: 250_000,
  bsonBinaries: 20_000,
  bsonText: 16 * 2 ** 20,
  /** Objects met when references inside a BSON file are followed, shared ones counted each time. */
  bsonVisits: 200_000,
  /** Arrays of a MATLAB file, those in structs and cells included. */
  matArrays: 200_000,
  /** An HDF5 file: structures read and their bytes, when it is opened and again for each dataset loaded. */
  hdf5Reads: 2 ** 18,
  hdf5Bytes: 2 ** 26,
  /** Objects met when groups and references are followed, shared ones counted each time. */
  hdf5Objects: 100_000,
  /** Chunks of one dataset, bytes of one, and of all of them with the margins that stick out. */
  hdf5Chunks: 2 ** 18,
  hdf5ChunkBytes: 2 ** 25,
  hdf5PaddedBytes: 5 * 2 ** 25,
  /** Values of a chunked dataset and its chunk in work, bytes. */
  hdf5Working: 11 * 2 ** 24,
  /** Records of one B-tree, and bytes of one heap of texts. */
  hdf5Records: 2 ** 20,
  hdf5Heap: 2 ** 22,
  /** Bytes of one text or attribute that is kept. */
  textLength: 2 ** 16,
  /** Fields of a protobuf file. */
  protoFields: 300_000,
  /** Text of a CSV file, bytes, and numbers of all files of a set. */
  csvText: 40 * 2 ** 20,
  csvNumbers: 2 ** 21,
  /** Values of a loss over a plane. */
  surfaceValues: 2 ** 18,
  csvLines: 2 ** 20,
  csvLine: 2 ** 22,
  /** Tensors and loose values of a file, and the length of their names. */
  tensors: 10_000,
  scalars: 10_000,
  nameLength: 512,
  /** Values beside a series times its checkpoints. */
  sharedValues: 1_000_000,
} as const;
