/** From the first DMARC record to the strictest, in the order in which each step is safe. */
export const policyRungs = ['Watch', 'Reports', 'Quarantine, test', 'Quarantine', 'Reject, test', 'Reject'] as const;
