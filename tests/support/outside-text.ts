/** Text from outside that a terminal or a screen would obey: it is looked for at every door through which text goes out. */

/** Clears the screen, turns the line around, hides letters, passes for lines of ours. */
export const HOSTILE = '\u001B[2J\u009B31m\u202Egnp\u2069\u200B\u00AD\u2028ok\rok  verified';

/** The same without what no name or header may hold at all. */
export const HOSTILE_NAME = '\u009B31m\u202Egnp\u2069\u200B\u2028ok\u00AD';

/** What would be obeyed; line feeds and tabs, of which texts of several lines are made, are not. */
export const OBEYED = /(?![\n\t])\p{Cc}|[\p{Cf}\p{Zl}\p{Zp}]/u;
