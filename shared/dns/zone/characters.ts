/** Codes of the characters that mean something in master files (RFC 1035 §5.1). */

export const TAB = 9;
export const LINE_FEED = 10;
export const RETURN = 13;
export const BLANK = 32;
export const QUOTE = 34;
export const DOLLAR = 36;
export const OPEN = 40;
export const CLOSE = 41;
export const DOT = 46;
export const ZERO = 48;
export const NINE = 57;
export const SEMICOLON = 59;
export const BRACKET = 91;
export const BACKSLASH = 92;
export const DELETE = 127;
