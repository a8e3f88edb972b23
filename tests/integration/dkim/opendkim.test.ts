import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkKeyPair, generateDkimKey } from '../../../shared/dkim/generate.ts';
import { parseDkimKey } from '../../../shared/dkim/key-record.ts';
import { quoteTxt, splitTxt } from '../../../shared/dns/txt.ts';
import type { PoolKey, RecordCase } from '../../support/dkim-records.ts';
import { cutUp, keyPool, recordCases } from '../../support/dkim-records.ts';
import { runBesideOwnServer } from '../../support/own-name-server.ts';
import { signedMessage } from '../../support/signed-messages.ts';
import { describeWith } from '../../support/tools.ts';
import { seed } from '../../support/seed.ts';

/** What opendkim-testkey says of each record and its private key; null: they fit. */
function askTestkey(cases: readonly RecordCase[], pool: readonly PoolKey[]): readonly (string | null)[] {
  const lines = cases.map((each, index) => `k${index}._domainkey TXT ${quoteTxt(cutUp(each))}\n`);
  const table = cases.map(({ signer }, index) => `n${index} example.com:k${index}:{folder}/key${signer}.pem\n`);
  const keys = Object.fromEntries(pool.map((key, index) => [`key${index}.pem`, key.privateKeyPem]));
  const files = {
    ...keys,
    table: table.join(''),
    'opendkim.conf': 'Nameservers 127.0.0.1\nKeyTable {folder}/table\n',
  };
  const command = ['opendkim-testkey', '-x', '{folder}/opendkim.conf', '-vv'];
  const output = runBesideOwnServer({ zone: lines.join(''), files }, command);
  expect(output).toContain(`${cases.length} keys checked`);
  const said: (string | null)[] = cases.map(() => null);
  for (const [, index, message = ''] of output.matchAll(/key n(\d+):? (.*)/g)) {
    if (message !== 'not secure') said[Number(index)] = message;
  }
  return said;
}

/** Faults that opendkim overlooks; docs/dkim-differences.md says why each counts here. */
const OVERLOOKED: ReadonlySet<string> = new Set(['dkim.bad-base64', 'dkim.hash-forbidden', 'dkim.broken-tag']);

function isOverlooked(text: string): boolean {
  const errors = parseDkimKey(text).findings.filter((finding) => finding.severity === 'error');
  // Of a tag that stands twice opendkim reads one, whatever the other says.
  if (errors.some((finding) => finding.code === 'dkim.repeated-tag')) return true;
  return errors.length > 0 && errors.every((finding) => OVERLOOKED.has(finding.code));
}

describeWith(['opendkim-testkey', 'named', 'netns', 'mountns'], 'opendkim-testkey', () => {
  it('agrees on generated records and their private keys', async () => {
    const numRuns = Number(process.env.SENDWRIGHT_RUNS ?? 600);
    const pool = keyPool().filter((key) => key.algorithm === 'rsa');
    const cases = fc.sample(recordCases(pool), { numRuns, seed });
    const said = askTestkey(cases, pool);
    const different: string[] = [];
    const counts = { fit: 0, refused: 0, overlooked: 0 };
    for (const [index, each] of cases.entries()) {
      const mine = await checkKeyPair(pool[each.signer]?.privateKeyPem ?? '', each.text);
      const theirs = said[index] ?? null;
      if ((mine === 'match') === (theirs === null)) counts[theirs === null ? 'fit' : 'refused'] += 1;
      else if (theirs === null && isOverlooked(each.text)) counts.overlooked += 1;
      else different.push(`${mine} here, ${theirs ?? 'fits'} there: ${each.text}`);
    }
    expect(different, `seed ${seed}`).toEqual([]);
    expect(counts.fit, `seed ${seed}`).toBeGreaterThan(numRuns / 4);
    expect(counts.refused, `seed ${seed}`).toBeGreaterThan(numRuns / 4);
    expect(counts.overlooked, `seed ${seed}`).toBeLessThan(numRuns / 8);
  });
});

describeWith(['opendkim-testmsg', 'named', 'netns', 'mountns'], 'opendkim-testmsg', () => {
  const KINDS = [1024, 2048, 3072, 4096] as const;

  it('verifies messages that are signed with keys made here, and no others', async () => {
    const files: Record<string, string> = {};
    let zone = '';
    for (const bits of KINDS) {
      const [key, other] = await Promise.all([0, 1].map(() => generateDkimKey({ algorithm: 'rsa', bits })));
      if (key === undefined || other === undefined) throw new Error('No key was made');
      const sign = (selector: string) =>
        signedMessage({
          from: 'example.com',
          signatures: [{ domain: 'example.com', selector, privateKeyPem: key.privateKeyPem }],
        });
      zone += `s${bits}._domainkey TXT ${quoteTxt(splitTxt(key.record))}\n`;
      zone += `other${bits}._domainkey TXT ${quoteTxt(splitTxt(other.record))}\n`;
      zone += `revoked${bits}._domainkey TXT "v=DKIM1; p="\n`;
      files[`${bits}-right`] = await sign(`s${bits}`);
      files[`${bits}-altered`] = (await sign(`s${bits}`)).replace('Good morning', 'Bad morning');
      files[`${bits}-other`] = await sign(`other${bits}`);
      files[`${bits}-revoked`] = await sign(`revoked${bits}`);
      files[`${bits}-absent`] = await sign(`absent${bits}`);
    }
    const names = Object.keys(files);
    const script = `for name in ${names.join(' ')}; do opendkim-testmsg <$name >/dev/null 2>&1; echo "$name $?"; done`;
    const output = runBesideOwnServer({ zone, files }, ['sh', '-c', script]);
    const ends = [...output.matchAll(/^(\d+-\w+) (\d+)$/gm)];
    expect(ends.map(([, name]) => name)).toEqual(names);
    expect(ends.flatMap(([, name, code]) => (code === '0' ? [name] : []))).toEqual(
      KINDS.map((bits) => `${bits}-right`),
    );
  });
});
