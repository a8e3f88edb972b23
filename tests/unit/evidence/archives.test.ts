import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gunzipped } from '../../../main/core/evidence/archives.ts';
import { readEvidenceOctets } from '../../../main/core/evidence/read-file.ts';
import { TooLarge } from '../../../main/core/evidence/source.ts';
import { noReports, summarise } from '../../../main/core/evidence/summary.ts';
import { limits } from '../../../shared/evidence/limits.ts';
import type { Problem } from '../../../shared/evidence/problems.ts';

const REPORT =
  '<feedback><report_metadata><org_name>a</org_name><email>a@b.example</email><report_id>1</report_id><date_range><begin>1772323200</begin><end>1772409599</end></date_range></report_metadata><policy_published><domain>example.com</domain><p>none</p></policy_published><record><row><source_ip>198.51.100.1</source_ip><count>3</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>example.com</header_from></identifiers><auth_results/></record></feedback>';

async function inflate(octets: Buffer, most = 1e6) {
  const problems: Problem[] = [];
  const pieces: Buffer[] = [];
  const { stream } = await gunzipped(octets, most, (problem) => problems.push(problem));
  for await (const piece of stream()) pieces.push(piece);
  return { text: Buffer.concat(pieces).toString(), problems };
}

async function read(octets: Buffer, name = 'a.xml') {
  const [file] = await summarise(name, readEvidenceOctets(octets), noReports());
  return file;
}

