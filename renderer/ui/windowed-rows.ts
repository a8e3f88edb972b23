import { useCallback, useLayoutEffect, useRef, useState } from 'react';

/** Rows drawn above and below those in sight, so that scrolling does not outrun the drawing. */
const SPARE_ROWS = 6;
/** Of the window's height, in CSS pixels, what stands above a list: a guess, measured right after the first drawing. */
const USUAL_REST = 254;

export interface WindowedRows {
  /** The scrolling box. */
  readonly box: React.RefObject<HTMLDivElement | null>;
  /** Index of the first row to draw, and of the row after the last. */
  readonly first: number;
  readonly end: number;
  /** Rows that fit into the box. */
  readonly page: number;
  readonly onScroll: () => void;
  /** Scrolls a row into sight, below the heading. */
  readonly reveal: (index: number) => void;
}

/**
 * Which of many rows of one height are to be drawn, by where their box is scrolled to.
 *
 * @param count of all rows.
 * @param rowHeight in CSS pixels.
 * @param headHeight of the heading that stays at the top of the box, in CSS pixels.
 */
export function useWindowedRows(count: number, rowHeight: number, headHeight: number): WindowedRows {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({
    top: 0,
    page: Math.max(1, Math.ceil((window.innerHeight - USUAL_REST - headHeight) / rowHeight)),
    // What is out of sight is not worth waiting for: it is drawn once the first rows are measured.
    spare: 0,
  });

  const onScroll = useCallback(() => {
    const element = box.current;
    if (element === null) return;
    // Whole rows alone: scrolling by a part of one draws nothing anew.
    const top = Math.floor(element.scrollTop / rowHeight);
    const page = Math.max(1, Math.ceil((element.clientHeight - headHeight) / rowHeight));
    setPlace((before) =>
      before.top === top && before.page === page && before.spare === SPARE_ROWS
        ? before
        : { top, page, spare: SPARE_ROWS },
    );
  }, [rowHeight, headHeight]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => requestAnimationFrame(onScroll));
    observer.observe(element);
    return () => observer.disconnect();
  }, [onScroll]);

  const reveal = useCallback(
    (index: number) => {
      const element = box.current;
      if (element === null) return;
      const top = index * rowHeight;
      const room = element.clientHeight - headHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight > element.scrollTop + room) element.scrollTop = top + rowHeight - room;
    },
    [rowHeight, headHeight],
  );

  const first = Math.max(0, Math.min(place.top, count - place.page) - place.spare);
  const end = Math.min(count, place.top + place.page + place.spare);
  return { box, first, end, page: place.page, onScroll, reveal };
}
