/**
 * What serves the window: the core and what carries its calls. It is most of the program, so that it is read in while
 * Chromium makes the window, and not before.
 */
export { composeCore } from '../../core/compose.ts';
export { damageOf, putBack } from '../../core/copies.ts';
export { servePort } from '../rpc.ts';