/** A ZIP archive as the specification has it (APPNOTE 4.3), flags and names as a test wants them. */
function zip(entries: readonly { readonly name: string; readonly content: Buffer; readonly flags?: number }[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { name, content, flags = 0 } of entries) {
    const data = deflateRawSync(content);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(crc(content), 0);
    sizes.writeUInt32LE(data.length, 4);
    sizes.writeUInt32LE(content.length, 8);
    const common = Buffer.alloc(10);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    const lengths = Buffer.alloc(4);
    lengths.writeUInt16LE(name.length, 0);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, sizes, lengths, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    centrals.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, sizes, lengths, rest, Buffer.from(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** CRC-32 as gzip itself writes it into its trailer. */
const crc = (content: Buffer): number => gzipSync(content).readUInt32LE(gzipSync(content).length - 8);

describe('gzip', () => {
  it('reads every member, and takes nothing behind the last for one', async () => {
    const two = Buffer.concat([gzipSync('one '), gzipSync('two')]);
    for (const behind of ['', '\r\n', '\0\0\0\0', 'rubbish'])
      expect(await inflate(Buffer.concat([two, Buffer.from(behind)]))).toEqual({ text: 'one two', problems: [] });
  });

  it('gives what was there before the end came too early, and says so', async () => {
    const whole = gzipSync(REPORT);
    const { text, problems } = await inflate(whole.subarray(0, whole.length - 40));
    expect(REPORT.startsWith(text) && text.length > 0).toBe(true);
    expect(problems).toEqual(['compression-damaged']);
  });

  it('says that a checksum is wrong', async () => {
    const octets = gzipSync('text');
    octets[octets.length - 8] = (octets.at(-8) as number) ^ 1;
    expect(await inflate(octets)).toEqual({ text: 'text', problems: ['compression-damaged'] });
  });

  it('stops at its bound, however little the archive has', async () => {
    await expect(inflate(gzipSync(Buffer.alloc(10_000_000)), 100_000)).rejects.toThrow(TooLarge);
  });
});

describe('a report that is broken all over', () => {
  it('is read up to where it is worth it, and told as incomplete', async () => {
    const broken = REPORT.replace('</feedback>', ']]>'.repeat(limits.xmlErrors + 100_000) + '</feedback>');
    const file = await read(Buffer.from(broken));
    expect(file).toMatchObject({ outcome: 'partial', reports: [{ records: 1, messages: 3 }] });
    expect(file?.problems).toEqual(expect.arrayContaining(['not-well-formed', 'truncated']));
  });
});

describe('a report in which something stands twice or not at all', () => {
  const twice = (element: string, other: string) => REPORT.replace(element, element + other);
  it.each<readonly [string, string]>([
    ['a count', twice('<count>3</count>', '<count>77</count>')],
    ['a source', twice('<source_ip>198.51.100.1</source_ip>', '<source_ip>198.51.100.2</source_ip>')],
    ['an organisation', twice('<org_name>a</org_name>', '<org_name>b</org_name>')],
    ['a beginning', twice('<begin>1772323200</begin>', '<begin>1</begin>')],
    ['a policy', twice('<p>none</p>', '<p>reject</p>')],
    ['a result', twice('<dkim>pass</dkim>', '<dkim>fail</dkim>')],
    ['a domain in From', twice('<header_from>example.com</header_from>', '<header_from>example.net</header_from>')],
    ['the metadata', REPORT.replace('<policy_published>', '<report_metadata></report_metadata><policy_published>')],
  ])('has the first and tells it: %s', async (_what, text) => {
    const whole = await read(Buffer.from(REPORT));
    const file = await read(Buffer.from(text));
    expect(file).toMatchObject({ outcome: 'read-with-problems', problems: ['value-twice'] });
    expect(file?.reports).toEqual(whole?.reports);
  });

  it.each<readonly [string, Problem]>([
    ['<begin>1772323200</begin>', 'period-incomplete'],
    ['<end>1772409599</end>', 'period-incomplete'],
    ['<p>none</p>', 'policy-p-missing'],
    ['<count>3</count>', 'count-missing'],
  ])('tells that there is no %s', async (element, problem) => {
    const file = await read(Buffer.from(REPORT.replace(element, '')));
    expect(file).toMatchObject({ outcome: 'read-with-problems', problems: [problem] });
  });

  it('tells that it is about no domain, and that a record has no results', async () => {
    const about = await read(Buffer.from(REPORT.replace('<domain>example.com</domain>', '')));
    expect(about).toMatchObject({ outcome: 'read-with-problems', reports: [{ domain: null, messages: 3 }] });
    expect(about?.problems).toContain('domain-missing');
    const bare = await read(Buffer.from(REPORT.replace('<auth_results/>', '')));
    expect(bare).toMatchObject({ outcome: 'read', problems: ['auth-results-missing'], reports: [{ messages: 3 }] });
  });

  it('has its root in capitals', async () => {
    const text = REPORT.replace('<feedback>', '<FEEDBACK><version>1.0</version>').replace('</feedback>', '</FEEDBACK>');
    expect(await read(Buffer.from(text))).toMatchObject({
      outcome: 'read',
      reports: [{ version: '1.0', messages: 3 }],
    });
  });
});

describe('archives with reports', () => {
  it.each([
    ['line ends', '\r\n'],
    ['words', 'sent by a gateway\n'],
  ])('reads one that %s stand behind', async (_what, behind) => {
    const packed = Buffer.concat([zip([{ name: 'a', content: Buffer.from(REPORT) }]), Buffer.from(behind)]);
    expect(await read(packed)).toMatchObject({ outcome: 'read', reports: [{ messages: 3 }] });
  });

  it('reads a report behind two byte order marks', async () => {
    expect(await read(Buffer.from(`\ufeff\ufeff${REPORT}`))).toMatchObject({
      outcome: 'read',
      reports: [{ messages: 3 }],
    });
  });

  it('finds reports by their first octets, whatever the names are', async () => {
    const odd = zip([
      { name: '../../etc/passwd', content: Buffer.from(REPORT) },
      { name: 'folder/', content: Buffer.alloc(0) },
      { name: 'readme.txt', content: Buffer.from('hello') },
    ]);
    expect(await read(odd)).toMatchObject({ outcome: 'read', reports: [{ messages: 3 }] });
  });

  it('reads an archive within another and says so, and goes no deeper', async () => {
    const nested = zip([{ name: 'a', content: gzipSync(REPORT) }]);
    expect(await read(nested)).toMatchObject({ problems: ['compressed-twice'], reports: [{ messages: 3 }] });
    expect(await read(gzipSync(gzipSync(gzipSync(REPORT))))).toMatchObject({ outcome: 'refuse' });
  });

  it('refuses an archive that is encrypted, cut off, or has too many entries', async () => {
    const encrypted = zip([{ name: 'a', content: Buffer.from(REPORT), flags: 1 }]);
    expect(await read(encrypted)).toMatchObject({ outcome: 'refuse', problems: ['encrypted'] });
    const whole = zip([{ name: 'a', content: Buffer.from(REPORT) }]);
    expect(await read(whole.subarray(0, whole.length - 30))).toMatchObject({ outcome: 'refuse' });
    const many = zip(
      Array.from({ length: 1001 }, (_entry, index) => ({ name: `${index}`, content: Buffer.from('a') })),
    );
    expect(await read(many)).toMatchObject({ outcome: 'refuse', problems: ['too-many-entries'] });
  });

  it('gives the entries that can be read beside one that can’t', async () => {
    const octets = zip([
      { name: 'a', content: Buffer.from(REPORT) },
      { name: 'b', content: Buffer.from(REPORT.replace('>1<', '>2<')) },
    ]);
    octets.fill(0xff, 40, 60);
    expect(await read(octets)).toMatchObject({ outcome: 'read-with-problems', reports: [{ reportId: '2' }] });
  });
});

describe('reports that mean harm', () => {
  it.each<readonly [string, string, Problem]>([
    ['a document type', '<!DOCTYPE feedback [<!ENTITY a "b">]><feedback>&a;</feedback>', 'doctype-refused'],
    ['brackets without end', '['.repeat(100), 'too-deep'],
    ['brackets in a text', `{"a":"${'['.repeat(100)}"}`, 'not-a-report'],
    ['elements without end', `<feedback>${'<a>'.repeat(100)}`, 'too-deep'],
    ['a text without end', `<feedback><org_name>${'a'.repeat(5_000_000)}`, 'too-large'],
  ])('refuses %s', async (_what, text, problem) => {
    const file = await read(Buffer.from(text));
    expect(file).toMatchObject({ outcome: 'refuse', reports: [] });
    expect(file?.problems).toContain(problem);
  });

  it('cuts a value that is too long, and marks one that a spreadsheet or a terminal would obey', async () => {
    const long = await read(Buffer.from(REPORT.replace('>a<', `>${'a'.repeat(10_000)}<`)));
    expect(long?.problems).toEqual(['value-too-long']);
    const hostile = await read(Buffer.from(REPORT.replace('>a<', '>=HYPERLINK("http://x.example")<')));
    expect(hostile).toMatchObject({ problems: ['hostile-text'], reports: [{ org: '=HYPERLINK("http://x.example")' }] });
  });

  it('counts beyond what JavaScript can, to the last digit', async () => {
    const counted = await read(Buffer.from(REPORT.replace('>3<', '>9007199254740993<')));
    expect(counted).toMatchObject({ problems: ['count-implausible'], reports: [{ messages: '9007199254740993' }] });
  });

  it('takes no name of a report for a member of an object', async () => {
    const named = await read(Buffer.from(REPORT.replace('>example.com</header_from>', '>__proto__</header_from>')));
    expect(JSON.stringify(named?.reports?.[0])).toContain('"headerFrom":{"__proto__":3}');
  });
});
