import { startTransition, useEffect, useLayoutEffect, useState } from 'react';

/** Calls once the next frame is painted. @returns what takes it back. */
function afterFrame(call: () => void): () => void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = call;
  const frame = requestAnimationFrame(() => port2.postMessage(null));
  return () => {
    cancelAnimationFrame(frame);
    port1.close();
  };
}

/** False for the first drawing, true as soon as that is painted: for what is drawn next, at once and whole. */
export function useAfterFrame(): boolean {
  const [isPainted, setPainted] = useState(false);
  // An effect that does not hold the frame up comes after it, and would wait for another one.
  useLayoutEffect(() => afterFrame(() => setPainted(true)), []);
  return isPainted;
}

/** False for the first drawing, true once that is painted: what is not in sight at once is drawn then, a little at a time. */
export function useAfterPaint(): boolean {
  const [isPainted, setPainted] = useState(false);
  useEffect(() => afterFrame(() => startTransition(() => setPainted(true))), []);
  return isPainted;
}
