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
      to: { pathNot: ['^shared/', '^node_modules/(zod|@orpc/contract|tldts|tr46|ipaddr\\.js)/'] },
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
      from: { path: parts(['store', 'vault', 'probes', 'providers', 'practice']) },
      to: { path: ['^renderer/', '^main/'], pathNot: '^main/$1/' },
    },
    {
      name: 'hosts-compose-through-the-core',
      severity: 'error',
      from: { path: '^main/hosts/' },
      to: {
        path: ['^renderer/', parts(['store', 'probes', 'providers', 'vault'])],
        pathNot: ['^main/vault/ports\\.ts$', '^renderer/app/csp\\.ts$'],
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
