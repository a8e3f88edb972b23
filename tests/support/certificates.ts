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

/** The arguments that turn a request into a certificate. */
function issue(name: string, issuer: string): string[] {
  const [csr, pem, extensions] = [`${name}.csr`, `${name}.pem`, `${name}.ext`];
  const authority = ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial'];
  return ['x509', '-req', '-in', csr, ...authority, '-extfile', extensions, '-out', pem];
}

/** Signs with dates of one's own, which `openssl x509` can't set. */
function signBetween(folder: string, name: string, extensions: string, [from, to]: readonly [string, string]): void {
  const authority = '[ca]\ndatabase=index.txt\nserial=ca.serial\npolicy=any\ndefault_md=sha256\n';
  writeFileSync(path.join(folder, 'ca.conf'), `${authority}[any]\ncommonName=supplied\n[leaf]\n${extensions}`);
  writeFileSync(path.join(folder, 'index.txt'), '');
  writeFileSync(path.join(folder, 'ca.serial'), '1000\n');
  openssl(folder, 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  openssl(folder, 'req', '-new', '-key', `${name}.key`, '-subj', '/CN=localhost', '-out', `${name}.csr`);
  const how = ['-batch', '-notext', '-config', 'ca.conf', '-name', 'ca', '-extensions', 'leaf', '-outdir', '.'];
  const dates = ['-startdate', from, '-enddate', to];
  const parts = ['-cert', 'root.pem', '-keyfile', 'root.key', '-in', `${name}.csr`, '-out', `${name}.pem`];
  openssl(folder, 'ca', ...how, ...dates, ...parts);
}

/**
 * Makes servers for localhost, 127.0.0.1 and ::1: `good` and `soon` (10 days left), `policies` for names of example.com, and
 * the faulty `expired`, `not-yet-valid`, `wrong-name`, `self-signed`, `incomplete` (no intermediate sent), `lone` (the
 * same of an authority that names no address for its certificate), `old-intermediate`, `client-only` and `weak`.
 */
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
    openssl(folder, ...issue(name, issuer), ...days);
  };
  const local = leaf('DNS:localhost,IP:127.0.0.1,IP:::1');
  const month = ['-days', '30'];
  sign('intermediate', 'Test intermediate', 'root', ca, month);
  sign('good', 'localhost', 'intermediate', local, month);
  sign('soon', 'localhost', 'root', local, ['-days', '10']);
  sign('lone', 'localhost', 'intermediate', local, month);
  sign(
    'incomplete',
    'localhost',
    'intermediate',
    `${local}authorityInfoAccess=caIssuers;URI:http://ca.example/intermediate.crt\n`,
    month,
  );
  sign('old-authority', 'Old intermediate', 'root', ca, ['-days', '-1']);
  sign('old-intermediate', 'localhost', 'old-authority', local, month);
  sign('client-only', 'localhost', 'root', local.replace('serverAuth', 'clientAuth'), month);
  signBetween(folder, 'not-yet-valid', local, ['21000101000000Z', '21000201000000Z']);
  sign('wrong-name', 'elsewhere.example', 'root', leaf('DNS:elsewhere.example'), month);
  sign('policies', 'mta-sts.example.com', 'root', leaf('DNS:mta-sts.example.com,DNS:logo.example.com'), month);
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

  openssl(folder, 'genrsa', '-out', 'weak.key', '1024');
  openssl(folder, 'req', '-new', '-key', 'weak.key', '-subj', '/CN=localhost', '-out', 'weak.csr');
  writeFileSync(path.join(folder, 'weak.ext'), local);
  openssl(folder, ...issue('weak', 'root'), ...month);

  const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');
  writeFileSync(path.join(folder, 'good.pem'), read('good.pem') + read('intermediate.pem'));
  writeFileSync(path.join(folder, 'old-intermediate.pem'), read('old-intermediate.pem') + read('old-authority.pem'));
  return {
    folder,
    root: read('root.pem'),
    server: (name) => ({ cert: path.join(folder, `${name}.pem`), key: path.join(folder, `${name}.key`) }),
  };
}
