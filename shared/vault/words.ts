import { allListed } from '../text/listed.ts';
import { counted } from '../text/counted.ts';
/** How many secrets of each kind are meant. */
export interface SecretCounts {
  /** API keys and Auth keys. */
  readonly serviceKeys: number;
  /** Private halves of DKIM key pairs. */
  readonly dkimKeys: number;
}

export const allSecrets = ({ serviceKeys, dkimKeys }: SecretCounts): number => serviceKeys + dkimKeys;

/** @returns for example `2 keys of the service and 1 DKIM key`; `nothing` for none. */
export function secretWords({ serviceKeys, dkimKeys }: SecretCounts): string {
  const words = [
    ...(serviceKeys === 0
      ? []
      : [counted(serviceKeys, { one: '{count} key of the service', other: '{count} keys of the service' })]),
    ...(dkimKeys === 0 ? [] : [counted(dkimKeys, { one: '{count} DKIM key', other: '{count} DKIM keys' })]),
  ];
  return words.length === 0 ? 'nothing' : allListed(words);
}
