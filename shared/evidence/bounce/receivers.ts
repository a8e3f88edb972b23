/** Whose servers answer: known by the names of their hosts. */

const RECEIVERS: readonly (readonly [id: string, hosts: RegExp])[] = [
  ['google', /(?:^|[.\s@/-])(?:google(?:mail)?\.com|gmail\.com|gsmtp)\b|\bgmail-smtp-in\b/i],
  ['microsoft', /\b(?:protection\.outlook\.com|olc\.protection|outlook\.com|hotmail\.com|office365)\b/i],
  ['yahoo', /\b(?:yahoodns\.net|yahoo\.(?:com|co\.jp)|aol\.com|yahooinc\.com|verizonmedia\.com)\b/i],
  ['apple', /\b(?:icloud\.com|me\.com|apple\.com)\b/i],
  ['orange', /\b(?:orange\.fr|wanadoo\.fr)\b|\bofr_?\d/i],
  ['laposte', /\blaposte\.net\b|\blpn\d{3}_\d/i],
  ['comcast', /\bcomcast\.net\b/i],
  ['godaddy', /\bsecureserver\.net\b/i],
  ['mailru', /\bmail\.ru\b/i],
  ['zoho', /\bzoho\.(?:com|eu)\b/i],
  ['sendgrid', /\bsendgrid\.net\b/i],
  ['docomo', /\bdocomo\.ne\.jp\b/i],
  ['kddi', /\b(?:au\.com|ezweb\.ne\.jp)\b/i],
  ['gmx', /\b(?:gmx\.(?:com|net|de)|mail\.com|web\.de)\b/i],
  ['mimecast', /\bmimecast\.com\b/i],
  ['tencent', /\bqq\.com\b/i],
  ['amazonses', /\bamazonses\.com\b/i],
  ['yandex', /\byandex\.(?:ru|net|com)\b/i],
  ['proofpoint', /\bpp(?:e-)?hosted\.com\b/i],
  ['barracuda', /\bbarracudanetworks\.com\b/i],
  ['cloudmark', /\bcloudfilter\.net\b/i],
  ['att', /\b(?:att|prodigy)\.net\b/i],
  ['charter', /\bcharter\.net\b/i],
  ['telekom', /\bt-online\.de\b/i],
  ['libero', /\blibero\.it\b/i],
  ['seznam', /\bseznam\.cz\b/i],
  ['netease', /\b(?:163|126|netease)\.com\b/i],
];

/** @param texts what names the server, the surest first. @returns null where none is known. */
export function receiverOf(texts: readonly (string | null)[]): string | null {
  for (const text of texts) {
    if (text === null || text === '') continue;
    const found = RECEIVERS.find(([, hosts]) => hosts.test(text));
    if (found !== undefined) return found[0];
  }
  return null;
}
