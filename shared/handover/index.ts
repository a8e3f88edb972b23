import { azure } from './azure.ts';
import { bind } from './bind.ts';
import { cloudflareApi, cloudflareZone } from './cloudflare.ts';
import { csv } from './csv.ts';
import { dnscontrol } from './dnscontrol.ts';
import { email } from './email.ts';
import type { HandOverFormat } from './format.ts';
import { gcloud, gcloudImport } from './gcloud.ts';
import { json } from './json.ts';
import { nsupdate } from './nsupdate.ts';
import { octodns } from './octodns.ts';
import { page } from './page.ts';
import { powershell } from './powershell.ts';
import { route53 } from './route53.ts';
import { terraformAws, terraformCloudflare } from './terraform.ts';
import { text } from './text.ts';

/** Every hand-over format, the ones for people first. */
export const handOverFormats: readonly HandOverFormat[] = [
  text,
  page,
  email,
  bind,
  nsupdate,
  cloudflareApi,
  cloudflareZone,
  route53,
  azure,
  gcloud,
  gcloudImport,
  powershell,
  terraformCloudflare,
  terraformAws,
  octodns,
  dnscontrol,
  csv,
  json,
];

/** The format of that id. */
export function formatById(id: string): HandOverFormat | undefined {
  return handOverFormats.find((format) => format.id === id);
}
