import { SaxesParser } from 'saxes';
import type { Finding } from '../findings/finding.ts';
import { policiesFinding } from './findings.ts';

/** The logo of BIMI: an SVG file of the profile Tiny Portable/Secure (draft-svg-tiny-ps-abrotman). */

/** Octets; larger logos are passed over by some receivers. */
export const LARGEST_LOGO = 32 * 1024;
const SVG = 'http://www.w3.org/2000/svg';
const MOST_DEPTH = 100;
/** What the profile has none of: scripts, animation, links out, pictures of points, media, text of HTML. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'a',
  'animate',
  'animateColor',
  'animateMotion',
  'animateTransform',
  'animation',
  'audio',
  'discard',
  'foreignObject',
  'handler',
  'image',
  'listener',
  'mpath',
  'prefetch',
  'script',
  'set',
  'video',
]);

class Refused extends Error {}

/** What of an attribute the profile does not have; null where it may stand. */
function attributeFault(name: string, value: string): string | null {
  if (/^on/i.test(name)) return `${name}= reacts to events`;
  if (/^(?:xlink:)?href$/.test(name) && !value.startsWith('#'))
    return `${name}="${value.slice(0, 60)}" leads out of the file`;
  if (!name.startsWith('xmlns') && /url\(\s*['"]?(?!#)[^)]/i.test(value)) return `${name}= leads out of the file`;
  return null;
}

/** What of the root element the profile asks for and does not find. */
function rootFaults(name: string, uri: string, attribute: (name: string) => string | undefined): readonly string[] {
  if (name !== 'svg' || uri !== SVG) return ['the root element is not svg of the SVG namespace'];
  return [
    ...(attribute('version') === '1.2' ? [] : ['version="1.2" is missing']),
    ...(attribute('baseProfile') === 'tiny-ps' ? [] : ['baseProfile="tiny-ps" is missing']),
    ...(attribute('x') === undefined && attribute('y') === undefined ? [] : ['the root element has x= or y=']),
  ];
}

/** Whether receivers, which show a square or a circle, would show all of it and nothing beside it. */
function isSquare(viewBox: string | undefined): boolean {
  const [, , width, height] = (viewBox ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  return width !== undefined && width > 0 && width === height;
}

/**
 * Checks a logo. Never throws.
 *
 * @param text the whole file.
 */
export function lintBimiLogo(text: string): readonly Finding[] {
  const faults = new Set<string>();
  let depth = 0;
  let titles = 0;
  let inTitle = false;
  let title = '';
  let square = true;
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('doctype', () => {
    throw new Refused('it declares a document type');
  });
  parser.on('processinginstruction', () => void faults.add('it has a processing instruction'));
  parser.on('error', () => {
    throw new Refused('it is no well-formed XML');
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (depth === 0) {
      for (const fault of rootFaults(local, uri, (name) => attributes[name]?.value)) faults.add(fault);
      square = isSquare(attributes.viewBox?.value);
    }
    if (uri === SVG && FORBIDDEN.has(local)) faults.add(`<${local}> is no element of the profile`);
    for (const { name, value } of Object.values(attributes)) {
      const fault = attributeFault(name, value);
      if (fault !== null) faults.add(fault);
    }
    inTitle = depth === 1 && uri === SVG && local === 'title';
    if (inTitle) titles += 1;
    depth += 1;
    if (depth > MOST_DEPTH) throw new Refused('its elements lie too deep');
  });
  parser.on('text', (part) => {
    if (inTitle) title += part;
  });
  parser.on('closetag', () => {
    inTitle = false;
    depth -= 1;
  });
  try {
    parser.write(text).close();
    if (titles === 0 || title.trim() === '') faults.add('the root element has no title');
  } catch (error) {
    faults.add(error instanceof Refused ? error.message : 'it is no well-formed XML');
  }
  return [
    ...[...faults].slice(0, 20).map((fault) => policiesFinding('bimi.logo-profile', { fault })),
    ...(square ? [] : [policiesFinding('bimi.logo-shape')]),
  ];
}
