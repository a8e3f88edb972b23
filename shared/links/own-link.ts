/** What can be told of a link without reading it: it is asked of every start, before anything else is there. */

/** Whether something is an address of the product's own scheme at all. */
export function isOwnLink(text: string): boolean {
  return /^sendwright:/i.test(text);
}

const HOST = /^sendwright:\/\/([^/?#]*)/i;

/** Whether it names one of the window's own pages, which nobody may ask for from outside. */
export function isConsoleLink(text: string): boolean {
  return HOST.exec(text)?.[1]?.toLowerCase() === 'console';
}
