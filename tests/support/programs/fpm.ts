import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * Stands in for fpm, which electron-builder downloads and which is not everywhere to be had: takes the call that
 * electron-builder makes of it, notes the arguments in the file that `FPM_RECORD` names, and makes the package from
 * the same files with the distribution's own tools, dpkg-deb or rpmbuild. What it writes of its own into a package is
 * what fpm writes: the control fields, the sums, a change log.
 *
 * It does not stand for more of fpm than electron-builder uses, and fails on an option that it does not know.
 */

/** Options that take a value, and those that take none. */
const VALUED = new Set([
  '-s',
  '-t',
  '-d',
  '--deb-recommends',
  '--deb-compression',
  '--deb-priority',
  '--architecture',
  '--after-install',
  '--before-remove',
  '--after-remove',
  '--description',
  '--version',
  '--package',
  '--name',
  '--maintainer',
  '--vendor',
  '--url',
  '--category',
  '--license',
  '--rpm-os',
  '--rpm-compression',
  '--rpm-summary',
  '--directories',
]);
const PLAIN = new Set(['--force']);

interface Call {
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** What goes where: `from=to`. A folder with a closing slash means what is in it. */
  readonly files: readonly (readonly [from: string, to: string])[];
}

function read(args: readonly string[]): Call {
  const options = new Map<string, string[]>();
  const files: [string, string][] = [];
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    const written = /^(--[a-z-]+)=(.*)$/.exec(argument);
    if (PLAIN.has(argument)) continue;
    if (written !== null && VALUED.has(written[1] ?? '')) {
      options.set(written[1] ?? '', [...(options.get(written[1] ?? '') ?? []), written[2] ?? '']);
      continue;
    }
    if (VALUED.has(argument)) {
      index += 1;
      options.set(argument, [...(options.get(argument) ?? []), args[index] ?? '']);
    } else if (argument.startsWith('-')) throw new Error(`fpm’s stand-in does not know ${argument}`);
    else {
      const at = argument.lastIndexOf('=');
      files.push([argument.slice(0, at), argument.slice(at + 1)]);
    }
  }
  return { options, files };
}

const call = read(process.argv.slice(2));
const all = (name: string): readonly string[] => call.options.get(name) ?? [];
const one = (name: string): string => {
  const [value, ...others] = all(name);
  if (value === undefined || others.length > 0) throw new Error(`${name} must be there once`);
  return value;
};
if (process.env.FPM_RECORD !== undefined)
  writeFileSync(process.env.FPM_RECORD, JSON.stringify(process.argv.slice(2), null, 2));

const scratch = mkdtempSync(path.join(tmpdir(), 'fpm-stand-in-'));
const staged = path.join(scratch, 'staged');

