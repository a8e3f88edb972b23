import { OutsideText } from '../../ui/outside-text.tsx';

/** What a hand-over's file has no room for; nothing where it tells all. */
export function FileRemarks({ remarks = [] }: { readonly remarks?: readonly string[] | undefined }) {
  if (remarks.length === 0) return null;
  return (
    <div role="note" aria-label="Not in the file">
      <p>This file format can’t express:</p>
      <ul>
        {remarks.map((line) => (
          <li key={line}>
            <OutsideText text={line} />
          </li>
        ))}
      </ul>
    </div>
  );
}
