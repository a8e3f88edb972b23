import { describe, expect, it } from 'vitest';
import { isExcepted, parseProxy, proxyFromEnvironment, proxyFromPacResult } from '../../../main/probes/http/proxy.ts';

const show = (proxy: ReturnType<typeof parseProxy>): string =>
  proxy === null ? 'none' : `${proxy.scheme} ${proxy.credentials ?? '-'} ${proxy.host}:${proxy.port} (${proxy.from})`;

describe('a proxy’s address', () => {
  it.each([
    ['http://proxy.example:3128', 'http - proxy.example:3128 (x)'],
    ['proxy.example:3128', 'http - proxy.example:3128 (x)'],
    ['http://proxy.example', 'http - proxy.example:80 (x)'],
    ['http://proxy.example:80/', 'http - proxy.example:80 (x)'],
    ['https://proxy.example', 'https - proxy.example:443 (x)'],
    ['https://proxy.example:443', 'https - proxy.example:443 (x)'],
    ['http://user:p%40ss%3Aword@proxy.example:8080', 'http user:p@ss:word proxy.example:8080 (x)'],
    ['http://user:100%@proxy.example:8080', 'http user:100% proxy.example:8080 (x)'],
    ['http://[2001:db8::1]:3128', 'http - [2001:db8::1]:3128 (x)'],
    ['socks5h://proxy.example', 'socks5h - proxy.example:1080 (x)'],
    ['http://', 'none'],
    ['http://a b', 'none'],
  ])('%s', (text, expected) => {
    expect(show(parseProxy(text, 'x'))).toBe(expected);
  });
});

describe('a proxy from the environment', () => {
  const from = (url: string, environment: NodeJS.ProcessEnv) => show(proxyFromEnvironment(new URL(url), environment));

  it('goes by the scheme, else by ALL_PROXY, in small letters or capitals', () => {
    const all = { HTTPS_PROXY: 'a:1', http_proxy: 'b:2', ALL_PROXY: 'c:3' };
    expect(from('https://h', all)).toBe('http - a:1 (HTTPS_PROXY)');
    expect(from('http://h', all)).toBe('http - b:2 (http_proxy)');
    expect(from('http://h', { ALL_PROXY: 'c:3' })).toBe('http - c:3 (ALL_PROXY)');
    expect(from('https://h', { http_proxy: 'b:2' })).toBe('none');
    expect(from('https://h', { HTTPS_PROXY: ' ' })).toBe('none');
    expect(from('https://h', { HTTPS_PROXY: 'http://' })).toBe('unreadable - unreadable:0 (HTTPS_PROXY)');
    expect(from('https://a.h', { HTTPS_PROXY: 'a:1', no_proxy: '.h' })).toBe('none');
  });
});

describe('NO_PROXY', () => {
  it.each([
    ['service.example:443', 'service.example', true],
    ['service.example:443', 'service.example:443', true],
    ['service.example:443', 'service.example:8443', false],
    ['[2001:db8::1]:443', '2001:db8::1', true],
    ['[2001:db8::1]:443', '[2001:db8::1]:443', true],
    ['[2001:db8::1]:443', '2001:db8::/32', true],
    ['[2001:db9::1]:443', '2001:db8::/32', false],
    ['[::ffff:192.0.2.1]:443', '192.0.2.0/24', true],
    ['service.example.:443', 'service.example', true],
  ])('%s with %s', (target, noProxy, expected) => {
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(target) ?? [];
    expect(isExcepted({ host, port: Number(port) }, noProxy)).toBe(expected);
  });
});

describe('a proxy from a PAC result', () => {
  it.each([
    ['DIRECT', 'none'],
    ['', 'none'],
    ['PROXY proxy.example:3128; DIRECT', 'http - proxy.example:3128 (pac)'],
    ['HTTPS proxy.example:8443', 'https - proxy.example:8443 (pac)'],
    [' proxy [2001:db8::1]:80 ', 'http - [2001:db8::1]:80 (pac)'],
    ['SOCKS5 proxy.example:1080', 'socks5 - proxy.example:1080 (pac)'],
    ['DIRECT; PROXY proxy.example:1', 'none'],
  ])('%s', (text, expected) => {
    expect(show(proxyFromPacResult(text, 'pac'))).toBe(expected);
  });
});
