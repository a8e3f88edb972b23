import { isIP } from 'node:net';

/**
 * Reads a server's address as it is typed: `address`, `address:port`, `[v6]:port`; the port is 53 unless it is named.
 *
 * @returns null when the text is none of these.
 */
export function parseAddress(text: string): { readonly address: string; readonly port: number } | null {
  const match = /^\[([0-9a-f:.%]+)\](?::(\d{1,5}))?$/i.exec(text) ?? /^([\d.]+)(?::(\d{1,5}))?$/.exec(text);
  const address = match?.[1] ?? text;
  const port = Number(match?.[2] ?? 53);
  return isIP(address) === 0 || port < 1 || port > 65_535 ? null : { address, port };
}
