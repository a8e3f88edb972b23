import { decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureText } from '../../../shared/observed/failure-text.ts';
import { decodeResponse, encodeQuery, explainMismatch, readAnswer } from '../../../main/probes/dns/message.ts';
import type { QueryType } from '../../../shared/dns/records.ts';

/** The messages that dns-packet, which is not ours, writes and reads. */

const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9-]{0,20}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));
const octets = fc.uint8Array({ minLength: 0, maxLength: 255 }).map((data) => Buffer.from(data));
const address = fc.tuple(...Array.from({ length: 4 }, () => fc.nat(255))).map((parts) => parts.join('.'));
const number16 = fc.nat(0xff_ff);
const number32 = fc.nat(0x7f_ff_ff_ff);

const answer = fc.oneof(
  fc.record({ type: fc.constant('A' as const), name, ttl: number32, data: address }),
  fc.record({
    type: fc.constant('TXT' as const),
    name,
    ttl: number32,
    data: fc.array(octets, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    type: fc.constantFrom('CNAME' as const, 'NS' as const, 'PTR' as const),
    name,
    ttl: number32,
    data: name,
  }),
  fc.record({
    type: fc.constant('MX' as const),
    name,
    ttl: number32,
    data: fc.record({ preference: number16, exchange: name }),
  }),
  fc.record({
    type: fc.constant('SOA' as const),
    name,
    ttl: number32,
    data: fc.record({
      mname: name,
      rname: name,
      serial: number32,
      refresh: number32,
      retry: number32,
      expire: number32,
      minimum: number32,
    }),
  }),
);

const plain = { recursion: true, edns: true };

function respond(query: Buffer, parts: Partial<Parameters<typeof encode>[0]>): Buffer {
  const { questions } = decode(query);
  return encode({ type: 'response', id: query.readUInt16BE(0), flags: 0, ...(questions && { questions }), ...parts });
}

describe('queries', () => {
  it('say what dns-packet reads out of them', () => {
    fc.assert(
      fc.property(
        name,
        fc.constantFrom<QueryType>('A', 'AAAA', 'CNAME', 'NS', 'PTR', 'TXT', 'MX', 'SOA', 'SRV', 'CAA', 'DNAME'),
        number16,
        fc.boolean(),
        fc.boolean(),
        (asked, type, id, recursion, checkingDisabled) => {
          const read = decode(encodeQuery(id, { name: asked, type }, { recursion, edns: true, checkingDisabled }));
          expect(read).toMatchObject({ id, type: 'query', flag_rd: recursion, flag_cd: checkingDisabled });
          expect(read.questions).toEqual([{ name: asked, type, class: 'IN' }]);
          expect(read.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, flag_do: false }]);
        },
      ),
    );
  });

  it('ask for the root, and carry escaped octets', () => {
    expect(decode(encodeQuery(1, { name: '', type: 'NS' }, plain)).questions?.[0]?.name).toBe('.');
    const query = encodeQuery(1, { name: 'a\\.b\\032c.example', type: 'TXT' }, plain);
    expect(query.subarray(12, 18).toString('latin1')).toBe('\u0005a.b c');
  });

  it('refuse names that fit no message', () => {
    for (const bad of [
      'a..b',
      `${'x'.repeat(64)}.example`,
      Array.from({ length: 60 }, () => 'abcd').join('.'),
      'ü.example',
      '.a',
    ])
      expect(() => encodeQuery(1, { name: bad, type: 'A' }, plain), bad).toThrow(RangeError);
  });
});

