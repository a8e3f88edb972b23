/** A string in YAML: JSON's double-quoted form is YAML's too, once what YAML doesn't let stand as it is is escaped. */
export function yamlText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
