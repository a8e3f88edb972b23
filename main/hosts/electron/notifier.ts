import type { Notification, NotificationConstructorOptions } from 'electron';
import type { Notifier } from '../../core/ports.ts';

export interface NotifierParts {
  readonly newNotification: (options: NotificationConstructorOptions) => Pick<Notification, 'on' | 'show'>;
  readonly open: () => void;
}

/** As many as a person may still press: an older one is gone from the screen, too. */
const MOST_KEPT = 20;

/** Tells by the system's notifications; pressing one opens the window at what it told of. */
export function createNotifier({ newNotification, open }: NotifierParts): Notifier {
  // One that nobody holds on to is collected, and its press is not heard.
  const kept: Pick<Notification, 'on' | 'show'>[] = [];
  return {
    notify(title, body, pressed) {
      const notification = newNotification({ title, body });
      notification.on('click', () => {
        pressed();
        open();
      });
      kept.push(notification);
      while (kept.length > MOST_KEPT) kept.shift();
      notification.show();
    },
  };
}
