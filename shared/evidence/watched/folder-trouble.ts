/** Why a watched folder could not be looked through. */
export const FOLDER_TROUBLE_WORDS = {
  missing: 'it is not there',
  'not-permitted': 'this account may not read it',
  disk: 'the disk can’t read it',
} as const;

export type FolderTrouble = keyof typeof FOLDER_TROUBLE_WORDS;
