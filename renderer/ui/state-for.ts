import { useCallback, useLayoutEffect, useRef, useState } from 'react';

/**
 * State of one thing at a time, in a component that stays when another thing takes its place: it begins anew then, and what
 * is said late of the thing before is lost, as it would be in a component that was made for each.
 *
 * @param of names the thing.
 * @param initial what the state of another thing begins with.
 */
export function useStateFor<Value>(
  of: string | number,
  initial: Value,
): readonly [Value, (next: Value | ((known: Value) => Value)) => void] {
  const [held, setHeld] = useState({ of, value: initial });
  const current = useRef(of);
  useLayoutEffect(() => {
    current.current = of;
  }, [of]);
  if (held.of !== of) setHeld({ of, value: initial });
  const set = useCallback(
    (next: Value | ((known: Value) => Value)) => {
      if (current.current !== of) return;
      setHeld((known) => ({ of, value: next instanceof Function ? next(known.value) : next }));
    },
    [of],
  );
  return [held.of === of ? held.value : initial, set];
}
