import { providerTemplates } from '../../../shared/providers/catalogue.ts';
import type { App, Session, WebContents } from 'electron';

/** The window's own origin, served by the product's protocol (checklist 18: no `file://`). */
export const APP_ORIGIN = 'sendwright://console';

/** Places outside that a person may be sent to: the mail program, and pages that a finding or a template cites. */
const EXTERNAL_HOSTS: ReadonlySet<string> = new Set([
  'www.rfc-editor.org',
  'datatracker.ietf.org',
  'support.google.com',
  'senders.yahooinc.com',
  'learn.microsoft.com',
  'academy.creatio.com',
  ...providerTemplates.flatMap(({ source }) => (URL.canParse(source.url) ? [new URL(source.url).hostname] : [])),
]);

/**
 * Whether an address may be handed to the operating system to open.
 *
 * @param address as the window asked for it.
 */
export function mayOpenOutside(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.protocol === 'mailto:') return true;
  return url.protocol === 'https:' && url.port === '' && url.username === '' && EXTERNAL_HOSTS.has(url.hostname);
}

/** Whether the window itself may go there: its own pages only. */
export function mayNavigate(address: string): boolean {
  return URL.canParse(address) && address.startsWith(`${APP_ORIGIN}/`);
}

export interface GuardParts {
  readonly app: Pick<App, 'on'>;
  readonly session: Pick<
    Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
  >;
  readonly openOutside: (address: string) => void;
}

/**
 * Denies by default, for every contents there will ever be: navigation, new windows, webviews, permissions and devices
 * (checklist 5, 12, 13, 14 and 15). Links on the allow list open outside.
 */
export function installGuards({ app, session, openOutside }: GuardParts): void {
  session.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(permission === 'clipboard-sanitized-write'),
  );
  session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
  session.setDevicePermissionHandler(() => false);

  app.on('web-contents-created', (_event, contents: WebContents) => {
    const refuseForeign = (event: { preventDefault: () => void; url: string }) => {
      if (!mayNavigate(event.url)) event.preventDefault();
    };
    contents.on('will-navigate', refuseForeign);
    contents.on('will-redirect', refuseForeign);
    contents.on('will-frame-navigate', refuseForeign);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      if (mayOpenOutside(url)) openOutside(url);
      return { action: 'deny' };
    });
  });
}
