/** What a hand-over format is called, and what whoever offers it says. */
export interface HandOverWords {
  readonly label: string;
  /** What to do with it, in one sentence. */
  readonly note: string;
  /** Several domains go into one file; absent where each needs a file of its own. */
  readonly canBeOne?: boolean;
}

/** Every hand-over format, those for people first: what a window offers before anything writes it. */
export const handOverWords = {
  text: {
    label: 'Plain text',
    note: 'A letter for whoever edits DNS by hand.',
    canBeOne: true,
  },
  page: {
    label: 'Printable page',
    note: 'Open it in a browser and print it, or save it as PDF.',
  },
  email: {
    label: 'E-mail draft',
    note: 'Open the file in a mail program, add the address of whoever edits DNS, and send it.',
  },
  bind: {
    label: 'Zone file (BIND)',
    note: 'Paste the lines into the zone file, remove those marked as removed, raise the serial, and reload the zone.',
    canBeOne: true,
  },
  nsupdate: {
    label: 'nsupdate script',
    note: 'Run nsupdate -k KEYFILE with this script. It is refused as a whole if the zone has changed since the last check.',
    canBeOne: true,
  },
  'cloudflare-api': {
    label: 'Cloudflare API (JSON)',
    note: 'posts is the body of a batch call; the records under look_up_and_delete go into deletes once their IDs are known.',
  },
  'cloudflare-zone': {
    label: 'Cloudflare zone import',
    note: 'In Cloudflare open DNS, Records, Import and Export, and upload this file. Delete the records named in it first.',
  },
  route53: {
    label: 'Amazon Route 53 change batch',
    note: 'aws route53 change-resource-record-sets --hosted-zone-id ID --change-batch file://THIS. Each set repeats the records that stay.',
  },
  azure: {
    label: 'Azure CLI',
    note: 'Set RESOURCE_GROUP and run the script where az is signed in.',
    canBeOne: true,
  },
  gcloud: {
    label: 'Google Cloud DNS (gcloud)',
    note: 'Set ZONE and run the script where gcloud is signed in. Each set repeats the records that stay.',
  },
  'gcloud-import': {
    label: 'Google Cloud DNS (import file)',
    note: 'gcloud dns record-sets import THIS --zone=ZONE. Delete the sets named in it first; each repeats the records that stay.',
  },
  powershell: {
    label: 'PowerShell (Windows DNS)',
    note: 'Run on the DNS server, in a PowerShell with the DnsServer module. Texts over 254 characters are added with dnscmd.',
    canBeOne: true,
  },
  'terraform-cloudflare': {
    label: 'Terraform (Cloudflare)',
    note: 'Import records that exist before you apply, or Terraform adds them a second time.',
  },
  'terraform-aws': {
    label: 'Terraform (Amazon Route 53)',
    note: 'Each set repeats the records that stay; allow_overwrite lets Terraform take over a set that exists.',
  },
  octodns: {
    label: 'octoDNS (YAML)',
    note: 'Merge into the zone’s YAML file, names in natural order; each set repeats the records that stay.',
  },
  dnscontrol: {
    label: 'DNSControl (JavaScript)',
    note: 'Paste into dnsconfig.js, after the zone’s D(), and remove the lines marked as removed.',
    canBeOne: true,
  },
  csv: {
    label: 'CSV',
    note: 'For a spreadsheet or a ticket: one line per record that is removed or added. An apostrophe before = + - @ or another apostrophe, at the front of a cell or behind a semicolon, tab or line end, keeps a spreadsheet from running the text, and is not part of it.',
    canBeOne: true,
  },
  json: {
    label: 'JSON',
    note: 'For scripts; every change with its state, before and after.',
  },
} as const satisfies Readonly<Record<string, HandOverWords>>;

export type HandOverFormatId = keyof typeof handOverWords;

/** The ids in the order in which they are offered. */
export const handOverFormatIds = Object.keys(handOverWords) as readonly HandOverFormatId[];

/** What is said of the format of that id; undefined where there is none. */
export function wordsOfFormat(id: string): HandOverWords | undefined {
  return Object.hasOwn(handOverWords, id) ? handOverWords[id as HandOverFormatId] : undefined;
}
