/** Whose servers answer: known by the names of their hosts. */

const RECEIVERS: readonly (readonly [id: string, name: string, hosts: RegExp])[] = [
  ['google', 'Google', /(?:^|[.\s@/-])(?:google(?:mail)?\.com|gmail\.com|gsmtp)\b|\bgmail-smtp-in\b/i],
  ['microsoft', 'Microsoft', /\b(?:protection\.outlook\.com|olc\.protection|outlook\.com|hotmail\.com|office365)\b/i],
  ['yahoo', 'Yahoo', /\b(?:yahoodns\.net|yahoo\.(?:com|co\.jp)|aol\.com|yahooinc\.com|verizonmedia\.com)\b/i],
  ['apple', 'Apple iCloud', /\b(?:icloud\.com|me\.com|apple\.com)\b/i],
  ['orange', 'Orange', /\b(?:orange\.fr|wanadoo\.fr)\b|\bofr_?\d/i],
  ['laposte', 'La Poste', /\blaposte\.net\b|\blpn\d{3}_\d/i],
  ['comcast', 'Comcast', /\bcomcast\.net\b/i],
  ['godaddy', 'GoDaddy', /\bsecureserver\.net\b/i],
  ['mailru', 'Mail.ru', /\bmail\.ru\b/i],
  ['zoho', 'Zoho', /\bzoho\.(?:com|eu)\b/i],
  ['sendgrid', 'SendGrid', /\bsendgrid\.net\b/i],
  ['docomo', 'NTT docomo', /\bdocomo\.ne\.jp\b/i],
  ['kddi', 'KDDI', /\b(?:au\.com|ezweb\.ne\.jp)\b/i],
  ['gmx', 'GMX and web.de', /\b(?:gmx\.(?:com|net|de)|mail\.com|web\.de)\b/i],
  ['mimecast', 'Mimecast', /\bmimecast\.com\b/i],
  ['tencent', 'Tencent QQ', /\bqq\.com\b/i],
  ['amazonses', 'Amazon SES', /\bamazonses\.com\b/i],
  ['yandex', 'Yandex', /\byandex\.(?:ru|net|com)\b/i],
  ['proofpoint', 'Proofpoint', /\bpp(?:e-)?hosted\.com\b/i],
  ['barracuda', 'Barracuda', /\bbarracudanetworks\.com\b/i],
  ['cloudmark', 'Cloudmark', /\bcloudfilter\.net\b/i],
  ['att', 'AT&T', /\b(?:att|prodigy)\.net\b/i],
  ['charter', 'Charter', /\bcharter\.net\b/i],
  ['telekom', 'Deutsche Telekom', /\bt-online\.de\b/i],
  ['libero', 'Libero', /\blibero\.it\b/i],
  ['seznam', 'Seznam', /\bseznam\.cz\b/i],
  ['netease', 'NetEase', /\b(?:163|126|netease)\.com\b/i],
];

/** @param texts what names the server, the surest first. @returns null where none is known. */
export function receiverOf(texts: readonly (string | null)[]): string | null {
  for (const text of texts) {
    if (text === null || text === '') continue;
    const found = RECEIVERS.find(([, , hosts]) => hosts.test(text));
    if (found !== undefined) return found[0];
  }
  return null;
}

/** What people call a receiver. @param receiver its id, or a server by its own name, which stays. */
export function receiverName(receiver: string): string {
  return RECEIVERS.find(([id]) => id === receiver)?.[1] ?? receiver;
}
