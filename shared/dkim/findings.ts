import type { CatalogueEntry } from '../findings/finding.ts';
import { declareFindings } from '../findings/finding.ts';

export const dkimFindings = {
  'dkim.not-a-key': {
    severity: 'error',
    title: 'This is not a DKIM key record',
    explanation: 'A key record has at least the tag p= with the public key.',
    remedy: 'Publish the value from the manual, from v= or k= to the end of the key.',
    source: 'RFC 6376 §3.6.1',
  },
  'dkim.version': {
    severity: 'error',
    title: 'v= is not first, or not DKIM1',
    explanation:
      'The version may be absent, but if present it must come first and read DKIM1; otherwise the key is discarded.',
    remedy: 'Move v=DKIM1 to the front.',
    source: 'RFC 6376 §3.6.1',
  },
  'dkim.broken-tag': {
    severity: 'error',
    title: '“{text}” is not a tag',
    explanation:
      'Tags are written name=value with a semicolon between them; a stray piece makes receivers discard the key.',
    remedy: 'Remove it, or put back the semicolon or the name that is missing.',
    source: 'RFC 6376 §3.2',
  },
  'dkim.quoted-note': {
    severity: 'error',
    title: 'The note is in quotation marks',
    explanation:
      'A semicolon in it ends the tag all the same, so that the rest is a stray piece and the key is discarded.',
    remedy: 'Write the note without marks, each semicolon as =3B, or leave it out.',
    source: 'RFC 6376 §3.2, §3.6.1',
  },
  'dkim.empty-tag': {
    severity: 'error',
    title: 'Two semicolons follow each other',
    explanation: 'There must be a tag between two semicolons; otherwise several receivers discard the key.',
    remedy: 'Remove one of the semicolons.',
    source: 'RFC 6376 §3.2',
  },
  'dkim.tag-case': {
    severity: 'warning',
    title: '{name}= is not {meant}=',
    explanation: 'The names of tags are case-sensitive, so receivers do not see this one.',
    remedy: 'Write {meant}= in lower case.',
    source: 'RFC 6376 §3.2',
  },
  'dkim.type-case': {
    severity: 'warning',
    title: 'k={value} is written in capitals',
    explanation: 'Some receivers compare the key type case-sensitively and do not recognise it.',
    remedy: 'Write k={type}.',
    source: 'RFC 6376 §3.2',
  },
  'dkim.repeated-tag': {
    severity: 'error',
    title: 'The tag {name}= appears more than once',
    explanation: 'A repeated tag makes the whole record invalid.',
    remedy: 'Keep one {name}=.',
    source: 'RFC 6376 §3.2',
  },
  'dkim.revoked': {
    severity: 'error',
    title: 'The key is revoked',
    explanation: 'An empty p= tells receivers that every signature with this selector is invalid.',
    remedy: 'Publish the key, or sign with another selector.',
    source: 'RFC 6376 §3.6.1',
  },
  'dkim.bad-base64': {
    severity: 'error',
    title: 'The key contains characters that do not belong to it',
    explanation:
      'The key is base64. Quotes, spaces inside quotes and backslashes get in when a zone-file value is pasted into a form.',
    remedy: 'Paste the key as one piece, without quotes.',
    source: 'RFC 6376 §3.6.1',
  },
  'dkim.cut-off': {
    severity: 'error',
    title: 'The key is cut off',
    explanation: 'Its inner length says that more should follow; some forms stop at 255 characters.',
    remedy: 'Publish the whole value, as several strings of at most 255 characters if the form asks for it.',
    source: 'RFC 6376 §3.6.2.2',
  },
  'dkim.padding': {
    severity: 'warning',
    title: 'The end of the key is not complete base64',
    explanation:
      'The = signs that fill the last four characters are missing or too many; strict decoders refuse the key.',
    remedy: 'Publish the key exactly as the manual shows it, with its = signs.',
    source: 'RFC 6376 §3.6.1',
  },
  'dkim.bare-key': {
    severity: 'error',
    title: 'The key lacks its SubjectPublicKeyInfo wrapper',
    explanation:
      'It is an RSAPublicKey; receivers expect it inside a SubjectPublicKeyInfo, and many can’t read it bare.',
    remedy: 'Export the public key as SubjectPublicKeyInfo: openssl rsa -pubout instead of -RSAPublicKey_out.',
    source: 'RFC 6376 §3.6.1',
  },
  'dkim.wrapped-ed25519': {
    severity: 'error',
    title: 'The Ed25519 key is wrapped in a SubjectPublicKeyInfo',
    explanation: 'Receivers expect the bare 32 octets of the key, 44 characters; this one has 12 octets before them.',
    remedy: 'Publish the bare key.',
    source: 'RFC 8463 §4',
  },
  'dkim.not-a-public-key': {
    severity: 'error',
    title: 'p= is not a public key of type {type}',
    explanation: 'Receivers try to decode it as a {type} key and fail.',
    remedy: 'Copy the public key again from the manual.',
    source: 'RFC 6376 §3.6.1',
  },
  'dkim.private-key': {
    severity: 'error',
    title: 'p= contains a private key',
    explanation: 'Anyone who reads it can sign in your name. Treat it as stolen.',
    remedy: 'Make a new key pair at once and publish the public key.',
  },
  'dkim.too-short': {
    severity: 'error',
    title: 'The RSA key has {bits} bits; at least 1024 are required',
    explanation: 'Receivers must ignore signatures with keys under 1024 bits.',
    remedy: 'Use a key of 2048 bits.',
    source: 'RFC 8301 §3.2',
  },
  'dkim.short': {
    severity: 'advice',
    title: 'The RSA key has {bits} bits; 2048 are recommended',
    explanation: 'Keys of 1024 bits are accepted, but no longer considered strong.',
    remedy: 'Ask the provider for a 2048-bit key.',
    source: 'RFC 8301 §3.2',
  },
  'dkim.delegated': {
    severity: 'info',
    title: 'The key is published by {target}',
    explanation: 'The selector is an alias, so whoever owns {target} can change the key without you.',
    remedy: 'Nothing to do; keep the alias while the provider signs with this selector.',
    source: 'RFC 6376 §3.6.2.2',
  },
  'dkim.dangling-alias': {
    severity: 'error',
    title: 'The selector is an alias to {target}, where no key is',
    explanation: 'Receivers follow the alias and find nothing, so signatures fail.',
    remedy: 'Correct the target of the alias, or have the provider publish the key there.',
    source: 'RFC 6376 §3.6.2.2',
  },
  'dkim.several-keys': {
    severity: 'error',
    title: 'There are {count} TXT records at the selector',
    explanation: 'With more than one record the result is undefined; receivers pick one or fail.',
    remedy: 'Keep the one key that the provider signs with.',
    source: 'RFC 6376 §3.6.2.2',
  },
  'dkim.testing': {
    severity: 'warning',
    title: 'The key is marked as a test (t=y)',
    explanation: 'Receivers may treat a failing signature as if there were none; some treat all mail that way.',
    remedy: 'Remove y from t= once signing works.',
    source: 'RFC 6376 §3.6.1',
  },
  'dkim.hash-forbidden': {
    severity: 'error',
    title: 'The key allows only {hashes}',
    explanation: 'Signatures are made with sha256; sha1 must not be used.',
    remedy: 'Remove h= or list sha256.',
    source: 'RFC 8301 §3.1',
  },
  'dkim.service': {
    severity: 'error',
    title: 'The key is not for e-mail (s={service})',
    explanation: 'A key whose service list holds neither email nor * is ignored.',
    remedy: 'Remove s= or write s=email.',
    source: 'RFC 6376 §3.6.1',
  },
  'dkim.granularity': {
    severity: 'warning',
    title: 'g={value} is no longer part of DKIM',
    explanation:
      'The standard dropped the tag in 2011. Receivers that still honour it, such as those using Mail::DKIM, accept signatures only for matching local parts, and none at all if it is empty.',
    remedy: 'Remove g=.',
    source: 'RFC 6376 §E, RFC 4871 §3.6.1',
  },
  'dkim.blank-in-list': {
    severity: 'warning',
    title: 'There are spaces in the list {name}={value}',
    explanation:
      'The standard allows them around the colons. Receivers that compare the items literally, such as those using Mail::DKIM, refuse the key.',
    remedy: 'Write the list without spaces.',
    source: 'RFC 6376 §3.6.1',
  },
  'dkim.unknown-type': {
    severity: 'error',
    title: 'The key type {type} is not known',
    explanation: 'Receivers know rsa and ed25519.',
    remedy: 'Correct k=.',
    source: 'RFC 8463 §3',
  },
  'dkim.ed25519-alone': {
    severity: 'warning',
    title: 'There is only an Ed25519 key',
    explanation: 'Many receivers can’t verify Ed25519 signatures yet, so mail needs an RSA signature beside it.',
    remedy: 'Publish an RSA key at another selector and sign with both.',
    source: 'RFC 8463 §3',
  },
  'dkim.other-key': {
    severity: 'error',
    title: 'Another key is published',
    explanation:
      'The provider signs with the private key of the required pair, so its signatures fail against this one.',
    remedy: 'Replace the record with the one in the manual.',
  },
  'dkim.not-revoked': {
    severity: 'warning',
    title: 'The old key is still valid',
    explanation: 'Anyone who has its private key can go on signing in the domain’s name.',
    remedy: 'Replace the record with the empty key from the manual once no mail signed with the old one is in transit.',
    source: 'RFC 6376 §3.6.1',
  },
  'dkim.flags-differ': {
    severity: 'info',
    title: 'The key is right; its flags differ ({published} instead of {required})',
    explanation: 'The public key is the same, so signatures verify.',
    remedy: 'Nothing to do, unless the flags were meant otherwise.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export const dkimFinding = declareFindings(dkimFindings);
