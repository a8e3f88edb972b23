import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Certificates made by OpenSSL at test time: an authority, an intermediate, and servers good and faulty. */
export interface Laboratory {
  readonly folder: string;
  /** PEM of the root, to be given as an extra CA. */
  readonly root: string;
  readonly server: (name: string) => { readonly cert: string; readonly key: string };
}

function openssl(folder: string, ...args: string[]): void {
  const run = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`openssl ${args.join(' ')}: ${run.stderr}`);
}

/** Makes `good` and `expired`, `wrong-name`, `self-signed` and `incomplete` for localhost and 127.0.0.1. */
export function makeLaboratory(): Laboratory {
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-tls-'));
  const key = (name: string) =>
    openssl(folder, 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  const ca = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n';
  const leaf = (names: string) => `basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=${names}\n`;

  key('root');
  openssl(
    folder,
    'req',
    '-x509',
    '-new',
    '-key',
    'root.key',
    '-subj',
    '/CN=Test root',
    '-days',
    '30',
    '-out',
    'root.pem',
    '-addext',
    'keyUsage=critical,keyCertSign',
  );
  const sign = (name: string, subject: string, issuer: string, extensions: string, days: readonly string[]) => {
    key(name);
    writeFileSync(path.join(folder, `${name}.ext`), extensions);
    openssl(folder, 'req', '-new', '-key', `${name}.key`, '-subj', `/CN=${subject}`, '-out', `${name}.csr`);
    openssl(
      folder,
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${issuer}.pem`,
      '-CAkey',
      `${issuer}.key`,
      '-CAcreateserial',
      '-extfile',
      `${name}.ext`,
      ...days,
      '-out',
      `${name}.pem`,
    );
  };
  const local = leaf('DNS:localhost,IP:127.0.0.1');
  const month = ['-days', '30'];
  sign('intermediate', 'Test intermediate', 'root', ca, month);
  sign('good', 'localhost', 'intermediate', local, month);
  sign('incomplete', 'localhost', 'intermediate', local, month);
  sign('wrong-name', 'elsewhere.example', 'root', leaf('DNS:elsewhere.example'), month);
  sign('expired', 'localhost', 'root', local, ['-days', '-1']);
  key('self-signed');
  openssl(
    folder,
    'req',
    '-x509',
    '-new',
    '-key',
    'self-signed.key',
    '-subj',
    '/CN=localhost',
    '-days',
    '30',
    '-out',
    'self-signed.pem',
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
  );

  const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');
  writeFileSync(path.join(folder, 'good.pem'), read('good.pem') + read('intermediate.pem'));
  return {
    folder,
    root: read('root.pem'),
    server: (name) => ({ cert: path.join(folder, `${name}.pem`), key: path.join(folder, `${name}.key`) }),
  };
}
