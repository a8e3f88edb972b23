import { decodeText } from '../../shared/text/decode.ts';

/** The octets of a file that somebody chose. */
export async function octetsOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

/** The text of a file that somebody chose, in whichever encoding; empty for none. */
export async function textOf(file: File | undefined): Promise<string> {
  return file === undefined ? '' : decodeText(await octetsOf(file)).text;
}

/** The octets of a file in base64. @throws what the browser says of a file that can’t be read. */
export function base64Of(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error ?? new Error('The file can’t be read'));
    reader.onload = () => {
      const url = typeof reader.result === 'string' ? reader.result : '';
      resolve(url.slice(url.indexOf(',') + 1));
    };
    reader.readAsDataURL(file);
  });
}
