import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

/** Who may import whom: the one-way street bytes -> tensors -> model -> report -> view. */
const may = {
  core: ['core'],
  formats: ['formats', 'core'],
  runs: ['runs', 'formats', 'core'],
  protocol: ['protocol', 'core', 'formats', 'runs'],
  figures: ['figures', 'core'],
  export: ['export', 'figures', 'core'],
  jobs: ['jobs', 'core', 'formats', 'runs', 'protocol', 'export'],
  worker: ['worker', 'jobs', 'core', 'formats', 'runs', 'protocol'],
  cli: ['cli', 'jobs', 'worker', 'core', 'formats', 'runs', 'protocol', 'export'],
  host: ['host', 'protocol', 'runs', 'core', 'export', 'worker'],
  extension: ['host'],
  webview: ['webview', 'protocol', 'core', 'figures', 'export'],
};
/** Shells see plain data types of the core, never its algorithms. */
const pure = ['src/core', 'src/formats', 'src/runs', 'src/protocol', 'src/figures', 'src/export', 'src/jobs'];

export default tseslint.config(
  { ignores: ['dist/**', 'out/**', 'artefacts/**', 'node_modules/**', 'samples/**'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { node: { extensions: ['.ts', '.tsx', '.mjs'] } },
      'boundaries/include': ['src/**/*', 'webview/**/*'],
      'boundaries/elements': [
        ...Object.keys(may)
          .filter((type) => type !== 'webview' && type !== 'extension')
          .map((type) => ({ type, pattern: `src/${type}` })),
        { type: 'extension', pattern: 'src/extension.ts', mode: 'full' },
        { type: 'webview', pattern: 'webview' },
      ],
    },
    rules: {
      'boundaries/element-types': [
        'error',
        { default: 'disallow', rules: Object.entries(may).map(([from, allow]) => ({ from, allow })) },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
    },
  },
  {
    files: pure.map((folder) => `${folder}/**/*.ts`),
    rules: {
      'no-restricted-imports': ['error', { patterns: ['vscode', 'node:*', 'fs', 'path', 'os'] }],
      'no-restricted-globals': ['error', 'window', 'document', 'process', 'Buffer', 'require', 'setTimeout'],
    },
  },
  {
    files: ['src/core/**/*.ts'],
    ignores: ['src/core/linalg/eigen.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['ml-matrix', 'vscode'],
          patterns: ['node:*', '*/formats/*', '*/runs/*', '*/protocol/*', '*/jobs/*'],
        },
      ],
    },
  },
  {
    files: ['src/{worker,cli,jobs,formats,runs}/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths: ['vscode'] }] },
  },
  {
    files: ['webview/**/*.{ts,tsx}'],
    ignores: ['webview/ui/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['@vscode/webview-ui-toolkit*', 'node:*', 'vscode'] }],
    },
  },
  { files: ['src/cli/**', 'test/**', 'bench/**'], rules: { 'no-console': 'off' } },
);
