import { quotedText } from './format.ts';

/** A string in YAML: JSON's double-quoted form is YAML's too, once what YAML doesn't let stand as it is is escaped. */
export function yamlText(text: string): string {
  return quotedText(text, (codePoint) => `\\U${codePoint}`).replace(
    /[\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );
}
