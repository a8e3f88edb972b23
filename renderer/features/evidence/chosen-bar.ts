import type { KeyboardEvent, PointerEvent } from 'react';
import { useState } from 'react';

/** Fewer bars leave room, so that one day is no wall. */
const LEAST_SLOTS = 31;

/** Where a key leads to in a picture of so many bars; null for a key that leads nowhere. */
function moved(key: string, at: number, last: number): number | null {
  if (key === 'ArrowLeft' || key === 'ArrowDown') return Math.max(0, at - 1);
  if (key === 'ArrowRight' || key === 'ArrowUp') return Math.min(last, at + 1);
  if (key === 'Home') return 0;
  return key === 'End' ? last : null;
}

/**
 * The bar of a picture that keys and pointer choose, the last one at first; what is under the pointer is told by the first
 * drawing within the element.
 *
 * @returns the place of the bar, the places there are, and the properties of the element that reads the bars out.
 */
export function useChosenBar(bars: number) {
  const [chosen, setChosen] = useState<number | null>(null);
  const last = bars - 1;
  const at = Math.min(chosen ?? last, last);
  const slots = Math.max(bars, LEAST_SLOTS);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(event.key, at, last);
    if (next === null) return;
    event.preventDefault();
    setChosen(next);
  };
  const onPointer = (event: PointerEvent<HTMLElement>) => {
    const drawing = event.currentTarget.querySelector('svg')?.getBoundingClientRect();
    if (drawing === undefined) return;
    setChosen(Math.max(0, Math.min(last, Math.floor(((event.clientX - drawing.left) / drawing.width) * slots))));
  };
  return {
    at,
    slots,
    slider: {
      role: 'slider',
      tabIndex: 0,
      'aria-valuemin': 0,
      'aria-valuemax': last,
      'aria-valuenow': at,
      onKeyDown,
      onPointerMove: onPointer,
      onPointerDown: onPointer,
    },
  } as const;
}
