import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installGuards, mayNavigate, mayOpenOutside } from '../../../main/hosts/electron/guards.ts';
import { electronKeychain } from '../../../main/hosts/electron/keychain.ts';
import { createFileHandler } from '../../../main/hosts/electron/protocol.ts';
import { webPreferences } from '../../../main/hosts/electron/web-preferences.ts';
import { KeeperUnavailable, KeeperRefused } from '../../../main/vault/ports.ts';
import { contentSecurityPolicy } from '../../../renderer/session/csp.ts';
import { ContentsDouble, SessionDouble } from '../../support/electron-double.ts';
import { KeychainDouble } from '../../support/keychain.ts';
import { startProgram, vaultDisk } from '../../support/vault.ts';

/** Electron's security checklist, item by item where an item can be asserted; its numbers stand in the titles. */

describe('the window of the Electron host', () => {
  it('is sandboxed and isolated, without Node, with web security (2, 3, 4, 6, 8, 9, 11)', () => {
    expect(webPreferences('/preload.cjs', false)).toMatchObject({
      preload: '/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
    });
    expect(webPreferences('/preload.cjs', false)).not.toHaveProperty('enableBlinkFeatures');
  });

  it('has an exact content security policy without inline scripts or foreign places (7, 1)', () => {
    expect(contentSecurityPolicy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='; " +
        "img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(contentSecurityPolicy).not.toMatch(/unsafe-|https?:|\*/);
  });

  it.each(['sendwright://console/', 'sendwright://console/index.html#settings'])(
    'may go to its own page %s (13)',
    (url) => expect(mayNavigate(url)).toBe(true),
  );

  it.each([
    'https://example.com/',
    'file:///etc/passwd',
    'sendwright://console.evil.example/',
    'sendwright://consolex/',
    'sendwright://user@other/',
    'javascript:alert(1)',
    'data:text/html,x',
    'about:blank',
    '',
  ])('may not go to %s (13)', (url) => expect(mayNavigate(url)).toBe(false));

  it.each([
    ['https://www.rfc-editor.org/rfc/rfc7208', true],
    ['mailto:dns@example.com?subject=records', true],
    ['http://www.rfc-editor.org/', false],
    ['https://www.rfc-editor.org:8443/', false],
    ['https://user@www.rfc-editor.org/', false],
    ['https://www.rfc-editor.org.evil.example/', false],
    ['https://example.com/', false],
    ['file:///etc/passwd', false],
    ['ms-msdt:/id', false],
    ['smb://server/share', false],
    ['nonsense', false],
  ])('opens %s outside: %s (15)', (url, allowed) => expect(mayOpenOutside(url)).toBe(allowed));

  it('denies permissions, devices, navigation, new windows and webviews by default (5, 12, 13, 14, 15)', () => {
    const app = new EventEmitter();
    const session = new SessionDouble();
    const opened: string[] = [];
    installGuards({ app: app as never, session: session as never, openOutside: (url) => void opened.push(url) });

    const permissions = [
      'media',
      'geolocation',
      'notifications',
      'midi',
      'openExternal',
      'clipboard-read',
      'hid',
      'usb',
    ];
    for (const permission of permissions) {
      session.requestHandler?.(null, permission, (allowed) => expect(allowed, permission).toBe(false));
      expect(session.checkHandler?.(null, permission), permission).toBe(false);
    }
    expect(session.checkHandler?.(null, 'clipboard-sanitized-write')).toBe(true);
    expect(session.deviceHandler?.()).toBe(false);

    const contents = new ContentsDouble(1, 'sendwright://console/');
    app.emit('web-contents-created', {}, contents);
    const wasPrevented = (event: string, url: string) => {
      let prevented = false;
      contents.emit(event, { url, preventDefault: () => (prevented = true) });
      return prevented;
    };
    for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate']) {
      expect(wasPrevented(event, 'https://example.com/'), event).toBe(true);
      expect(wasPrevented(event, 'sendwright://console/'), event).toBe(false);
    }
    expect(wasPrevented('will-attach-webview', '')).toBe(true);
    expect(contents.openHandler?.({ url: 'https://example.com/' })).toEqual({ action: 'deny' });
    expect(contents.openHandler?.({ url: 'https://www.rfc-editor.org/rfc/rfc7208' })).toEqual({ action: 'deny' });
    expect(opened).toEqual(['https://www.rfc-editor.org/rfc/rfc7208']);
  });

  it('is packaged with every fuse set (19)', () => {
    const configuration = readFileSync(path.resolve('electron-builder.yml'), 'utf8');
    const fuses = {
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      grantFileProtocolExtraPrivileges: false,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      enableCookieEncryption: true,
    };
    for (const [fuse, value] of Object.entries(fuses)) expect(configuration).toContain(`  ${fuse}: ${value}\n`);
  });
});

