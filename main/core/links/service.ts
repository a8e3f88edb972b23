import type { Link } from '../../../shared/contract/links.ts';
import { readLink } from '../../../shared/links/domain-link.ts';
import type { Store } from '../../store/store.ts';
import type { Changes } from '../state/changes.ts';

/** What links from outside ask the window to show. They change nothing. */
export interface Links {
  /** Shows in the window what a link asks for; one that is not taken from outside is left alone. */
  readonly open: (text: string) => void;
  /** Shows a domain that the console itself has told of. */
  readonly show: (workspaceId: number, domain: { readonly id: number; readonly unicodeName: string }) => void;
  /** What the window has not seen to yet; null: nothing. */
  readonly pending: () => Link | null;
  /** The window has seen to it. */
  readonly taken: (id: number) => void;
}

/** @returns where the domain is, or why it can't be shown; null for a link that is ignored. */
function find({ store }: { readonly store: Store }, text: string): Omit<Link, 'id'> | null {
  const link = readLink(text);
  if (link.kind === 'ignored') return null;
  if (link.kind === 'malformed')
    return { domain: null, places: [], trouble: { message: link.message, remedy: link.remedy } };
  const places = store.workspaces.list().flatMap(({ id, name }) => {
    const domainId = store.domains.idOf(id, link.ascii);
    return domainId === null ? [] : [{ workspaceId: id, workspace: name, domainId }];
  });
  const trouble = {
    message: `No workspace has ${link.unicode}, which a link asks for`,
    remedy: 'Add it under Sender domains in the workspace that it belongs to. Nothing was changed.',
  };
  return { domain: link.unicode, places, trouble: places.length === 0 ? trouble : null };
}

export function createLinks(context: { readonly store: Store; readonly changes: Changes }): Links {
  let lastId = 0;
  let pending: Link | null = null;
  const ask = (found: Omit<Link, 'id'>) => {
    lastId += 1;
    // Whoever presses a second link wants that one.
    pending = { id: lastId, ...found };
    context.changes.publish({ kind: 'link', link: pending });
  };
  return {
    open(text) {
      const found = find(context, text);
      if (found !== null) ask(found);
    },
    show(workspaceId, { id, unicodeName }) {
      const workspace = context.store.workspaces.find(workspaceId)?.name;
      if (workspace !== undefined)
        ask({ domain: unicodeName, places: [{ workspaceId, workspace, domainId: id }], trouble: null });
    },
    pending: () => pending,
    taken(id) {
      if (pending?.id === id) pending = null;
    },
  };
}
