import { useState } from 'react';
import type { SettingsFields } from '../../../shared/contract/settings.ts';
import { providerTemplates } from '../../../shared/providers/catalogue.ts';
import { DOCUMENTED_SUPPORT, keysRequest, providerRequest } from '../../../shared/service/support-mail.ts';
import { Letter } from '../service/Letter.tsx';
import { Field, Segments, Select } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { type } from './store.ts';

/** Where the keys come from, and the letters to support: for keys and address, and for another provider. */
export function Letters(props: {
  readonly fields: SettingsFields;
  /** The provider as the service names it. */
  readonly current: string | null;
  readonly fault: string | undefined;
}) {
  const { fields, current } = props;
  const [about, setAbout] = useState('keys');
  const [wanted, setWanted] = useState('sendgrid');
  const facts = { to: fields.supportAddress, serviceUrl: fields.serviceUrl, responseDomain: fields.responseDomain };
  const provider = providerTemplates.find((template) => template.id === wanted)?.name ?? wanted;
  return (
    <details className={layout.details}>
      <summary>Where the keys come from, and how to change the provider</summary>
      <div className={layout.stack}>
        <p className={layout.muted}>
          The API key is the personal access key to the service’s account; the Auth key authenticates the responses that
          the service sends back. Both come with the connection URL from support, once the licences are installed. The
          provider can only be changed by support.
        </p>
        <div className={layout.two}>
          <Field
            label="Address of support"
            value={fields.supportAddress}
            onChange={(value) => type('supportAddress', value)}
            fault={props.fault}
            placeholder={DOCUMENTED_SUPPORT}
            help={`The letters are addressed to it. The documentation of 7.14 names ${DOCUMENTED_SUPPORT}.`}
          />
          {about === 'provider' && (
            <Select
              label="Ask for another provider"
              value={wanted}
              onChange={setWanted}
              choices={providerTemplates
                .filter((template) => template.id !== 'custom')
                .map(({ id, name }) => ({ id, label: name }))}
            />
          )}
        </div>
        <div className={layout.row}>
          <Segments
            label="Letter"
            value={about}
            onChange={setAbout}
            choices={[
              { id: 'keys', label: 'Keys and URL' },
              { id: 'provider', label: 'Another provider' },
            ]}
          />
        </div>
        <Letter mail={about === 'keys' ? keysRequest(facts) : providerRequest(facts, current, provider)} />
      </div>
    </details>
  );
}
