import { describe, expect, it } from 'vitest';
import { readLink } from '../../../shared/links/domain-link.ts';

describe('a link from outside', () => {
  it.each([
    ['sendwright://domain/example.com', 'example.com', 'example.com'],
    ['sendwright://domain/example.com/', 'example.com', 'example.com'],
    ['SENDWRIGHT://Domain/News.EXAMPLE.com', 'news.example.com', 'news.example.com'],
    ['sendwright://domain/example.com.', 'example.com', 'example.com'],
    ['sendwright://domain/bücher.example', 'xn--bcher-kva.example', 'bücher.example'],
    ['sendwright://domain/b%C3%BCcher.example', 'xn--bcher-kva.example', 'bücher.example'],
    ['sendwright://domain/xn--bcher-kva.example', 'xn--bcher-kva.example', 'bücher.example'],
  ])('opens a domain: %s', (text, ascii, unicode) => {
    expect(readLink(text)).toEqual({ kind: 'domain', ascii, unicode });
  });

  it.each(['sendwright://console/', 'sendwright://console', 'SendWright://CONSOLE/index.html#settings'])(
    'never reaches the window’s own pages: %s',
    (text) => expect(readLink(text)).toEqual({ kind: 'ignored' }),
  );

  it.each([
    'sendwright:',
    'sendwright:domain/example.com',
    'sendwright:/domain/example.com',
    'sendwright://domain',
    'sendwright://domain/',
    'sendwright://domain//example.com',
    'sendwright://domain/example.com/settings',
    'sendwright://domain/example.com?verify=1',
    'sendwright://domain/example.com#x',
    'sendwright://user@domain/example.com',
    'sendwright://domain:80/example.com',
    'sendwright://settings/example.com',
    'sendwright://domain.example/example.com',
    'sendwright://domain/%E0%A4%A',
    'sendwright://domain/%',
    'sendwright://domain/%00.example',
    'sendwright://domain/%E2%80%AEmoc.elpmaxe',
    'sendwright://domain/\u001b[2J.example',
    `sendwright://domain/${'a.'.repeat(1100)}com`,
    'https://example.com',
    '',
  ])('that is written otherwise is told, and names nothing: %s', (text) => {
    expect(readLink(text)).toEqual({
      kind: 'malformed',
      message: 'A link that can’t be read opened the console',
      remedy: expect.stringContaining('sendwright://domain/NAME'),
    });
  });

  it.each([
    'sendwright://domain/com',
    'sendwright://domain/127.0.0.1',
    'sendwright://domain/gmail.com',
    'sendwright://domain/a%20b.example',
    'sendwright://domain/a%2Fb.example',
    'sendwright://domain/..%2F..%2Fetc',
    'sendwright://domain/%3Cscript%3E.example',
  ])('to what is no sender domain says why: %s', (text) => {
    const link = readLink(text);
    expect(link).toMatchObject({
      kind: 'malformed',
      message: expect.stringMatching(/^A link names no sender domain: \S/),
    });
    expect(link).toHaveProperty('remedy', expect.stringMatching(/\w/));
  });
});
