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
import type { HandOverFormatId } from './words/format-words.ts';
import { handOverFormatIds } from './words/format-words.ts';

const byId: Readonly<Record<HandOverFormatId, HandOverFormat>> = {
  text,
  page,
  email,
  bind,
  nsupdate,
  'cloudflare-api': cloudflareApi,
  'cloudflare-zone': cloudflareZone,
  route53,
  azure,
  gcloud,
  'gcloud-import': gcloudImport,
  powershell,
  'terraform-cloudflare': terraformCloudflare,
  'terraform-aws': terraformAws,
  octodns,
  dnscontrol,
  csv,
  json,
};

/** Every hand-over format, the ones for people first. */
export const handOverFormats: readonly HandOverFormat[] = handOverFormatIds.map((id) => byId[id]);

/** The format of that id. */
export function formatById(id: string): HandOverFormat | undefined {
  return handOverFormats.find((format) => format.id === id);
}
