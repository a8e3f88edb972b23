import layout from '../../ui/layout.module.css';

/** What somebody should know who wonders why a domain is verified at all. */
export function AboutVerifying() {
  return (
    <details className={layout.details}>
      <summary>Why verify, what holds until then, and how long it takes</summary>
      <ul className={layout.list}>
        <li>
          <b>Why.</b> With a verified domain mail shows your own address as its sender, without “via” another name, and
          receivers can tell your mail from mail that somebody else sends in your name.
        </li>
        <li>
          <b>Until then.</b> The documentation allows 500 messages a day from a domain that is not verified (50 in some
          older versions). Public mail domains, such as gmail.com, can’t be verified.
        </li>
        <li>
          <b>How long.</b> A new record is seen at once or after the TTL of what was there before; the service checks
          again on its own within 24 to 48 hours. Every subdomain that sends is verified separately.
        </li>
      </ul>
    </details>
  );
}
