import type { ContractRouterClient } from '@orpc/contract';
import { activityContract } from './activity.ts';
import { copiesContract } from './copies.ts';
import { domainsContract } from './domains.ts';
import { evidenceContract } from './evidence.ts';
import { jobsContract } from './jobs.ts';
import { linksContract } from './links.ts';
import { monitoringContract } from './monitoring.ts';
import { practiceContract } from './practice.ts';
import { probesContract } from './probes.ts';
import { rulesContract } from './rules.ts';
import { scheduleContract } from './schedule.ts';
import { serviceContract } from './service.ts';
import { settingsContract } from './settings.ts';
import { stateContract } from './state.ts';
import { templatesContract } from './templates.ts';
import { transferContract } from './transfer.ts';
import { vaultContract } from './vault.ts';
import { windowContract } from './window.ts';
import { workspacesContract } from './workspaces.ts';

/**
 * The border between the window and the core, whole: every procedure with what it takes, gives and may answer as an
 * error, a file per area. Hosts carry it, the core implements it, the tests run against it. There is no procedure that
 * returns a secret and none that deletes a sender domain.
 */
export const contract = {
  state: stateContract,
  window: windowContract,
  links: linksContract,
  vault: vaultContract,
  copies: copiesContract,
  workspaces: workspacesContract,
  transfer: transferContract,
  settings: settingsContract,
  templates: templatesContract,
  probes: probesContract,
  service: serviceContract,
  rules: rulesContract,
  evidence: evidenceContract,
  domains: domainsContract,
  jobs: jobsContract,
  schedule: scheduleContract,
  activity: activityContract,
  monitoring: monitoringContract,
  practice: practiceContract,
};

export type Contract = typeof contract;

/** What the window, the CLI and the tests hold: one function per procedure. */
export type CoreClient = ContractRouterClient<Contract>;
