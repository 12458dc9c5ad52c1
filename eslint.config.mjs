import nx from '@nx/eslint-plugin';
import { createProjectGraphAsync } from '@nx/devkit';
import prettier from 'eslint-config-prettier';
import { readdirSync, readFileSync } from 'node:fs';
import tseslint from 'typescript-eslint';

// Without a graph of the projects Nx's rule says nothing and passes everything.
await createProjectGraphAsync({ exitOnError: false });

/** What each library may import of ours; apps may import every library, and nobody an app. */
const layers = {
  contract: [],
  config: [],
  observe: [],
  signing: [],
  dataverse: ['config'],
  database: ['contract'],
  'event-log': ['contract', 'database'],
  ledger: ['contract', 'database', 'event-log'],
  http: ['contract', 'observe'],
  rpc: ['contract', 'observe'],
  queue: ['contract', 'config', 'database'],
  'job-client': ['contract'],
  'sandbox-client': [],
  testing: ['database', 'sandbox-client'],
};

/** Packages that live in the rooms named here and nowhere else. */
const rooms = [
  { packages: ['bullmq', 'ioredis', '@nestjs/bullmq'], tags: ['lib:queue', 'lib:job-client'] },
  { packages: ['@azure/msal-node', '@azure/msal-common'], tags: ['app:auth-service'] },
];
// The sandbox's tests let the real client talk to it; nothing else may know MSAL.
const roomsOfTests = [rooms[0], { ...rooms[1], tags: ['app:auth-service', 'app:sandbox'] }];

const testFiles = ['**/*.spec.ts', '**/src/fixture/**/*.ts', 'libs/testing/**/*.ts', 'apps/e2e/**/*.ts'];
const environmentReaders = ['apps/*/src/config.ts', 'libs/config/**', 'tools/**', ...testFiles];

const environmentIsForConfig = 'Only config.ts of an app reads the environment.';
const syntax = {
  enums: { selector: 'TSEnumDeclaration', message: 'A union of literals instead of an enum.' },
  defaults: { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  focused: {
    selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo)$/]',
    message: 'Every test runs, always.',
  },
  destructured: { selector: 'VariableDeclarator[init.name="process"]', message: environmentIsForConfig },
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.run/**', '.nx/**', '.cache/**', '**/generators/**/files/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    rules: { 'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }], eqeqeq: 'error' },
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ tests: false }),
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Nest's modules are classes with nothing or static methods in them, and a migration's `down` is empty.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // Asks for `!`, which `no-non-null-assertion` forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // An interface that wants a promise is fulfilled by `async`, also where nothing is awaited.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-syntax': ['error', ...Object.values(syntax)],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: environmentIsForConfig }],
      'no-restricted-imports': [
        'error',
        {
          paths: ['process', 'node:process'].map((name) => ({
            name,
            importNames: ['env'],
            message: environmentIsForConfig,
          })),
          patterns: [
            { group: ['**/fixture/**', '**/*.spec.js'], message: 'What is made for tests is imported by tests.' },
            { group: ['@bliro/*/src/**', '@bliro/*/dist/**'], message: 'A package is imported by its exports.' },
          ],
        },
      ],
    },
  },
  {
    files: environmentReaders,
    rules: {
      'no-restricted-properties': 'off',
      'no-restricted-syntax': ['error', syntax.enums, syntax.defaults, syntax.focused],
    },
  },
  {
    files: testFiles,
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ tests: true }),
      'no-restricted-imports': 'off',
      // Answers of another process and Jest's matchers are `any`; what is wrong there fails the test.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  prettier,
);

/** One constraint for each project, by its own tag, so that a new library is forbidden everything until it stands in `layers`. */
function boundaries({ tests }) {
  const depConstraints = projectTags().map((tags) => constraint(tags, tests));
  return [
    'error',
    { allow: [], banTransitiveDependencies: true, enforceBuildableLibDependency: false, depConstraints },
  ];
}

function constraint(tags, tests) {
  const own = tags.at(-1);
  const bannedExternalImports = (tests ? roomsOfTests : rooms)
    .filter((room) => !room.tags.includes(own))
    .flatMap(({ packages }) => packages);
  return {
    sourceTag: own,
    onlyDependOnLibsWithTags: allowedTags(tags, tests),
    bannedExternalImports: own === 'lib:dataverse' ? [...bannedExternalImports, '@nestjs/*'] : bannedExternalImports,
  };
}

function allowedTags([type, own], tests) {
  const everyLibrary = Object.keys(layers).map((name) => `lib:${name}`);
  if (type === 'type:tool') return ['type:tool', ...everyLibrary.filter((tag) => tag !== 'lib:testing')];
  if (type === 'type:e2e') return ['type:tool', ...everyLibrary];
  if (tests) return everyLibrary;
  if (type === 'type:lib') return (layers[own.slice('lib:'.length)] ?? []).map((name) => `lib:${name}`);
  return everyLibrary.filter((tag) => tag !== 'lib:testing');
}

function projectTags() {
  const known = new Map();
  for (const group of ['apps', 'libs', 'tools']) {
    for (const name of readdirSync(new URL(`${group}/`, import.meta.url))) {
      const tags = tagsOf(new URL(`${group}/${name}/package.json`, import.meta.url));
      if (tags.length > 0) known.set(tags.at(-1), tags);
    }
  }
  return [...known.values()];
}

function tagsOf(packageJson) {
  try {
    return JSON.parse(readFileSync(packageJson, 'utf8')).nx?.tags ?? [];
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  }
}
