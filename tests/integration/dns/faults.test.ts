import { failureText } from '../../../shared/observed/failure-text.ts';
import { told } from '../../support/told.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { RecordVerdict } from '../../../shared/verdict/types.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import { recordVerdict } from '../../../shared/verdict/verdict.ts';
import { openInternet } from '../../support/internet/internet.ts';
import type { Asked, Calls } from '../../support/internet/internet.ts';
import type { Fault } from '../../support/internet/zones.ts';
import { addresses, faults } from '../../support/internet/zones.ts';
import { describeWith } from '../../support/tools.ts';

const TOOLS = ['netns', 'mountns', 'ip', 'named', 'knotd', 'keymgr', 'unbound', 'dig', 'delv', 'openssl'] as const;

const base = {
  optional: false,
  ttl: 300,
  why: '',
  source: { kind: 'sendwright', label: '' },
} as const;

function spfAt(name: string): RequiredRecord {
  const data = { type: 'TXT', strings: ['v=spf1 ip4:192.0.2.0/24 -all'] } as const;
  const match = { kind: 'spf-terms', terms: ['ip4:192.0.2.0/24'] } as const;
  return { ...base, id: 'spf', purpose: 'spf', name, type: 'TXT', value: { state: 'known', data }, match };
}

function cnameAt(name: string, target: string): RequiredRecord {
  const value = { state: 'known', data: { type: 'CNAME', target } } as const;
  return { ...base, id: 'tracking', purpose: 'tracking', name, type: 'CNAME', value, match: { kind: 'same-data' } };
}

function delegationTo(name: string, target: string): RequiredRecord {
  const value = { state: 'known', data: { type: 'NS', target } } as const;
  const match = { kind: 'delegation', servers: [target] } as const;
  return { ...base, id: 'tracking', purpose: 'tracking', name, type: 'NS', value, match };
}

interface Outcome {
  readonly verdict: ReturnType<typeof told<RecordVerdict>>;
  readonly observations: readonly Observation[];
}

/** Whether a server said something of the question, whatever it was. */
const hasSpoken = ({ outcome, rcode }: Observation) => outcome !== 'failure' || rcode !== undefined;

/**
 * What each remedy takes for granted, held against what was seen at the servers that it names: nobody is to bring back a
 * server that answers, or to wait for a record that nobody has published.
 */
const TAKEN_FOR_GRANTED: Readonly<
  Record<string, (own: readonly Observation[], all: readonly Observation[], verdict: RecordVerdict) => boolean>
> = {
  'diagnosis.server-dead': (own) => own.length > 0 && !own.some(hasSpoken),
  'diagnosis.server-silent-to-edns': (own) =>
    own.length > 0 && own.every(({ failure }) => failure?.reason === 'no-edns'),
  'diagnosis.server-lame': (own) =>
    own.length > 0 && own.every((each) => hasSpoken(each) && each.authoritative !== true),
  'diagnosis.server-failing': (own) => own.length > 0 && own.every(({ rcode }) => rcode === 'SERVFAIL'),
  'diagnosis.server-not-conforming': (own) => own.length > 0 && own.every(({ rcode }) => rcode !== undefined),
  'diagnosis.answer-mismatched': (own) => own.length > 0 && own.every(({ outcome }) => outcome === 'failure'),
  'diagnosis.answer-unreadable': (own) => own.length > 0 && own.every(({ outcome }) => outcome === 'failure'),
  'diagnosis.answer-cut-off': (own) => own.length > 0 && own.every(({ outcome }) => outcome === 'failure'),
  // “Nothing has to be changed”: those who speak for the zone have it.
  'diagnosis.propagating': (_own, all, { verdict }) =>
    verdict !== 'failing' && all.some(({ authoritative, outcome }) => authoritative === true && outcome === 'answer'),
  'diagnosis.negative-cache': (_own, all, { verdict }) =>
    verdict !== 'failing' && all.some(({ authoritative, outcome }) => authoritative === true && outcome === 'answer'),
  'diagnosis.split-horizon': (_own, all) => all.some(({ server }) => server.kind === 'authoritative'),
  'diagnosis.servers-disagree': (_own, all) => new Set(all.map(({ soaSerial }) => soaSerial)).size > 1,
  'diagnosis.port-53-blocked': (_own, all) =>
    !all.some(({ server, outcome }) => server.kind === 'authoritative' && outcome !== 'failure'),
  'diagnosis.not-delegated': (_own, all) =>
    !all.some(
      ({ zone, outcome, authoritative }) => authoritative === true && outcome === 'answer' && zone !== undefined,
    ),
  'diagnosis.dnssec-bogus': (_own, all) =>
    all.some(({ checkingDisabled, outcome }) => checkingDisabled === true && outcome === 'answer'),
  'diagnosis.offline': (_own, _all, { verdict }) => verdict === 'unknown',
};

