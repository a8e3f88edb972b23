/** What the window calls the fields, wherever people read of one. Apart from the schemas, which no window loads. */
export const settingLabels = {
  serviceUrl: 'Cloud services connection URL',
  responseDomain: 'Domain to receive responses',
  recordTemplate: 'Record template',
  recordTemplateMode: 'Setup method',
  extraCa: 'Extra CA certificates',
  monitoringEnabled: 'Monitoring',
  applicationHosting: 'Where the application runs',
  applicationBuild: 'How the application is built',
  serviceProfile: 'Service profile',
  resolver: 'DNS server for checks',
  publicResolvers: 'Resolvers to compare with',
  fallbackResolvers: 'Resolvers to fall back on',
  dmarcReportAddress: 'Address for DMARC reports',
  supportAddress: 'Address of support',
} as const;

export type SettingName = keyof typeof settingLabels;
