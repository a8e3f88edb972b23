import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Looks for secrets that were planted, wherever and in whatever form they could lie. */

/** The forms in which a text could lie in a file or an answer. */
export function formsOf(secret: string): Buffer[] {
  const inBase64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from('x'.repeat(shift) + secret).toString('base64');
    // The first and last characters also carry neighbouring octets.
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
  const hex = Buffer.from(secret).toString('hex');
  return [
    ...[secret, encodeURIComponent(secret), hex, hex.toUpperCase(), ...inBase64].map((text) => Buffer.from(text)),
    Buffer.from(secret, 'utf16le'),
  ];
}

/** Every file in a folder and below it. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** The files of a folder that hold one of the secrets in any form. */
export function filesWith(folder: string, secrets: readonly string[]): string[] {
  const forms = secrets.flatMap(formsOf);
  return filesIn(folder).filter((file) => {
    const content = readFileSync(file);
    return forms.some((form) => content.includes(form));
  });
}

/** Processes of a Linux whose command line or environment, as everybody or their own account sees them, holds one. */
export function processesWith(secrets: readonly string[]): string[] {
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'latin1');
    } catch {
      return '';
    }
  };
  return (existsSync('/proc') ? readdirSync('/proc') : []).filter(
    (id) =>
      /^\d+$/.test(id) &&
      secrets.some(
        (secret) => read(`/proc/${id}/cmdline`).includes(secret) || read(`/proc/${id}/environ`).includes(secret),
      ),
  );
}
