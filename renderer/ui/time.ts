/** Makes a value when it is first asked for: a formatter costs the first paint 10 ms and more, and is seldom on it. */
export function whenNeeded<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const dateTime = whenNeeded(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }));
const clock = whenNeeded(() => new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }));
const day = whenNeeded(() => new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }));

/** An instant as people say it: the time today, the date and time otherwise. */
export function shortTime(instant: number): string {
  const isToday = new Date(instant).toDateString() === new Date().toDateString();
  return isToday ? clock().format(instant) : longTime(instant);
}

/** An instant with its date. */
export function longTime(instant: number): string {
  return dateTime().format(instant);
}

export function shortDay(instant: number): string {
  return day().format(instant);
}

/** Milliseconds as `12 ms`, `1.4 s` or `3 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 90_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.round(milliseconds / 60_000)} min`;
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Offers a text, or octets in parts, as a file to save. */
export function saveFile(fileName: string, mediaType: string, content: string | Uint8Array<ArrayBuffer>[]): void {
  const parts = typeof content === 'string' ? [content] : content;
  const url = URL.createObjectURL(new Blob(parts, { type: mediaType }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
