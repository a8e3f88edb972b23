/** The views of a workspace, in their order. */
export const tabs = [
  { id: 'settings', label: 'General settings' },
  { id: 'domains', label: 'Sender domains' },
  { id: 'responses', label: 'Responses' },
  { id: 'monitoring', label: 'Monitoring' },
  { id: 'evidence', label: 'Evidence' },
  { id: 'activity', label: 'Activity' },
] as const;

export type TabId = (typeof tabs)[number]['id'];
