import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { probeMonitoring } from '../../../main/probes/webhook/monitoring.ts';
import { probeResponses } from '../../../main/probes/webhook/responses.ts';

/**
 * Probes an application on the documented ports. Runs in a network namespace of its own, where 80 and 443 are free to
 * take and nothing leads out. Told what to open by its first argument, prints the trace as JSON.
 */

interface Order {
  readonly url: string;
  readonly kind: 'responses' | 'monitoring';
  /** Port → what answers there. */
  readonly open: Readonly<
    Record<
      string,
      { readonly status: number; readonly location?: string; readonly cert?: string; readonly key?: string }
    >
  >;
  readonly listenAt: string;
  /** What the name resolves to; by the system's hosts file when absent. */
  readonly addresses?: readonly string[];
  readonly extraCa: string;
}

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
spawnSync('ip', ['link', 'set', 'lo', 'up']);

const servers: Server[] = [];
for (const [port, { status, location, cert, key }] of Object.entries(order.open)) {
  const answer: RequestListener = (_request, response) =>
    void response.writeHead(status, location === undefined ? {} : { location }).end();
  const server =
    cert === undefined || key === undefined
      ? createHttp(answer)
      : createHttps({ cert: readFileSync(cert), key: readFileSync(key) }, answer);
  await new Promise<void>((resolve) => server.listen(Number(port), order.listenAt, resolve));
  servers.push(server);
}
const { addresses } = order;
const environment = {
  extraCa: order.extraCa,
  proxy: null,
  now: Date.now,
  deadlineMs: 5000,
  stageTimeoutMs: 2000,
  ...(addresses === undefined ? {} : { resolve: () => Promise.resolve(addresses) }),
};
const probe = order.kind === 'responses' ? probeResponses : probeMonitoring;
console.log(JSON.stringify(await probe(order.url, 'net-framework', environment)));
for (const server of servers) {
  server.closeAllConnections();
  server.close();
}
