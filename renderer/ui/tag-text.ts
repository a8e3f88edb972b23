/** The tags that a person typed, each once. @param text several with commas. */
export function tagsOf(text: string): string[] {
  const words = text.split(',').map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ''))];
}

export function tagsAsText(tags: readonly string[] = []): string {
  return tags.join(', ');
}
