import type { SenderOverTime } from './sender-volume.ts';
import type { SenderKind } from './senders.ts';

/** Mail before a time and from it on. */
export interface BeforeAndAfter {
  readonly name: string;
  readonly kind: SenderKind | null;
  readonly before: { readonly messages: number; readonly passing: number };
  readonly after: { readonly messages: number; readonly passing: number };
}

/** @param first the stretch that the time after the change begins with. */
export function beforeAndAfter(senders: readonly SenderOverTime[], first: number): readonly BeforeAndAfter[] {
  const sum = (figures: readonly number[]) => figures.reduce((all, each) => all + each, 0);
  return senders.map(({ name, kind, messages, passing }) => ({
    name,
    kind,
    before: { messages: sum(messages.slice(0, first)), passing: sum(passing.slice(0, first)) },
    after: { messages: sum(messages.slice(first)), passing: sum(passing.slice(first)) },
  }));
}
