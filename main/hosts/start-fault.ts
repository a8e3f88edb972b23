/** Why the console can't start, in words, with what to do about it. */
export class StartFault extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** What a person reads of an error that kept the console from starting. */
export function toldFault(error: unknown): { readonly message: string; readonly remedy: string } {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof Error && 'remedy' in error ? String(error.remedy) : '';
  return { message, remedy };
}