function contradictions({ observations, verdict }: Outcome): readonly string[] {
  return describeFindings(verdict.findings).flatMap(({ code, values, title, explanation, remedy }) => {
    const addresses = new Set(String(values.addresses ?? '').split(', '));
    const own = observations.filter(({ server }) => addresses.has(server.address));
    const unfilled = /\{[a-zA-Z]+\}/.test(`${title}${explanation}${remedy}`) ? [`${code}: a field is missing`] : [];
    const isHeld = TAKEN_FOR_GRANTED[code]?.(own, observations, verdict) ?? true;
    return isHeld ? unfilled : [...unfilled, `${code}: “${remedy}” against ${JSON.stringify(own)}`];
  });
}

const codes = ({ verdict }: Outcome) => verdict.findings.map((finding) => finding.code);

describeWith(TOOLS, 'faults of DNS, each told by its cause', () => {
  let internet: Calls;
  const silent = new Map<string, Promise<Outcome>>();

  const inspect = async (required: RequiredRecord, asked: Asked = {}): Promise<Outcome> => {
    const zone = required.name.split('.').slice(-2).join('.');
    const observations = await internet.inspect({ required, zone, ...asked });
    for (const observation of observations) expect(observation.durationMs).toBeLessThan(20_000);
    const outcome = { observations, verdict: told(recordVerdict(required, observations, zone)) };
    expect(contradictions(outcome)).toEqual([]);
    return outcome;
  };

  beforeAll(async () => {
    internet = await openInternet();
    // Those that have to wait for what never comes wait together.
    for (const fault of Object.keys(faults)) silent.set(fault, inspect(spfAt(`${fault}.test`)));
    silent.set('dead', inspect(spfAt('dead.test')));
  });
  afterAll(() => internet.stop({}));

  /** One good server, one behind the fault: published, and the fault named. */
  const beside: readonly (readonly [Fault, string])[] = [
    ['drop', 'diagnosis.server-dead'],
    ['truncate', 'diagnosis.answer-cut-off'],
    ['wrong-id', 'diagnosis.answer-mismatched'],
    ['wrong-question', 'diagnosis.answer-mismatched'],
    ['wrong-case', 'diagnosis.answer-mismatched'],
    ['other-address', 'diagnosis.answer-mismatched'],
    ['no-question', 'diagnosis.answer-mismatched'],
    ['edns-silent', 'diagnosis.server-silent-to-edns'],
    ['badvers', 'diagnosis.server-not-conforming'],
    ['garbage', 'diagnosis.answer-unreadable'],
    ['formerr', 'diagnosis.server-not-conforming'],
    ['notimp', 'diagnosis.server-not-conforming'],
    ['servfail', 'diagnosis.server-failing'],
    ['refused', 'diagnosis.server-lame'],
    ['not-authoritative', 'diagnosis.server-lame'],
  ];
  it.each(beside)('%s is told as %s', async (fault, code) => {
    const outcome = (await silent.get(fault)) as Outcome;
    const finding = outcome.verdict.findings.find((each) => each.code === code);
    const others = codes(outcome).filter((each) => each !== code);
    // A resolver that reads the four bits of the header alone takes BADVERS for an answer without records, where it asks
    // that server first: it is told as what it says.
    const isMisled = fault === 'badvers' && others.length > 0;
    expect(others).toEqual(isMisled ? ['diagnosis.negative-cache'] : []);
    expect(finding?.values).toMatchObject({ server: `ns2.${fault}.test`, addresses: `${faults[fault]}:53` });
    expect(finding?.evidence).toHaveLength(1);
    if (isMisled) return;
    expect(outcome.verdict).toMatchObject({
      verdict: 'verified',
      summary: 'Published and correct on 1 of 2 name servers; 1 gives no usable answer',
    });
  });

  it('what answers another question, or none, is told after two tries; BADVERS and silence to EDNS by their names', async () => {
    const first = async (fault: Fault) => {
      const { observations } = (await silent.get(fault)) as Outcome;
      return observations.find(({ server }) => server.address === `${faults[fault]}:53`);
    };
    // What never answers is waited for to the end.
    const whole = (await first('drop'))?.durationMs ?? 0;
    for (const fault of ['no-question', 'wrong-question'] as const)
      expect((await first(fault))?.durationMs).toBeLessThan(whole);
    expect(failureText((await first('no-question'))?.failure)).toContain('it does not repeat the question');
    expect(await first('badvers')).toMatchObject({
      rcode: 'BADVERS',
      failure: { what: { code: 'dns.rcode', values: { rcode: 'BADVERS' } } },
    });
    expect((await first('edns-silent'))?.failure).toMatchObject({ reason: 'no-edns' });
  });

  it.each(['delay', 'no-edns'])('%s is borne, and nothing is told', async (fault) => {
    const outcome = (await silent.get(fault)) as Outcome;
    expect(codes(outcome)).toEqual([]);
    expect(outcome.verdict.summary).toBe('Published and correct on all 2 name servers');
  });

  it('tells a delegation to a server that does not hold the zone as lame, as dig sees it', async () => {
    const outcome = await inspect(spfAt('lame.test'));
    expect(codes(outcome)).toEqual(['diagnosis.server-lame']);
    expect(outcome.verdict.findings[0]?.values).toMatchObject({ server: 'ns2.lame.test', zone: 'lame.test' });
    const dig = await internet.program({ command: 'dig', args: [`@${addresses.knot3[0]}`, 'lame.test', 'TXT'] });
    expect(dig).toContain('status: REFUSED');
  });

  it('sees a delegation where it is made, whatever the servers below say', async () => {
    const delegated = ({ observations }: Outcome) =>
      observations.map(({ zone, records }) => [
        zone,
        records.map((record) => ('target' in record ? record.target : '')),
      ]);
    const made = await inspect(delegationTo('sub.elsewhere.test', 'ns1.sub.elsewhere.test'));
    expect(made.verdict.verdict).toBe('verified');
    expect(new Set(delegated(made).map(String))).toEqual(new Set(['elsewhere.test,ns1.sub.elsewhere.test']));
    // No server below speaks for the name: all the same it is handed over, and to the right one.
    const lame = await inspect(delegationTo('away.elsewhere.test', 'ns1.lame.test'));
    expect(new Set(delegated(lame).map(String))).toEqual(new Set(['elsewhere.test,ns1.lame.test']));
    const missing = await inspect(delegationTo('track.elsewhere.test', 'ns1.lame.test'));
    expect(missing.verdict.verdict).toBe('to-do');
    const where = `@${addresses.bind1[0]}`;
    const dig = await internet.program({ command: 'dig', args: [where, '+norecurse', 'away.elsewhere.test', 'NS'] });
    expect(dig).toMatch(/AUTHORITY SECTION:\naway\.elsewhere\.test\.\s+300\s+IN\s+NS\s+ns1\.lame\.test\./);
  });

  it('names every server of a zone that is dead', async () => {
    const outcome = (await silent.get('dead')) as Outcome;
    expect(codes(outcome)).toContain('diagnosis.server-dead');
    expect(outcome.verdict.findings.map((finding) => finding.values.server)).toEqual(
      expect.arrayContaining(['ns1.dead.test', 'ns2.dead.test']),
    );
    expect(outcome.verdict.verdict).not.toBe('verified');
  });

  it('tells one of four servers that is behind by its serial', async () => {
    const outcome = await inspect(spfAt('stale.test'));
    expect(codes(outcome)).toContain('diagnosis.servers-disagree');
    const [finding] = describeFindings(outcome.verdict.findings);
    expect(finding?.title).toBe('Behind, of the 4 name servers of stale.test: ns4.stale.test (serial 7)');
    expect(outcome.verdict).toMatchObject({
      verdict: 'pending',
      summary: 'Published, but 1 of 4 name servers still answers with the old record',
    });
    const serial = await internet.program({
      command: 'dig',
      args: ['+short', `@${addresses.knot4[0]}`, 'stale.test', 'SOA'],
    });
    expect(serial.split(' ')[2]).toBe('7');
  });

  it.each(['a.loop.test', 'out.loop.test'])('tells the circle of aliases at %s', async (name) => {
    const outcome = await inspect(spfAt(name));
    expect(codes(outcome)[0]).toBe('diagnosis.alias-loop');
    expect(outcome.verdict).toMatchObject({ verdict: 'failing', summary: 'The alias loops' });
  });

  it('tells a broken chain of DNSSEC, as delv does, by asking without validation', async () => {
    const outcome = await inspect(spfAt('bogus.test'));
    expect(codes(outcome)).toEqual(['diagnosis.dnssec-bogus']);
    expect(outcome.verdict.verdict).toBe('failing');
    expect(outcome.observations.find((observation) => observation.checkingDisabled === true)?.outcome).toBe('answer');
    const dig = await internet.program({ command: 'dig', args: ['+short', '+cd', '@127.53.5.1', 'bogus.test', 'TXT'] });
    expect(dig).toContain('v=spf1');
    expect(codes(await inspect(spfAt('signed.test')))).toEqual([]);
    const delv = (zone: string) =>
      internet.program({ command: 'delv', args: ['@127.53.5.1', '-a', '{anchors}', `+root=${zone}`, zone, 'TXT'] });
    expect(await delv('signed.test')).toContain('; fully validated');
    expect(await delv('bogus.test')).toContain(';; resolution failed');
  });

  it('tells an inner version of a zone from an old answer', async () => {
    const outcome = await inspect(spfAt('split.test'));
    expect(codes(outcome)).toEqual(['diagnosis.split-horizon']);
    expect(outcome.verdict.verdict).toBe('verified');
  });

  it('tells an old answer in a cache, and how long it lasts', async () => {
    await inspect(spfAt('change.test'));
    await internet.program({ command: 'dig', args: ['@127.53.5.1', 'change.test', 'TXT'] });
    await internet.publish({
      daemon: 'bind',
      zone: 'change.test',
      serial: 11,
      body: '@ IN TXT "v=spf1 ip4:192.0.2.0/24 -all"\n',
    });
    const outcome = await inspect(spfAt('change.test'));
    expect(codes(outcome)).toEqual(['diagnosis.propagating']);
    expect(outcome.verdict).toMatchObject({
      verdict: 'pending',
      summary: 'Published, but the system’s resolver still has the old answer, for up to 5 minutes',
    });
    const left = await internet.program({
      command: 'dig',
      args: ['@127.53.5.1', '+noall', '+answer', 'change.test', 'TXT'],
    });
    const ttl = Number(/\s(\d+)\s+IN/.exec(left)?.[1]);
    const system = outcome.observations.find((observation) => observation.server.kind === 'system');
    expect(Math.abs(ttl - (system?.records[0]?.ttl ?? 0))).toBeLessThanOrEqual(5);
  });

  it('tells a cache that remembers that nothing was there', async () => {
    expect((await inspect(spfAt('late.test'))).verdict.summary).toBe('Not published yet');
    // The cache has to hold the denial, even where a busy machine let the check itself go without its answer.
    const denied = await internet.program({ command: 'dig', args: ['@127.53.5.1', 'late.test', 'TXT'] });
    expect(denied).toContain('ANSWER: 0');
    await internet.publish({
      daemon: 'bind',
      zone: 'late.test',
      serial: 11,
      body: '@ IN TXT "v=spf1 ip4:192.0.2.0/24 -all"\n',
    });
    const outcome = await inspect(spfAt('late.test'));
    expect(codes(outcome)).toEqual(['diagnosis.negative-cache']);
    expect(outcome.verdict.summary).toMatch(
      /^Published, but the system’s resolver still has a negative answer cached, for up to (1 minute|\d+ seconds)$/,
    );
    expect(await internet.program({ command: 'dig', args: ['@127.53.5.1', 'late.test', 'TXT'] })).toContain(
      'ANSWER: 0',
    );
  });

  it('tells a wildcard that answers in place of the record', async () => {
    const outcome = await inspect(tokenAt('key.wildcard.test'));
    expect(codes(outcome)).toEqual(['diagnosis.wildcard']);
    expect(outcome.verdict).toMatchObject({ verdict: 'failing', summary: 'Not published: a wildcard answers instead' });
  });

  it('tells a flattened CNAME from a proxied one', async () => {
    expect(codes(await inspect(cnameAt('track.flat.test', 'www.good.test')))).toEqual(['diagnosis.cname-flattened']);
    const proxied = await inspect(cnameAt('proxied.flat.test', 'www.good.test'));
    expect(codes(proxied)).toEqual(['diagnosis.cname-proxied']);
    expect(proxied.verdict.findings[0]?.values.addresses).toBe('198.51.100.7');
  });

  it('tells a domain that the registry does not delegate', async () => {
    const outcome = await inspect(spfAt('nosuch.test'));
    expect(codes(outcome)).toEqual(['diagnosis.not-delegated']);
    expect(outcome.verdict.verdict).toBe('failing');
  });

  const nowhere = `. NS ns.nowhere.\nns.nowhere. A ${faults.drop}\n`;

  it('falls back to the system’s resolver where port 53 is blocked, and says so', async () => {
    const outcome = await inspect(spfAt('good.test'), { hints: nowhere });
    expect(codes(outcome)).toEqual(['diagnosis.port-53-blocked']);
    expect(outcome.verdict).toMatchObject({
      verdict: 'verified',
      summary: 'Published and correct, according to the system’s resolver',
    });
  });

  it('then to DNS over HTTPS, and is neutral when nothing answers', async () => {
    await internet.systemServers({ servers: [addresses.nobody[0]] });
    const doh = `https://${addresses.unbound[0]}/dns-query`;
    const outcome = await inspect(spfAt('good.test'), { hints: nowhere, fallback: doh });
    expect(codes(outcome)).toContain('diagnosis.port-53-blocked');
    expect(outcome.verdict).toMatchObject({
      verdict: 'verified',
      summary: `Published and correct, according to ${doh}`,
    });
    const offline = await inspect(spfAt('good.test'), { hints: nowhere });
    expect(codes(offline)).toEqual(['diagnosis.offline']);
    expect(offline.verdict.verdict).toBe('unknown');
    await internet.systemServers({ servers: [addresses.unbound[0]] });
  });

  it.each(['servfail', 'notimp', 'formerr', 'refused', 'garbage'] as const)(
    'goes on to the system’s next server when the first answers %s, as every C library does',
    async (fault) => {
      await internet.systemServers({ servers: [faults[fault], addresses.unbound[0]] });
      const outcome = await inspect(spfAt('good.test'), { hints: nowhere });
      expect(codes(outcome)).toEqual(['diagnosis.port-53-blocked']);
      expect(outcome.verdict.verdict).toBe('verified');
      await internet.systemServers({ servers: [addresses.unbound[0]] });
    },
  );

  it('takes the word of a resolver that denies even the top-level domain for no word on what is published', async () => {
    const absent = await inspect(spfAt('nobody-has-this.test'), { hints: nowhere });
    expect(absent.verdict.verdict).toBe('to-do');
    await internet.systemServers({ servers: [addresses.root[0]] });
    const closed = await inspect(spfAt('news.example.com'), { hints: nowhere });
    const dig = await internet.program({ command: 'dig', args: [`@${addresses.root[0]}`, 'news.example.com', 'TXT'] });
    expect(dig).toContain('status: NXDOMAIN');
    expect(codes(closed)).toEqual(['diagnosis.offline']);
    expect(closed.verdict.verdict).toBe('unknown');
    await internet.systemServers({ servers: [addresses.unbound[0]] });
  });

  it.each(['', 'system'] as const)(
    'ends a check of many domains early when nothing answers (DNS server “%s”): all unknown, few of them asked about',
    async (resolver) => {
      const domains = Array.from({ length: 400 }, (_, index) => `d${index}.test`);
      const { verdicts, asked } = await internet.checkInSilence({ domains, resolver });
      expect(verdicts).toEqual({ unknown: domains.length });
      // Those that were under way together found out; a slow machine may need a second round of them.
      expect(asked).toBeGreaterThan(0);
      expect(asked).toBeLessThanOrEqual(100);
    },
  );

  it('leaves no socket and no memory behind', async () => {
    const rounds = Number(process.env.SENDWRIGHT_RUNS ?? 40);
    const round = async () => {
      for (const zone of ['good.test', 'refused.test', 'large.test', 'formerr.test']) await inspect(spfAt(zone));
    };
    for (let warm = 0; warm < 40; warm += 1) await round();
    const before = await internet.footprint({});
    for (let done = 0; done < rounds; done += 1) await round();
    const after = await internet.footprint({});
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 8);
    expect(after.heap).toBeLessThan(before.heap + 4_000_000);
  });
});

function tokenAt(name: string): RequiredRecord {
  const data = { type: 'TXT', strings: ['token=1'] } as const;
  return {
    ...base,
    id: 'verification',
    purpose: 'verification',
    name,
    type: 'TXT',
    value: { state: 'known', data },
    match: { kind: 'same-data' },
  };
}
