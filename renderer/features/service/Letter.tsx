import type { PreparedMail } from '../../../shared/service/support-mail.ts';
import { CopyButton } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';

/** A letter that is ready to be sent: to whom, what, and the two ways to take it along. */
export function Letter({ mail }: { readonly mail: PreparedMail }) {
  const { to, subject, body, mailto } = mail;
  const head = [...(to === '' ? [] : [`To: ${to}`]), `Subject: ${subject}`].join('\n');
  return (
    <div className={layout.stack}>
      <pre className={layout.code}>{`${head}\n\n${body}`}</pre>
      <div className={layout.row}>
        <CopyButton text={`${subject}\n\n${body}`} label="Copy the letter" isNamed />
        <a href={mailto}>Open in the mail program</a>
      </div>
    </div>
  );
}
