const shared = {
  rootDir: '.',
  testEnvironmentOptions: { customExportConditions: ['development', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2023',
          keepClassNames: true,
        },
        module: { type: 'es6' },
        swcrc: false,
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.run/', '<rootDir>/.nx/'],
};

/** Milliseconds for a test that says nothing else. Jest takes `testTimeout` for all projects alike only. */
const allow = (testTimeoutMs) => ({ globals: { testTimeoutMs }, setupFilesAfterEnv: ['<rootDir>/jest.timeout.mjs'] });

export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs,tools}/*/src/**/!(*.int|*.e2e|*.browser).spec.ts'],
    },
    // Real databases and processes take longer on a busy machine, which is no failure.
    {
      ...shared,
      displayName: 'int',
      testMatch: ['<rootDir>/{apps,libs,tools}/*/src/**/*.int.spec.ts'],
      ...allow(20_000),
    },
    { ...shared, displayName: 'browser', testMatch: ['<rootDir>/{apps,libs,tools}/*/src/**/*.browser.spec.ts'] },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/apps/e2e/src/**/*.e2e.spec.ts'],
      ...allow(60_000),
    },
  ],
};
