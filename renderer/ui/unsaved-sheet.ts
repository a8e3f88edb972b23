/** Asks for the open sheet whether what was typed in it may be thrown away; null where closing it loses nothing. */
let ask: (() => void) | null = null;

/** @returns what takes the question back. */
export function askBeforeLeaving(question: () => void): () => void {
  ask = question;
  return () => {
    if (ask === question) ask = null;
  };
}

/** Has the open sheet ask, where leaving it would lose what was typed. @returns whether it does. */
export function asksBeforeLeaving(): boolean {
  ask?.();
  return ask !== null;
}
