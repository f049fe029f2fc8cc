/**
 * The layers of ARCHITECTURE.md as rules: imports point down only, libs of one band never import each other, no cycles,
 * Nest only in apps/ and *.module.ts, a lib is entered through its index.ts only.
 */
const BANDS = [
  ['kubelet', 'control', 'apiserver', 'runtime-virtual', 'runtime-cri'],
  ['events'],
  ['store', 'queue', 'runtime', 'lifecycle', 'streams'],
  ['objects', 'clock'],
];

/** Exceptions, each with its reason. */
const ALLOWED_SIDEWAYS = {
  // Decisions are about what a runtime reports, and streams carry a runtime's sessions: both know the port's types, nothing more.
  lifecycle: ['runtime'],
  streams: ['runtime'],
};

// '#store' resolves to dist/libs/store/index.js (package.json, imports): the build of libs/store/index.ts.
/** What only tests load. */
const TESTS = '\\.spec\\.ts$|/fixtures\\.ts$|/e2e/|/testing/|/conformance/';

const lib = (names) => `^(?:dist/)?libs/(${names.join('|')})/`;

function bandRules() {
  const rules = [];
  BANDS.forEach((band, level) => {
    const above = BANDS.slice(0, level).flat();
    for (const name of band) {
      const sideways = band.filter((other) => other !== name && !(ALLOWED_SIDEWAYS[name] ?? []).includes(other));
      const forbidden = [...above, ...sideways];
      if (forbidden.length === 0) continue;
      rules.push({
        name: `down-only-${name}`,
        comment: `libs/${name} may import from the bands below it only (ARCHITECTURE.md, layers)`,
        severity: 'error',
        from: { path: lib([name]), pathNot: TESTS },
        to: { path: lib(forbidden) },
      });
    }
  });
  return rules;
}

module.exports = {
  forbidden: [
    ...bandRules(),
    { name: 'no-cycles', severity: 'error', from: { path: '^(apps|libs|bench)/' }, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'libs-know-no-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(?:dist/)?(apps|bench)/' },
    },
    {
      name: 'servers-and-testing-are-not-for-production',
      comment: 'embedded servers belong to standalone, tests and bench',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: `^(apps/standalone|libs/embedded|libs/testing)/|${TESTS}` },
      to: { path: '^(?:dist/)?libs/(embedded|testing)/' },
    },
    {
      name: 'nest-only-in-apps',
      severity: 'error',
      from: { path: '^libs/', pathNot: '\\.module\\.ts$' },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'a-lib-is-entered-by-its-index',
      severity: 'error',
      from: { path: '^(?:apps|bench)/' },
      to: { path: '^libs/' },
    },
    {
      name: 'a-lib-is-entered-by-its-index-by-other-libs-too',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: '^libs/$1/' },
    },
    {
      name: 'own-index-not-from-inside',
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(?:dist/)?libs/$1/index\\.(ts|js)$' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: { path: '^(apps|libs|bench)/' }, to: { couldNotResolve: true } },
    { name: 'not-to-dev-dependencies', severity: 'error', from: { path: '^(apps|libs)/', pathNot: TESTS }, to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] } },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/|^dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '/generated/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.js', '.d.ts'] },
  },
};
