import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { certificateFault, readCertificateFile } from '../../../shared/service/certificate-file.ts';
import { decodeExactly, decodeText } from '../../../shared/text/decode.ts';

/** What keeps a file from being read, by the system's code. */
const HINDRANCES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'part of its path is a file',
  EISDIR: 'it is a folder',
  EACCES: 'this account may not read it',
  EPERM: 'this account may not read it',
  ELOOP: 'its path contains a loop of links',
  ENAMETOOLONG: 'its path is too long',
};

/** The name that stands for the standard input. */
const STANDARD_INPUT = '-';

/** @throws RangeError that names the option and the file. @param file `-` is the standard input. */
export async function readOctets(option: string, file: string): Promise<Buffer> {
  if (file === STANDARD_INPUT) return buffer(process.stdin);
  try {
    return await readFile(file);
  } catch (error) {
    throw cannotRead(option, file, error);
  }
}

/** What to tell a person of a file that can’t be read. @param error the system’s. */
export function cannotRead(option: string, file: string, error: unknown): RangeError {
  const reason = HINDRANCES[(error as NodeJS.ErrnoException).code ?? ''] ?? 'the disk can’t read it';
  return new RangeError(`${option}: ${file} can’t be read: ${reason}. Name a file that this account may read.`);
}

/**
 * Reads a text file.
 *
 * @param file `-` is the standard input.
 * @throws RangeError that names the option and the file.
 */
export async function readTextFile(option: string, file: string): Promise<string> {
  // A list or a zone in an older encoding is still read: what matters in it is ASCII.
  return decodeText(await readOctets(option, file)).text;
}

/** As `readTextFile`, for a secret: what can't be read exactly is refused. */
export async function readSecretFile(option: string, file: string): Promise<string> {
  const decoded = decodeExactly(await readOctets(option, file));
  if (decoded !== null) return decoded.text;
  throw new RangeError(`${option}: ${file} is neither UTF-8 nor UTF-16. Save it in one of these, and name it again.`);
}

/**
 * Reads certificates in PEM, DER or PKCS #7.
 *
 * @returns PEM; empty for an empty file, which takes away those that were trusted before.
 * @throws RangeError that names the option and the file, with nothing of what is in it.
 */
export async function readCertificates(option: string, file: string): Promise<string> {
  const octets = await readOctets(option, file);
  const read = readCertificateFile(octets);
  if (read.kind === 'certificates') return read.pem;
  const fault = octets.toString('latin1').trim() === '' ? null : certificateFault(read);
  if (fault === null) return '';
  throw new RangeError(`${option}: ${file}: ${fault.message}. ${fault.remedy}`);
}

/** What keeps a file from being written, by the system's code. */
const WRITE_HINDRANCES: Readonly<Record<string, string>> = {
  ...HINDRANCES,
  ENOENT: 'there is no such folder',
  EACCES: 'this account may not write there',
  EPERM: 'this account may not write there',
  EROFS: 'its disk is read-only',
  ENOSPC: 'its disk is full',
  EDQUOT: 'this account’s disk quota is used up',
};

/**
 * Writes a text file that its owner alone may read.
 *
 * @throws RangeError that names the option and the file.
 */
export async function writeTextFile(option: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600 });
  } catch (error) {
    throw cannotWrite(option, file, error);
  }
}

/** What to tell a person of a file that can’t be written. @param error the system’s. */
export function cannotWrite(option: string, file: string, error: unknown): RangeError {
  const reason = WRITE_HINDRANCES[(error as NodeJS.ErrnoException).code ?? ''] ?? 'the disk can’t write it';
  return new RangeError(
    `${option}: ${file} can’t be written: ${reason}. Name a file in a folder where this account may write.`,
  );
}
