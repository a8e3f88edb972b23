/**
 * The calls of the cloud email service that the console makes: paths and bodies, exactly as the documented application
 * sends them. Every call is a POST of JSON; keys travel in the body and nowhere else.
 */

export interface ServiceCall {
  /** Below the connection URL. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The keys of one call, in the clear. The API key is sent without the white space around it, the Auth key as it is. */
export interface ServiceKeys {
  readonly apiKey: string;
  /** Empty when none is set. */
  readonly authKey: string;
}

export const calls = {
  /** What the service knows of the account, and whether it takes the keys. */
  accountInfo: ({ apiKey, authKey }: ServiceKeys): ServiceCall => ({
    path: '/account/info.json',
    body: { key: apiKey.trim(), authKey },
  }),
  /** Tells the service where responses go and how they are authenticated. */
  updateUserSettings: ({ apiKey, authKey }: ServiceKeys, responseDomain: string): ServiceCall => ({
    path: '/account/update-user-settings.json',
    body: { key: apiKey.trim(), webHookAppDomain: responseDomain, authKey },
  }),
  /** @param providerName as the service names it; null for the account's own. */
  senderDomains: ({ apiKey }: ServiceKeys, providerName: string | null): ServiceCall => ({
    path: '/account/mailing/sender-domains.json',
    body: { key: apiKey.trim(), providerName },
  }),
  addSenderDomain: ({ apiKey }: ServiceKeys, domain: string, providerName: string | null): ServiceCall => ({
    path: '/account/mailing/sender-domains/add.json',
    body: { key: apiKey.trim(), domain, providerName },
  }),
  /** Known to the newest service alone. */
  validateSenderDomain: ({ apiKey }: ServiceKeys, domain: string, providerName: string | null): ServiceCall => ({
    path: '/account/mailing/sender-domains/validate.json',
    body: { apiKey: apiKey.trim(), domain, providerName },
  }),
  /** Whether mail may be sent from these addresses. */
  checkedEmails: ({ apiKey }: ServiceKeys, emails: readonly string[]): ServiceCall => ({
    path: '/account/mailing/checked-email.json',
    body: { key: apiKey.trim(), emails },
  }),
  /** Has the service confirm these addresses: it may send a mail to each. */
  validateSenders: (
    { apiKey }: ServiceKeys,
    emailList: readonly string[],
    providerName: string | null,
  ): ServiceCall => ({ path: '/users/validate', body: { key: apiKey.trim(), emailList, providerName } }),
  providers: ({ apiKey }: ServiceKeys): ServiceCall => ({
    path: '/account/mailing/providers',
    body: { apiKey: apiKey.trim() },
  }),
  licence: ({ apiKey }: ServiceKeys): ServiceCall => ({ path: '/license/get-info', body: { key: apiKey.trim() } }),
} as const;
