import { declareFacts } from '../facts/fact.ts';

/** What a stage of a probe met, as its trace keeps it. */
export const stageFacts = declareFacts({
  /** In words that are not ours: those of OpenSSL, of Node, of an HTTP client. */
  'stage.said': '{outside}',
  'stage.system': '{systemCode}',
  'stage.late': 'No answer in time',
  'stage.stopped': 'Stopped',
  'stage.closed': 'The connection was closed',
  'stage.cut': 'The connection was cut',
  'stage.addresses': '{four} IPv4, {six} IPv6: {addresses}',
  'stage.no-address': 'No address',
  'stage.connected': '{address} port {port}',
  'stage.attempt': '{address}: {systemCode}',
  'stage.attempts': '{parts}',
  'stage.proxy-scheme': '{scheme}',
  'stage.proxy-tls': 'TLS',
  'stage.tunnel': '{server}:{port} opened a tunnel',
  'stage.tunnel-refused': '{status} to CONNECT {server}:{port}',
  'stage.not-http': 'No HTTP answer',
  'stage.tls': '{tlsVersion}, {cipher}',
  'stage.not-tls': 'The answer is not TLS',
  'stage.extra-ca': 'The extra CA can’t be read',
  'stage.asked': '{method} {url}',
  'stage.status': '{status}',
  'stage.redirect': '{status} → {url}',
});
