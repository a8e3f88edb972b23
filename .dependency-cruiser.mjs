/** The direction of imports (docs/architecture.md), checked by `npm run check`. */

const parts = (names) => `^main/(${names.join('|')})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'renderer-knows-the-contract-alone',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { pathNot: ['^renderer/', '^shared/', '^node_modules/'] },
    },
    {
      name: 'shared-is-pure',
      severity: 'error',
      from: { path: '^shared/' },
      to: { pathNot: ['^shared/', '^node_modules/(zod|@orpc/contract|papaparse|tldts|tr46|saxes|ipaddr\\.js)/'] },
    },
    {
      name: 'hand-overs-know-plans-dns-and-texts-alone',
      severity: 'error',
      from: { path: '^shared/handover/' },
      to: { pathNot: ['^shared/(handover|plan|dns|text)/'] },
    },
    {
      name: 'nothing-in-shared-knows-hand-overs',
      comment: 'What formats are called is a word like any other',
      severity: 'error',
      from: { path: '^shared/', pathNot: '^shared/handover/' },
      to: { path: '^shared/handover/', pathNot: '^shared/handover/words/' },
    },
    {
      name: 'findings-know-their-kinds-alone',
      comment: 'An area’s findings.ts counts as part of shared/findings, so that the catalogue can gather it',
      severity: 'error',
      from: { path: '^shared/.+/findings\\.ts$' },
      to: { pathNot: ['^shared/findings/finding\\.ts$'] },
    },
    {
      name: 'facts-know-their-kinds-alone',
      comment: 'An area’s facts.ts counts as part of shared/facts, as its findings.ts does of shared/findings',
      severity: 'error',
      from: { path: '^shared/.+/facts\\.ts$' },
      to: { pathNot: ['^shared/facts/fact\\.ts$'] },
    },
    {
      name: 'core-takes-its-parts-from-below',
      severity: 'error',
      from: { path: '^main/core/' },
      to: { path: ['^renderer/', parts(['hosts', 'practice'])] },
    },
    {
      name: 'parts-know-shared-alone',
      severity: 'error',
      from: { path: parts(['store', 'vault', 'probes', 'providers', 'practice', 'log']) },
      to: { path: ['^renderer/', '^main/'], pathNot: '^main/$1/' },
    },
    {
      name: 'hosts-compose-through-the-core',
      severity: 'error',
      from: { path: '^main/hosts/' },
      to: {
        path: ['^renderer/', parts(['store', 'probes', 'providers', 'vault'])],
        pathNot: ['^main/vault/ports\\.ts$', '^renderer/session/csp\\.ts$'],
      },
    },
    {
      name: 'hosts-do-not-know-each-other',
      severity: 'error',
      from: { path: '^main/hosts/([^/]+)/' },
      to: { path: '^main/hosts/[^/]+/', pathNot: ['^main/hosts/$1/'] },
    },
    {
      name: 'electron-in-its-own-host',
      severity: 'error',
      from: { pathNot: ['^main/hosts/electron/', '^tests/', '^build/'] },
      to: { path: '^(node_modules/)?electron(/|$)' },
    },
    {
      name: 'one-way-to-log',
      comment: 'What else is written with would write an error as {} and a secret as it is',
      severity: 'error',
      from: { path: '^(main|shared)/', pathNot: '^main/log/' },
      to: { path: '^node_modules/pino/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(main|shared|renderer)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^(main|shared|renderer)/' },
      to: { couldNotResolve: true, pathNot: ['\\.css$', '\\?'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.d\\.ts$' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
