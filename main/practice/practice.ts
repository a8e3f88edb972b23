import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Change } from '../../shared/plan/types.ts';
import { generateDkimKey } from '../../shared/dkim/generate.ts';
import { emptyAccount } from './account.ts';
import { makeCertificates } from './certificates.ts';
import { startDnsServer } from './dns-server.ts';
import type { Mailing } from './mailing.ts';
import { sendMailing } from './mailing.ts';
import { faults, isFaultId } from '../../shared/practice/faults.ts';
import type { FaultId } from '../../shared/practice/faults.ts';
import { startService } from './service.ts';
import { emptyZone, holdsProviderRecords, publish, senderRecords } from './zone.ts';
import type { PracticeZone } from './zone.ts';

/** What outlives a restart, so that a practised domain is still published tomorrow. */
const stored = z.object({
  servicePort: z.int(),
  dnsPorts: z.tuple([z.int(), z.int()]),
  apiKey: z.string(),
  authKey: z.string(),
  dkimKey: z.string(),
  /** Absent in what earlier versions wrote: the key is then made anew. It protects nothing. */
  dkimPrivateKey: z.string().optional(),
  /** Mailings that were sent. */
  mailings: z.int().default(0),
  fault: z.string(),
  /** Absent in what earlier versions wrote. */
  account: z.object({ responseDomain: z.string(), domains: z.array(z.string()).readonly() }).optional(),
  zone: z.custom<PracticeZone>(
    (value) => typeof value === 'object' && value !== null && 'primary' in value && Array.isArray(value.primary),
  ),
});

type Stored = z.infer<typeof stored>;

/** Where the practice environment is to be found, and how it is to be trusted. */
export interface PracticeAddresses {
  readonly serviceUrl: string;
  readonly responseDomain: string;
  /** `address:port` of the name server that the console asks. */
  readonly dnsServer: string;
  /** `address:port` of every name server of the practice zone. */
  readonly nameServers: readonly string[];
  /** PEM of the authority that signed the service's certificate; trusted in the practice workspace alone. */
  readonly ca: string;
  readonly apiKey: string;
  readonly authKey: string;
  /** The public key that the practice provider signs with: what a real one shows in its account. */
  readonly dkimKey: string;
  readonly fault: FaultId;
}

export interface Practice {
  readonly addresses: () => PracticeAddresses;
  /** @throws RangeError when there is no such fault. */
  readonly setFault: (id: string) => Promise<PracticeAddresses>;
  /** Takes out all that was published and added to the account, and ends the fault; addresses and keys stay. */
  readonly reset: () => Promise<PracticeAddresses>;
  /** @returns how many records were published. */
  readonly publish: (domain: string, changes: readonly Change[]) => Promise<number>;
  /** Sends a mailing from a domain. @returns what comes back from it. */
  readonly mail: (domain: string) => Promise<Mailing>;
  readonly close: () => Promise<void>;
}

async function readStored(file: string): Promise<Stored | null> {
  try {
    return stored.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Missing or damaged: practice data is there to be thrown away, so it starts anew.
    return null;
  }
}

async function writeStored(file: string, state: Stored): Promise<void> {
  const temporary = `${file}.new`;
  await writeFile(temporary, JSON.stringify(state), { mode: 0o600 });
  await rename(temporary, file);
}

/** The key pair of the practice provider: the one of last time, where both halves are there. */
async function keyPair(before: Stored | null): Promise<{ readonly dkimKey: string; readonly dkimPrivateKey: string }> {
  if (before?.dkimPrivateKey !== undefined) return { dkimKey: before.dkimKey, dkimPrivateKey: before.dkimPrivateKey };
  const { publicKey, privateKeyPem } = await generateDkimKey({ algorithm: 'rsa', bits: 2048 });
  return { dkimKey: publicKey, dkimPrivateKey: privateKeyPem };
}

/**
 * Starts the practice service and its two name servers on loopback, on the ports of last time where they are free.
 *
 * @param folder where the practice state lies; made when missing.
 */
export async function startPractice(folder: string): Promise<Practice> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, 'practice.json');
  const before = await readStored(file);

  let zone = before?.zone ?? emptyZone;
  let account = before?.account ?? emptyAccount;
  let fault: FaultId = before !== null && isFaultId(before.fault) ? before.fault : 'none';
  const apiKey = before?.apiKey ?? `practice-${randomBytes(12).toString('hex')}`;
  const authKey = before?.authKey ?? `practice-${randomBytes(12).toString('hex')}`;

  const { dkimKey, dkimPrivateKey } = await keyPair(before);
  let mailings = before?.mailings ?? 0;

  const certificates = await makeCertificates(Date.now());
  const service = await startService({
    certificates,
    fault: () => fault,
    apiKey,
    authKey,
    dkimKey,
    state: () => account,
    save(changed) {
      account = changed;
      void save();
    },
    isPublished: (domain) => holdsProviderRecords(zone.primary, domain, dkimKey),
    preferredPort: before?.servicePort ?? 0,
  });
  const common = { fault: () => fault };
  const primary = await startDnsServer({
    ...common,
    records: () => [...senderRecords, ...zone.primary],
    serial: () => zone.serial,
    preferredPort: before?.dnsPorts[0] ?? 0,
  });
  const secondary = await startDnsServer({
    ...common,
    records: () => [...senderRecords, ...zone.secondary],
    serial: () => zone.secondarySerial ?? zone.serial,
    preferredPort: before?.dnsPorts[1] ?? 0,
  });

  const port = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1));
  const save = () =>
    writeStored(file, {
      servicePort: service.port,
      dnsPorts: [port(primary.address), port(secondary.address)],
      apiKey,
      authKey,
      dkimKey,
      dkimPrivateKey,
      mailings,
      fault,
      account,
      zone,
    });
  const addresses = (): PracticeAddresses => ({
    serviceUrl: `https://localhost:${service.port}`,
    responseDomain: `https://localhost:${service.port}`,
    dnsServer: primary.address,
    nameServers: [primary.address, secondary.address],
    ca: certificates.authority,
    apiKey,
    authKey,
    dkimKey,
    fault,
  });
  // Another process may hold the ports of last time, and keeps them.
  if (before === null) await save();

  return {
    addresses,
    async setFault(id) {
      if (!isFaultId(id)) {
        throw new RangeError(
          `There is no practice fault "${id}". Choose one of: ${faults.map((each) => each.id).join(', ')}.`,
        );
      }
      fault = id;
      service.useFault(fault);
      await save();
      return addresses();
    },
    async reset() {
      // A server that has given out a serial never goes back behind it (RFC 1982).
      const serial = zone.serial + 1;
      zone = { ...emptyZone, serial };
      account = emptyAccount;
      fault = 'none';
      service.useFault(fault);
      await save();
      return addresses();
    },
    async publish(domain, changes) {
      const result = publish(zone, domain, changes, fault);
      zone = result.zone;
      await save();
      return result.published;
    },
    async mail(domain) {
      mailings += 1;
      await save();
      const records = [...senderRecords, ...zone.primary];
      return sendMailing(domain, { records, privateKeyPem: dkimPrivateKey, now: Date.now() }, mailings);
    },
    async close() {
      await Promise.all([service.close(), primary.close(), secondary.close()]);
    },
  };
}
