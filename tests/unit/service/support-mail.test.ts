import { describe, expect, it } from 'vitest';
import { keysRequest, monitoringRequest, providerRequest } from '../../../shared/service/support-mail.ts';

const facts = {
  to: 'support+bulk@example.com',
  serviceUrl: 'https://service.example.com',
  responseDomain: 'https://crm.example.com',
};

describe('letters to support', () => {
  it('are addresses that a mail program takes (RFC 6068)', () => {
    const mail = providerRequest(facts, 'Elastic Email', 'SendGrid & more');
    const [address, query = ''] = mail.mailto.slice('mailto:'.length).split('?');
    expect(address).toBe('support%2Bbulk@example.com');
    expect(query).not.toMatch(/[ +\n]/);
    const fields = new URLSearchParams(query);
    expect(fields.get('subject')).toBe('Change of email provider to SendGrid & more');
    expect(fields.get('body')).toBe(mail.body.replaceAll('\n', '\r\n'));
  });

  it('need no recipient, as there may be none', () => {
    expect(keysRequest({ ...facts, to: '' }).mailto).toMatch(/^mailto:\?subject=/);
  });

  it('say what is asked for, and what is not known yet', () => {
    const { body } = keysRequest({ ...facts, responseDomain: '' });
    for (const wanted of ['API key', 'Auth key', 'connection URL', 'not entered yet']) expect(body).toContain(wanted);
    expect(providerRequest({ ...facts, serviceUrl: '' }, null, 'UniOne').body).toMatch(
      /Service: not entered yet\nProvider today: not told by the service/,
    );
  });

  it('tell support of monitoring as the application runs', () => {
    const address = 'https://crm.example.com/0/ServiceModel/CESTroubleshootingService.svc/emailstate';
    expect(monitoringRequest(facts, address, false).body).toMatch(/CESTroubleshootingService[^]*our own servers/);
    expect(monitoringRequest(facts, address, true).body).toContain('in your cloud');
  });
});