describe('the protocol of the window (18)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-protocol-'));
    mkdirSync(path.join(folder, 'window', 'assets'), { recursive: true });
    mkdirSync(path.join(folder, 'window-beside'));
    writeFileSync(path.join(folder, 'window', 'index.html'), '<p>console');
    writeFileSync(path.join(folder, 'window', 'assets', 'main.js'), 'run()');
    writeFileSync(path.join(folder, 'window', 'notes.txt'), 'no');
    for (const place of ['', 'window-beside']) writeFileSync(path.join(folder, place, 'secret.json'), '{"secret":1}');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const missing: string[] = [];
  const ask = (url: string, method = 'GET') =>
    createFileHandler(path.join(folder, 'window'), contentSecurityPolicy, (file) => missing.push(file))({
      url,
      method,
    });

  it('answers with the page, its type and its policy', async () => {
    const page = await ask('sendwright://console/');
    expect([page.status, await page.text()]).toEqual([200, '<p>console']);
    expect(page.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const script = await ask('sendwright://console/assets/main.js');
    expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  });

  it.each([
    'sendwright://console/../secret.json',
    'sendwright://console/..%2fsecret.json',
    'sendwright://console/%2e%2e/secret.json',
    'sendwright://console/%2e%2e%2fsecret.json',
    'sendwright://console/assets/%2e%2e/%2e%2e/secret.json',
    'sendwright://console/%252e%252e%252fsecret.json',
    'sendwright://console/..%5csecret.json',
    'sendwright://console/..\\secret.json',
    'sendwright://console/../window-beside/secret.json',
    'sendwright://console/%2e%2e/window-beside/secret.json',
    'sendwright://console//etc/passwd',
    'sendwright://console/%2fetc%2fpasswd',
    'sendwright://console/index.html%00.js',
    'sendwright://console/%',
    'sendwright://console/notes.txt',
    'sendwright://console/assets',
    'sendwright://elsewhere/index.html',
    'https://console/index.html',
    'nonsense',
  ])('answers nothing for %s', async (url) => {
    const response = await ask(url);
    expect([response.status, await response.text()]).toEqual([404, 'Not found']);
  });

  it('tells of a file of its own that can’t be read, and of nothing else', async () => {
    missing.length = 0;
    for (const url of ['', 'notes.txt', '%2e%2e%2fsecret.json', 'assets/gone.js'])
      await ask(`sendwright://console/${url}`);
    expect(missing).toEqual([path.join(folder, 'window', 'assets', 'gone.js')]);
  });

  it('answers no other method', async () => {
    expect((await ask('sendwright://console/', 'POST')).status).toBe(404);
  });
});

describe('the OS keychain of the Electron host', () => {
  const id = 'workspace:1/api-key';
  const key = Buffer.alloc(32, 7);

  it('protects without a passphrase where it is real', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    const { vault } = await startProgram(disk, keychain);
    expect(vault.state()).toMatchObject({ state: 'open', keychain: 'available' });
    vault.set(id, 'a-secret-of-many-letters');
    const { vault: again } = await startProgram(disk, keychain);
    expect(await again.use(id, async (value) => value)).toBe('a-secret-of-many-letters');
  });

  it('is not trusted on Linux when what it seals carries the mark of the constant key', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    keychain.mood = 'basic';
    const { vault } = await startProgram(disk, keychain);
    expect(vault.state()).toMatchObject({ state: 'none', keychain: 'unprotected' });
    expect(disk.storage.generations()).toEqual([]);
    expect(() => vault.set(id, 'x')).toThrow('No passphrase');
    // Elsewhere the same mark is the keychain's own.
    const onWindows = electronKeychain(keychain, 'win32');
    expect(await onWindows.state()).toBe('available');
    expect((await onWindows.keeper.wrap(key)).wrapped.subarray(0, 3).toString()).toBe('v10');
  });

  it.each([
    ['there', 'available', key],
    ['lost', 'available', KeeperRefused],
    ['basic', 'unprotected', KeeperRefused],
    ['absent', 'absent', KeeperRefused],
    ['away', 'away', KeeperUnavailable],
  ] as const)('that is %s says so, and whether asking again may help', async (mood, state, opened) => {
    const keychain = new KeychainDouble();
    const { parameters, wrapped } = await keychain.port.keeper.wrap(key);
    keychain.mood = mood;
    expect(await keychain.port.state()).toBe(state);
    const opening = keychain.port.keeper.unwrap(parameters, wrapped);
    if (Buffer.isBuffer(opened)) expect(await opening).toEqual({ dataKey: opened, shouldRewrap: false });
    else await expect(opening).rejects.toBeInstanceOf(opened);
  });

  it('that gives back something else than a key is refused', async () => {
    const keychain = new KeychainDouble();
    const wrapped = await keychain.encryptStringAsync('c2hvcnQ=');
    await expect(keychain.port.keeper.unwrap({}, wrapped)).rejects.toBeInstanceOf(KeeperRefused);
  });
});
