import type { ServiceProfile } from '../../shared/service/profile.ts';

/** A service of another kind than the cloud email service: keys in headers, the outcome in the HTTP status. */
export const headerProfile: ServiceProfile = {
  method: 'GET',
  path: '/v1/account',
  apiKeyHeader: 'X-Api-Key',
  apiKeyValue: '{key}',
  authKeyHeader: 'X-Auth-Key',
  statuses: {
    '200': 'accepted',
    '401': 'wrong-api-key',
    '403': 'wrong-auth-key',
    '409': 'domain-of-another-account',
    '424': 'response-domain-unreachable',
    '503': 'unavailable',
  },
};
