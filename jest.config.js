/**
 * Jest runs what ships: the build in dist/ (`npm test` builds first). Worker threads and child processes then load the same files.
 * unit: no IO.  integration: real Postgres and Redis, from DATABASE_URL/REDIS_URL or embedded.  e2e: the started service.
 */
const common = { testEnvironment: 'node', transform: {}, modulePathIgnorePatterns: ['<rootDir>/.podbox'] };
const servers = {
  globalSetup: '<rootDir>/dist/libs/testing/global-setup.js',
  globalTeardown: '<rootDir>/dist/libs/testing/global-teardown.js',
};

export default {
  testTimeout: 60_000,
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/dist/**/*.spec.js'], testPathIgnorePatterns: ['\\.int\\.spec\\.js$', '\\.e2e\\.spec\\.js$'] },
    { ...common, ...servers, displayName: 'integration', testMatch: ['<rootDir>/dist/**/*.int.spec.js'] },
    { ...common, displayName: 'e2e', testMatch: ['<rootDir>/dist/**/*.e2e.spec.js'] },
  ],
};
