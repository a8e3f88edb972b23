import { countText } from '../../../shared/text/counted.ts';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';

/** Rows drawn at first, and added by each press. */
const PAGE = 50;

/**
 * The first rows of many, and a button for more.
 *
 * @returns `more` is null where all were there from the beginning; the button stays when the last rows have come, with the focus on it.
 */
export function usePaged<Item>(items: readonly Item[]): { readonly shown: readonly Item[]; readonly more: ReactNode } {
  const [count, setCount] = useState(PAGE);
  const left = items.length - count;
  const word = left > 0 ? `Show ${Math.min(PAGE, left)} more of ${countText(items.length)}` : 'All are shown';
  return {
    shown: items.slice(0, count),
    more:
      items.length <= PAGE ? null : (
        <div>
          <Button isPending={left <= 0} onPress={() => setCount(count + PAGE)}>
            {word}
          </Button>
        </div>
      ),
  };
}
