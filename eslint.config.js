import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

/** The house: rooms in order. A room imports only itself and rooms that stand before it (design, section 2). */
const rooms = [
  'reconciler/model',
  'schema',
  'reconciler/ssh',
  'reconciler/source',
  'reconciler/store',
  'reconciler/hosts',
  'reconciler/secrets',
  'reconciler/templates',
  'reconciler/rollout',
  'reconciler/kinds',
  'reconciler/status',
  'reconciler/engine',
  'reconciler/view',
  'reconciler/demo',
];
/** What stands above every room: the composition root, its configuration and the command line. */
const roof = ['reconciler/main.ts', 'reconciler/config', 'reconciler/compose', 'cli', 'test'];
const zones = rooms.map((room, index) => ({
  target: `./${room}`,
  from: [...rooms.slice(index + 1), ...roof].map((later) => `./${later}`),
  message: `${room} may import only rooms above it in the design's table.`,
}));

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      'schema/generated/**',
      'coverage/**',
      '**/*.config.js',
      '.cache/**',
      '**/*.mjs',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.tsx', '.js', '.json'] })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/require-await': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'off',
    },
  },
);
