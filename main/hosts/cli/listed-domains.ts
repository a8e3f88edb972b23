import type { CoreClient } from '../../../shared/contract/index.ts';
import type { DomainRow } from '../../../shared/contract/domains.ts';

/** Domains that are listed already, by the names that a command is given. */

/** What is asked of one listed domain. */
export interface Target {
  readonly workspaceId: number;
  readonly domainId: number;
}

/**
 * The rows of these names, in the order of the list. A name may be written in A-labels or U-labels.
 *
 * @throws RangeError that names those which are not listed.
 */
export function rowsNamed(rows: readonly DomainRow[], names: readonly string[]): readonly DomainRow[] {
  const wanted = new Set(names.map((name) => name.toLowerCase().replace(/\.$/, '')));
  const found = rows.filter((row) => wanted.has(row.name) || wanted.has(row.unicodeName));
  const known = new Set(found.flatMap((row) => [row.name, row.unicodeName]));
  const unknown = [...wanted].filter((name) => !known.has(name));
  if (unknown.length > 0) throw new RangeError(`Not listed: ${unknown.join(', ')}. Add them with domains add.`);
  return found;
}

/** The listed domain of that name. @throws RangeError where there is none. */
export async function domainNamed(client: CoreClient, workspaceId: number, name: string): Promise<Target> {
  const [row] = rowsNamed(await client.domains.list({ workspaceId }), [name]);
  if (row === undefined) throw new RangeError('No domain was named. Write it after the command.');
  return { workspaceId, domainId: row.id };
}

/**
 * The numbers of the domains that are named, or of all in use.
 *
 * @throws RangeError where a name is not listed, none is given, or names are given beside `--all`.
 */
export function chosenIds(rows: readonly DomainRow[], names: readonly string[], isAll: boolean): number[] {
  if (isAll && names.length > 0) throw new RangeError('--all means every domain in use. Give either names or --all.');
  if (!isAll && names.length === 0)
    throw new RangeError('No domain was named. Write domains after the command, or --all for every one in use.');
  const chosen = isAll ? rows.filter(({ inUse }) => inUse) : rowsNamed(rows, names);
  if (chosen.length === 0) throw new RangeError('There is no domain in use. Add one with domains add.');
  return chosen.map(({ id }) => id);
}
