import type { CatalogueEntry } from '../../findings/finding.ts';
import { declareFindings } from '../../findings/finding.ts';

const INTERFACE = 'Interface of the cloud email service as the documented application uses it, read 2026-11-29';

/** What the cloud email service says of the account, its keys and its sender domains. */
export const cloudServiceFindings = {
  'service.no-answer': {
    severity: 'error',
    title: 'The service gives no readable answer',
    explanation: 'It is reached, but what comes back is not an answer from its API. That says nothing about the keys.',
    remedy: 'Try again in a few minutes. If it persists, send support the bundle from the Monitoring tab.',
    source: INTERFACE,
  },
  'service.http-error': {
    severity: 'error',
    title: 'The service answers {path} with HTTP {status}',
    explanation:
      'The service reports its own errors with status 200, so this one comes from a server or proxy in front of it.',
    remedy: 'Try again in a few minutes. If it persists, send support the bundle from the Monitoring tab.',
    source: INTERFACE,
  },
  'service.redirected': {
    severity: 'error',
    title: 'The service redirects {path} to {location}',
    explanation: 'Keys are sent only to the connection URL and never after a redirect, so no request was sent there.',
    remedy: 'Ask support for a connection URL that answers directly, and enter that.',
  },
  'service.another-kind': {
    severity: 'info',
    title: 'The service does not offer the API of the cloud email service',
    explanation: 'It is reached; whether it accepts the keys can’t be checked this way.',
    remedy:
      'If the URL is right and it is a different service, describe how it checks keys in a service profile, under Advanced.',
    source: INTERFACE,
  },
  'service.answer-too-large': {
    severity: 'error',
    title: 'The service’s answer is longer than {limit}',
    explanation: 'It was not read completely, so none of it is used.',
    remedy: 'Send support the bundle from the Monitoring tab.',
  },
  'service.api-key-refused': {
    severity: 'error',
    title: 'The service refuses the API key',
    explanation:
      'It answers with code 101 ({said}): the key is mistyped, was withdrawn, or belongs to another service.',
    remedy: 'Copy the personal access key again from the account, and replace the API key.',
    source: INTERFACE,
  },
  'service.auth-key-refused': {
    severity: 'error',
    title: 'The service refuses the Auth key',
    explanation: 'It marks the Auth key as not valid (code 110, {said}): responses would not be accepted.',
    remedy: 'Copy the key for responses again from the account, replace the Auth key, and tell the service.',
    source: INTERFACE,
  },
  'service.response-domain-unreachable': {
    severity: 'error',
    title: 'The service can’t reach the domain to receive responses',
    explanation: 'It answers with code 105 ({said}): it tried from the internet, and its POSTs do not arrive.',
    remedy: 'Open the Responses tab: it shows the address and what the firewall must let through.',
    source: INTERFACE,
  },
  'service.response-domain-taken': {
    severity: 'error',
    title: 'The domain to receive responses belongs to another account',
    explanation: 'The service answers with code 109 ({said}): a response domain belongs to one account.',
    remedy: 'Ask support to release the domain, or use another one.',
    source: INTERFACE,
  },
  'service.response-domain-refused': {
    severity: 'error',
    title: 'The service does not accept the domain to receive responses',
    explanation:
      'It marks the domain as not valid: it can’t be reached from the internet, or belongs to another account.',
    remedy: 'Test the address on the Responses tab, then tell the service again: its answer then names the cause.',
    source: INTERFACE,
  },
  'service.other-response-domain': {
    severity: 'warning',
    title: 'The service sends responses to {there}',
    explanation:
      'Here the domain to receive responses is {here}; the service was not told of it, or did not accept it.',
    remedy: 'Tell the service, so that responses come to {here}; or correct the field here.',
    source: INTERFACE,
  },
  'service.responses-not-told': {
    severity: 'info',
    title: 'The service did not say whether responses arrive',
    explanation: 'Its answer says nothing about the Auth key and the domain to receive responses.',
    remedy: 'Fill in the domain and the Auth key, save, and tell the service.',
    source: INTERFACE,
  },
  'service.not-active': {
    severity: 'error',
    title: 'Bulk email is not active for this account',
    explanation: 'The service accepts the keys, but bulk email is not switched on for the account.',
    remedy: 'Ask support to switch bulk email on for the account.',
    source: INTERFACE,
  },
  'service.domains-not-listed': {
    severity: 'error',
    title: 'The service can’t list the sender domains',
    explanation: 'It answers with code 111 and {said}.',
    remedy: 'Try again in a few minutes. Nothing was changed here.',
    source: INTERFACE,
  },
  'service.domain-not-added': {
    severity: 'error',
    title: 'The service did not add the domain',
    explanation: 'It answers with code 112 and {said}. The domain stays in the list here.',
    remedy: 'Fix what the service names and add the domain there again. Public mail domains are always refused.',
    source: INTERFACE,
  },
  'service.domain-elsewhere': {
    severity: 'error',
    title: 'The domain seems to belong to another account of the service',
    explanation: 'It answers with code {code} ({said}); the newest version does this for a domain of another account.',
    remedy: 'Have the other account share the domain with this one, or ask support.',
    source: INTERFACE,
  },
  'service.domain-missing': {
    severity: 'error',
    title: 'The service says it added {domain}, but does not list it',
    explanation: 'Its answer reports success, but the list in it lacks the domain.',
    remedy: 'Ask for the list of domains again in a few minutes; if it still lacks it, ask support.',
    source: INTERFACE,
  },
  'service.domain-not-valid': {
    severity: 'warning',
    title: 'The service does not count {domain} as valid yet',
    explanation: 'It says: {said}. It may check again only after some hours.',
    remedy: 'Publish the records from the manual, check them here, then ask the service again.',
    source: INTERFACE,
  },
  'service.validates-not': {
    severity: 'info',
    title: 'The service can’t check a domain’s records on request',
    explanation: 'Only its newest version can; the others check the records on their own every few hours.',
    remedy: 'Publish the records and check them here; then ask for the list of domains again.',
    source: INTERFACE,
  },
  'service.record-differs': {
    severity: 'advice',
    title: 'The service asks for another {type} record at {name} than the template',
    explanation: 'The service: {service}. The record template: {template}. What the service asks for is prepared.',
    remedy: 'Publish the service’s record. If it does not verify there, ask support which of the two is right.',
    source: INTERFACE,
  },
  'service.dmarc-asks-more': {
    severity: 'advice',
    title: 'The service’s DMARC record for {domain} asks for more than is prepared',
    explanation:
      'It asks for {asked}. The policy here is chosen for everyone who sends for the domain, not only for the service.',
    remedy: 'Set it in the domain’s configuration if you want it. The service does not need it to verify.',
    source: INTERFACE,
  },
  'service.unknown-code': {
    severity: 'error',
    title: 'The service answers with an error that is not documented (code {code})',
    explanation: 'It says {said}. That does not tell what is wrong.',
    remedy: 'Send support the code and the bundle from the Monitoring tab.',
    source: INTERFACE,
  },
} as const satisfies Record<string, CatalogueEntry>;

export const cloudServiceFinding = declareFindings(cloudServiceFindings);
