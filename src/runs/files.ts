/** Extensions of files that may hold a model, the surest to hold it whole and exactly first. */
const formats = [
  'safetensors',
  'npz',
  'pt',
  'pth',
  'ckpt',
  'bson',
  'jld2',
  'mat',
  'h5',
  'hdf5',
  'keras',
  'onnx',
  'bin',
  'json',
  'pkl',
  'npy',
  'csv',
  'tsv',
  '',
];
/** A bare number in the name of such a file is taken for a checkpoint's; others are often data or plots. */
const modelsOnly = new Set(['safetensors', 'npz', 'pt', 'pth', 'ckpt', 'bson', 'jld2', 'keras', 'onnx']);
/** Files of one matrix each: they count as a model only as a set, by the names of parameters. */
const singleMatrix = new Set(['npy', 'csv', 'tsv']);
const parameter =
  /_(?:AW?|W_?[12]?|[hHbBC]|h_?[012]|alphas?|thetas?|(?:\w+_)?(?:weight|bias)(?:_(?:ih|hh)_l\d+)?)$/;
const beside =
  /^(?:run|args|arguments|config|hypers|hyperparameters|hparams|settings|metadata|meta|trainer_state|generation_config|tokenizer\w*|analysis|exact_cycles|loss(?:es)?|metrics?|history|log|results?|package|tsconfig)\.|\.index\.json$|-\d+-of-\d+\./i;

/** Extension in lower case without its dot; '' where there is none. */
export function extensionOf(name: string): string {
  return /\.(?=[A-Za-z])([A-Za-z0-9]{1,12})$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** Place of a format among those of one checkpoint, 0 for the one that is preferred; -1 for no model's. */
export function formatRank(name: string): number {
  return beside.test(name) ? -1 : formats.indexOf(extensionOf(name));
}

/** Whether a number that no word explains makes a checkpoint of such a file. */
export function isPlainlyModel(name: string): boolean {
  return modelsOnly.has(extensionOf(name));
}

/** The name of a file of one parameter without the parameter: `ckpt_10_A.npy` -> `ckpt_10.npy`; null for others. */
export function setName(name: string): string | null {
  const extension = extensionOf(name);
  if (!singleMatrix.has(extension)) return null;
  const base = name.slice(0, -extension.length - 1);
  return parameter.test(base) ? base.replace(parameter, '') : null;
}

/** Whether the file holds one matrix alone. */
export function isSingleMatrix(name: string): boolean {
  return singleMatrix.has(extensionOf(name));
}

/** The folder of a path, '' for one without. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/');
}
