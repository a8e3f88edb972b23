import type { DomainPolicies } from '../../../shared/policy/extras.ts';
import type { ShownError } from '../../session/errors.ts';
import { Field, Select, Switch } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import styles from './Configure.module.css';

const none: DomainPolicies = { mtaSts: null, tlsRpt: null, bimi: null };

const MODES = [
  { id: 'testing', label: 'Testing: report, deliver as before' },
  { id: 'enforce', label: 'Enforce: only over verified TLS' },
  { id: 'none', label: 'None: withdraw the policy' },
] as const;

const DAY_SECONDS = 86_400;
const AGES = [1, 7, 30, 180, 365].map((days) => ({
  id: String(days * DAY_SECONDS),
  label: days === 1 ? '1 day' : `${days} days`,
}));

/** MTA-STS, TLS reporting and BIMI: extras that never hold a domain back. */
export function PoliciesPart(props: {
  readonly policies: DomainPolicies | undefined;
  readonly error: ShownError | null;
  readonly onChange: (policies: DomainPolicies) => void;
}) {
  const policies = props.policies ?? none;
  const change = (part: Partial<DomainPolicies>) => props.onChange({ ...policies, ...part });
  const faultAt = (path: string) => props.error?.fields[`configuration.policies.${path}`];
  const { mtaSts, tlsRpt, bimi } = policies;
  const mxFault = [
    faultAt('mtaSts.mx'),
    ...(mtaSts?.mx ?? []).map((_name, index) => faultAt(`mtaSts.mx.${index}`)),
  ].find((fault) => fault !== undefined);
  const ageKnown = AGES.some(({ id }) => id === String(mtaSts?.maxAge));
  return (
    <section className={styles.part}>
      <h3>Extras</h3>
      <Switch
        label="MTA-STS: mail to this domain over verified TLS"
        isOn={mtaSts !== null}
        onChange={(isOn) =>
          change({ mtaSts: isOn ? { mode: 'testing', mx: [], maxAge: 7 * DAY_SECONDS, host: null, id: null } : null })
        }
      />
      {mtaSts !== null && (
        <div className={styles.provider}>
          <div className={layout.two}>
            <Select
              label="Mode"
              value={mtaSts.mode}
              onChange={(mode) => change({ mtaSts: { ...mtaSts, mode: mode as typeof mtaSts.mode } })}
              choices={MODES}
            />
            <Select
              label="Kept for"
              value={String(mtaSts.maxAge)}
              onChange={(age) => change({ mtaSts: { ...mtaSts, maxAge: Number(age) } })}
              choices={ageKnown ? AGES : [...AGES, { id: String(mtaSts.maxAge), label: `${mtaSts.maxAge} seconds` }]}
            />
          </div>
          <Field
            label="Mail servers"
            value={mtaSts.mx.join('\n')}
            onChange={(text) => change({ mtaSts: { ...mtaSts, mx: text === '' ? [] : text.split(/[\s,]+/) } })}
            rows={3}
            fault={mxFault}
            placeholder={'mx1.example.com\n*.mail.example.net'}
            help="The host names of the domain’s MX records, one to a line."
            isMono
          />
          <Field
            label="Web server of the policy"
            value={mtaSts.host ?? ''}
            onChange={(host) => change({ mtaSts: { ...mtaSts, host: host.trim() === '' ? null : host.trim() } })}
            fault={faultAt('mtaSts.host')}
            placeholder="mta-sts.example.net"
            help="The host that serves the policy file; a CNAME points to it. Empty: set up elsewhere."
            isMono
          />
        </div>
      )}
      <Switch
        label="TLS reports (TLS-RPT)"
        isOn={tlsRpt !== null}
        onChange={(isOn) => change({ tlsRpt: isOn ? { reportAddress: '' } : null })}
      />
      {tlsRpt !== null && (
        <Field
          label="TLS reports to"
          value={tlsRpt.reportAddress}
          onChange={(reportAddress) => change({ tlsRpt: { reportAddress } })}
          fault={faultAt('tlsRpt.reportAddress')}
          placeholder="tls-reports@example.com"
          help="A mail address, or an https address that takes reports."
        />
      )}
      <Switch
        label="BIMI: a logo beside the mail"
        isOn={bimi !== null}
        onChange={(isOn) => change({ bimi: isOn ? { logo: '', evidence: '' } : null })}
      />
      {bimi !== null && (
        <div className={layout.two}>
          <Field
            label="Address of the logo"
            value={bimi.logo}
            onChange={(logo) => change({ bimi: { ...bimi, logo } })}
            fault={faultAt('bimi.logo')}
            placeholder="https://example.com/logo.svg"
            help="An SVG file (Tiny PS). Mailbox providers show it only with DMARC at quarantine or reject."
            isMono
          />
          <Field
            label="Address of the certificate"
            value={bimi.evidence}
            onChange={(evidence) => change({ bimi: { ...bimi, evidence } })}
            fault={faultAt('bimi.evidence')}
            placeholder="https://example.com/logo.pem"
            help="A mark certificate, where there is one."
            isMono
          />
        </div>
      )}
    </section>
  );
}
