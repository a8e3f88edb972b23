/**
 * The domains of a workspace as a list for another one. Those that are not in use there are named in comments, so that
 * whoever means them can take them as well.
 */
export function namesAsList(domains: readonly { readonly unicodeName: string; readonly inUse: boolean }[]): string {
  const inUse = domains.filter((domain) => domain.inUse).map(({ unicodeName }) => unicodeName);
  const others = domains.filter((domain) => !domain.inUse).map(({ unicodeName }) => `# not in use: ${unicodeName}`);
  return [...inUse, ...others].join('\n');
}