function run(program: string, args: readonly string[]): void {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  if (result.status !== 0)
    throw new Error(`${program}: ${result.stdout}${result.stderr}${result.error?.message ?? ''}`);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Every folder below one of the package's. */
function foldersBelow(folder: string): string[] {
  return readdirSync(path.join(staged, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `/${path.relative(staged, path.join(entry.parentPath, entry.name))}`);
}

function stage(): void {
  for (const [from, to] of call.files) {
    const target = path.join(staged, to);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(from, target, { recursive: true, verbatimSymlinks: true });
    if (!statSync(from).isDirectory()) chmodSync(target, 0o644);
  }
}

/** fpm's way: the first line as it is, each other one behind a space, an empty one as a full stop. */
function description(): string {
  const [first = '', ...others] = one('--description').split('\n');
  return [first, ...others.map((line) => (/^ *$/.test(line) ? ' .' : ` ${line}`))].join('\n');
}

function makeDeb(): void {
  const name = one('--name');
  const changes = `${name} (${one('--version')}) whatever; urgency=medium\n\n  * Package created with FPM.\n\n -- ${one('--maintainer')}  ${new Date().toUTCString().replace('GMT', '+0000')}\n`;
  const documents = path.join(staged, 'usr', 'share', 'doc', name);
  mkdirSync(documents, { recursive: true });
  writeFileSync(path.join(documents, 'changelog.gz'), gzipSync(changes, { level: 9 }));
  const files = filesBelow(staged);
  const octets = files.reduce((sum, file) => sum + statSync(path.join(staged, file)).size, 0);
  const control = path.join(staged, 'DEBIAN');
  mkdirSync(control);
  const fields: readonly (readonly [string, string])[] = [
    ['Package', name],
    ['Version', one('--version')],
    ['License', one('--license')],
    ['Vendor', one('--vendor')],
    ['Architecture', one('--architecture')],
    ['Maintainer', one('--maintainer')],
    ['Installed-Size', String(Math.floor(octets / 1024))],
    ['Depends', all('-d').join(', ')],
    ['Recommends', all('--deb-recommends').join(', ')],
    ['Section', one('--category')],
    ['Priority', one('--deb-priority')],
    ['Homepage', one('--url')],
    ['Description', description()],
  ];
  writeFileSync(path.join(control, 'control'), `${fields.map(([field, value]) => `${field}: ${value}`).join('\n')}\n`);
  const sums = files.map(
    (file) =>
      `${createHash('md5')
        .update(readFileSync(path.join(staged, file)))
        .digest('hex')}  ${file}\n`,
  );
  writeFileSync(path.join(control, 'md5sums'), sums.join(''));
  for (const [option, script] of [
    ['--after-install', 'postinst'],
    ['--before-remove', 'prerm'],
    ['--after-remove', 'postrm'],
  ] as const) {
    cpSync(one(option), path.join(control, script));
    chmodSync(path.join(control, script), 0o755);
  }
  run('dpkg-deb', ['--root-owner-group', `-Z${one('--deb-compression')}`, '--build', staged, one('--package')]);
}

function makeRpm(): void {
  const name = one('--name');
  const text = [
    `Name: ${name}`,
    `Version: ${one('--version')}`,
    'Release: 1',
    `Summary: ${one('--rpm-summary')}`,
    'AutoReqProv: no',
    'Prefix: /',
    `Group: ${one('--category')}`,
    `License: ${one('--license')}`,
    `Vendor: ${one('--vendor')}`,
    `URL: ${one('--url')}`,
    `Packager: ${one('--maintainer')}`,
    ...all('-d').map((dependency) => `Requires: ${dependency}`),
    '%define __os_install_post %{nil}',
    '%define _build_id_links none',
    '%define _binary_payload w2.xzdio',
    '%description',
    one('--description'),
    '%install',
    `mkdir -p %{buildroot} && cp -a ${staged}/. %{buildroot}/`,
    '%post',
    readFileSync(one('--after-install'), 'utf8'),
    '%preun',
    readFileSync(one('--before-remove'), 'utf8'),
    '%postun',
    readFileSync(one('--after-remove'), 'utf8'),
    '%files',
    '%defattr(-,root,root,-)',
    ...all('--directories')
      .flatMap((folder) => [folder, ...foldersBelow(folder)])
      .map((folder) => `%dir "${folder}"`),
    ...filesBelow(staged).map((file) => `"/${file}"`),
    '',
  ].join('\n');
  const specification = path.join(scratch, `${name}.spec`);
  writeFileSync(specification, text);
  run('rpmbuild', [
    '-bb',
    '--define',
    `_topdir ${scratch}/rpm`,
    '--define',
    `buildroot ${scratch}/buildroot`,
    '--define',
    `_rpmdir ${scratch}/made`,
    '--target',
    one('--architecture').replace('amd64', 'x86_64'),
    specification,
  ]);
  const [made = ''] = filesBelow(path.join(scratch, 'made'));
  cpSync(path.join(scratch, 'made', made), one('--package'));
}

try {
  stage();
  if (one('-t') === 'deb') makeDeb();
  else makeRpm();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