describe('responses', () => {
  const query = encodeQuery(4711, { name: 'asked.example', type: 'TXT' }, plain);

  it('hold the records that dns-packet wrote', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 6 }), fc.array(answer, { maxLength: 3 }), (answers, authorities) => {
        const wire = respond(query, { answers, authorities });
        const ours = decodeResponse(wire, query);
        const theirs = decode(wire);
        const expected = (theirs.answers ?? []).map((record) => {
          const { data } = record as { data: object };
          if (record.type === 'TXT')
            return {
              name: record.name,
              ttl: record.ttl,
              type: 'TXT',
              strings: (data as Buffer[]).map((part) => part.toString('latin1')),
            };
          if (record.type === 'MX' || record.type === 'SOA')
            return { name: record.name, ttl: record.ttl, type: record.type, ...data };
          const field = record.type === 'A' ? 'address' : 'target';
          return { name: record.name, ttl: (record as { ttl: number }).ttl, type: record.type, [field]: data };
        });
        expect(ours?.answers).toEqual(expected);
        expect(ours?.authorities).toHaveLength(authorities.length);
      }),
    );
  });

  it('undo compression, as in RFC 1035 §4.1.4', () => {
    const head = Buffer.from([0x12, 0x67, 0x84, 0, 0, 1, 0, 2, 0, 0, 0, 0]);
    const asked = Buffer.from('\u0001F\u0003ISI\u0004ARPA\0\0\u0010\0\u0001', 'latin1');
    const text = Buffer.from([0, 16, 0, 1, 0, 0, 0, 60, 0, 3, 2, 0x68, 0x69]);
    const alias = Buffer.from([3, 0x46, 0x4f, 0x4f, 0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, 18]);
    const ours = encodeQuery(0x12_67, { name: 'F.ISI.ARPA', type: 'TXT' }, plain);
    const read = decodeResponse(Buffer.concat([head, asked, Buffer.from([0xc0, 12]), text, alias]), ours);
    expect(read?.answers).toEqual([
      { name: 'f.isi.arpa', ttl: 60, type: 'TXT', strings: ['hi'] },
      { name: 'foo.f.isi.arpa', ttl: 60, type: 'CNAME', target: 'arpa' },
    ]);
  });

  it('are read whole or not at all, wherever they are cut', () => {
    const answers = [
      { type: 'TXT' as const, name: 'asked.example', ttl: 60, data: ['v=spf1 -all', 'x'] },
      { type: 'MX' as const, name: 'asked.example', ttl: 60, data: { preference: 10, exchange: 'mx.asked.example' } },
    ];
    const whole = respond(query, { answers });
    expect(decodeResponse(whole, query)?.answers).toHaveLength(2);
    for (let length = 0; length < whole.length; length += 1)
      expect(decodeResponse(whole.subarray(0, length), query)).toBe(null);
  });

  it('can’t lead round in a circle', () => {
    const { length } = respond(query, {});
    const loop = (target: number) =>
      Buffer.concat([
        respond(query, {}),
        Buffer.from([0xc0 | (target >> 8), target & 255, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]),
      ]);
    for (const target of [length, length + 2, 0, 4, 0x3f_ff]) {
      const message = loop(target);
      message.writeUInt16BE(1, 6);
      expect(decodeResponse(message, query), String(target)).toBe(null);
    }
  });

  it('are held against id, question and letter case', () => {
    const right = respond(query, {});
    expect(explainMismatch(right, query)).toBe(null);
    const otherId = Buffer.from(right);
    otherId.writeUInt16BE(4712, 0);
    expect(explainMismatch(otherId, query)).toMatchObject({ reason: 'mismatched', what: { code: 'dns.other-id' } });
    const otherCase = Buffer.from(right);
    otherCase[13] = 'A'.charCodeAt(0);
    expect(explainMismatch(otherCase, query)).toMatchObject({ what: { code: 'dns.other-question' } });
    expect(explainMismatch(query, query)).toMatchObject({ what: { code: 'dns.is-question' } });
    expect(explainMismatch(Buffer.from('garbage'), query)).toMatchObject({ reason: 'malformed' });
  });

  it('tell the extended error beside SERVFAIL (RFC 8914)', () => {
    const wire = respond(query, {
      flags: 2,
      additionals: [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: 1232,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: 0,
          flag_do: false,
          options: [{ code: 15, data: Buffer.from('\0\u0006signature expired', 'latin1') } as never],
        },
      ],
    });
    const message = decodeResponse(wire, query);
    const read = message === null ? null : readAnswer(message, { name: 'asked.example', type: 'TXT' });
    expect(read).toMatchObject({ outcome: 'failure', failure: { reason: 'bogus' } });
    expect(failureText(read?.failure)).toBe('the server answered SERVFAIL (signature expired)');
  });
});
