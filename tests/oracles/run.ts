import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  azureReading,
  dnscontrolReading,
  gcloudImportReading,
  gcloudReading,
  octodnsReading,
  powershellReading,
  route53Reading,
  terraformReading,
  updateReading,
  zoneReaders,
  zoneReading,
} from './checks.ts';
import type { Reading, Sample } from './readings.ts';
import { samplesOf, writtenAs } from './readings.ts';
import type { OracleToolId } from './tools.ts';
import { installOracle, oracleProgram, oracleTools } from './tools.ts';
import { updateServers } from './update-servers.ts';

/**
 * `npm run oracles [HAND-OVERS] [SEED]`: every format loaded by its own tool, both ways, and what comes out compared with
 * the plan. Tools are installed at one version each into a cache; what can't be had is named.
 */

const count = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? 20_261_129);
const samples = samplesOf(count, seed);

let wrong = 0;
const missing: string[] = [];

function tell(name: string, { read, leftOut, wrong: differences }: Reading): void {
  console.log(`${name}: ${read} texts read, ${leftOut} sets left out in words, ${differences.length} wrong`);
  for (const difference of differences.slice(0, 3)) console.log(difference);
  wrong += differences.length;
}

async function check(name: string, isHere: boolean, read: () => Reading | Promise<Reading>): Promise<void> {
  if (!isHere) {
    missing.push(name);
    return;
  }
  try {
    tell(name, await read());
  } catch (error) {
    console.log(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    wrong += 1;
  }
}

function isOnPath(program: string): boolean {
  const environment = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
  return spawnSync('sh', ['-c', `command -v ${program}`], { env: environment }).status === 0;
}

async function withTool(id: OracleToolId, read: (program: string) => Reading): Promise<void> {
  const { name, version } = oracleTools[id];
  const isHere = installOracle(id);
  await check(`${name} ${version}`, isHere, () => read(oracleProgram(id) ?? ''));
}

/** The last version of Amazon's provider that the Go module proxy has; its attributes of a record are those of today. */
const AWS_PROVIDER = 'github.com/hashicorp/terraform-provider-aws@v1.60.0';

/** Whether every attribute that is written is one of the provider's own schema of a record. */
function awsSchemaReading(all: readonly Sample[], schema: string): Reading {
  const attributes = new Set([...schema.matchAll(/^\t{3}"(\w+)": \{$/gm)].map(([, attribute]) => attribute));
  const texts = all.map(({ input, zone }) => writtenAs('terraform-aws', input, zone));
  const unknown = texts.flatMap(({ text }) =>
    [...text.matchAll(/^ {2}(\w+) += /gm)].flatMap(([, attribute = '']) =>
      attribute === 'type' || attributes.has(attribute) ? [] : [`${attribute} is no attribute of aws_route53_record`],
    ),
  );
  return { read: texts.length, leftOut: 0, wrong: [...new Set(unknown)] };
}

function awsSchema(): string {
  const fetched = spawnSync('go', ['mod', 'download', '-json', AWS_PROVIDER], { encoding: 'utf8' });
  if (fetched.status !== 0) return '';
  const { Dir } = JSON.parse(fetched.stdout) as { Dir: string };
  const file = path.join(Dir, 'aws', 'resource_aws_route53_record.go');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

await withTool('octodns', (program) => octodnsReading(program, samples));
await withTool('azure', (program) => azureReading(program, samples.slice(0, Math.ceil(count / 2))));
await withTool('route53', (program) => route53Reading(program, samples));
await withTool('dnscontrol', (program) => dnscontrolReading(program, samples));
const terraform = isOnPath('terraform') ? 'terraform' : isOnPath('tofu') ? 'tofu' : null;
for (const id of ['terraform-cloudflare', 'terraform-aws']) {
  const program = terraform ?? (installOracle('opentofu') ? oracleProgram('opentofu') : null);
  await check(`${program === null ? 'OpenTofu' : path.basename(program)}, ${id}`, program !== null, () =>
    terraformReading(program ?? '', id, samples.slice(0, Math.ceil(count / 2))),
  );
}
const schema = awsSchema();
await check('schema of aws_route53_record', schema !== '', () => awsSchemaReading(samples, schema));
await check('gcloud’s reference, in a shell', isOnPath('python3'), () => gcloudReading(samples));
await check('gcloud’s record-set file, as YAML', isOnPath('python3'), () => gcloudImportReading(samples));
await check('tree-sitter-powershell 0.26.4', true, () => powershellReading(samples));
for (const [reader, [program]] of Object.entries(zoneReaders)) {
  for (const id of ['bind', 'cloudflare-zone']) {
    await check(`${reader}, ${id}`, isOnPath(program), () =>
      zoneReading(id, reader as keyof typeof zoneReaders, samples),
    );
  }
}
for (const [name, server] of Object.entries(updateServers)) {
  await check(`nsupdate against ${name}`, server.needs.every(isOnPath), async () => {
    const running = await server.start('example.com');
    try {
      return await updateReading(running, samples);
    } finally {
      await running.stop();
    }
  });
}

missing.push(
  'gcloud itself: it is in no registry; its reference and its file format stand for it',
  'terraform validate with today’s providers: they are in no registry; the values are those that Terraform evaluates',
  'a PowerShell, and Windows’ DNS server: the script is parsed, and read by its documented parameters',
  'Cloudflare’s API and import: their JSON and zone text are read by the tests, and by the readers of zones',
);
for (const name of missing) console.log(`not here: ${name}`);
console.log(wrong === 0 ? `Nothing wrong in ${count} hand-overs, seed ${seed}.` : `${wrong} wrong, seed ${seed}.`);
process.exitCode = wrong === 0 ? 0 : 1;
