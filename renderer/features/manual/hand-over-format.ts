const REMEMBERED = 'sendwright.format';

/** The format that was chosen last in this window; plain text before one was. */
export const lastFormat = (): string => localStorage.getItem(REMEMBERED) ?? 'text';

export const rememberFormat = (id: string): void => localStorage.setItem(REMEMBERED, id);
