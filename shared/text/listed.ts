import { LANGUAGE } from './language.ts';

/** Lists as people read them. Formatters are made when they are first needed: each costs as much as a thousand lists. */
function lister(options: Intl.ListFormatOptions): (items: readonly string[]) => string {
  let format: Intl.ListFormat | undefined;
  return (items) => {
    const [only = ''] = items;
    if (items.length < 2) return only;
    format ??= new Intl.ListFormat(LANGUAGE, options);
    return format.format(items);
  };
}

/** `A, B and C`. */
export const allListed = lister({ type: 'conjunction' });

/** `A, B or C`. */
export const anyListed = lister({ type: 'disjunction' });

/** `A, B, C`. */
export const listed = lister({ type: 'unit', style: 'short' });
