import { declareFacts } from '../facts/fact.ts';

/** What is done in a workspace, as its Activity and its jobs tell it. */
export const activityFacts = declareFacts({
  /** Written by a version that stored sentences. */
  earlier: '{outside}',
  'entry.damaged': 'This entry is damaged',
  'names.listed': '{domains}',
  'names.first': {
    by: 'others',
    texts: { one: '{domains} and {others} more', other: '{domains} and {others} more' },
  },
  'files.listed': '{files}',
  'files.first': { by: 'others', texts: { one: '{files} and {others} more', other: '{files} and {others} more' } },
  'finding.found': '{finding}',

  'settings.saved': 'Settings saved',
  'settings.changed': '{settings}',
  'domain.configured': '{domain} configured',
  'domains.configured': {
    by: 'count',
    texts: { one: '{count} domain configured', other: '{count} domains configured' },
  },
  'domains.added': { by: 'count', texts: { one: '{count} domain added', other: '{count} domains added' } },
  'domains.marked': {
    by: 'use',
    texts: {
      'in-use': {
        by: 'count',
        texts: { one: '{count} domain marked in use', other: '{count} domains marked in use' },
      },
      'not-in-use': {
        by: 'count',
        texts: { one: '{count} domain marked not in use', other: '{count} domains marked not in use' },
      },
    },
  },
  'weaker.accepted': {
    by: 'weakening',
    texts: {
      policy: '{domain}: a milder policy, accepted by {person}',
      reports: '{domain}: lost report addresses, accepted by {person}',
      senders: '{domain}: senders that no longer pass, accepted by {person}',
      keys: '{domain}: keys that stop working, accepted by {person}',
      permerrors: '{domain}: a record that is a permanent error, accepted by {person}',
    },
  },
  'weaker.taken-back': {
    by: 'weakening',
    texts: {
      policy: '{domain}: a milder policy, no longer accepted by {person}',
      reports: '{domain}: lost report addresses, no longer accepted by {person}',
      senders: '{domain}: senders that no longer pass, no longer accepted by {person}',
      keys: '{domain}: keys that stop working, no longer accepted by {person}',
      permerrors: '{domain}: a record that is a permanent error, no longer accepted by {person}',
    },
  },
  'weaker.policy': 'DMARC as it is configured: {outside}',
  'weaker.kind': {
    by: 'weakening',
    texts: {
      policy: 'a milder policy',
      reports: 'lost report addresses',
      senders: 'senders that no longer pass',
      keys: 'keys that stop working',
      permerrors: 'a record that is a permanent error',
    },
  },
  'zone.pasted': 'Zone of {domain} pasted',
  'zone.forgotten': 'Zone of {domain} forgotten',
  'dkim.made': 'DKIM key {selector} made for {domain}',
  'dkim.made-as': '{algorithm}, {figure} bits',
  'dkim.marked': {
    by: 'marked',
    texts: {
      signing: 'DKIM key {selector} of {domain}: signs mail from now on',
      revoked: 'DKIM key {selector} of {domain}: revoked',
      live: 'DKIM key {selector} of {domain}: neither signs mail nor is revoked',
    },
  },
  'dkim.seen-signing': 'DKIM key {selector} of {domain}: signs, as mail that came back shows',
  'template.changed': 'Template {template} changed',
  'template.reset': 'Template {template} reset',

  'check.begun': { by: 'count', texts: { one: 'Checking {count} domain', other: 'Checking {count} domains' } },
  'check.done': { by: 'count', texts: { one: '{count} domain checked', other: '{count} domains checked' } },
  'check.nothing': 'Nothing to check',
  'check.counts': '{parts}',
  'check.cancelled': 'Cancelled after {count}: {parts}',
  'check.count': {
    by: 'verdict',
    texts: {
      verified: '{count} verified',
      'change-prepared': '{count} change prepared',
      'to-do': '{count} to do',
      pending: '{count} pending',
      failing: '{count} failing',
      unknown: '{count} unknown',
    },
  },
  'job.cancelled': 'Cancelled. Results so far are kept.',
  'job.interrupted': 'Interrupted: the console was closed. Results so far are kept.',
  'job.failed': 'The job failed. The log in the data folder has the reason.',
  'schedule.off': 'Scheduled checks off',
  'schedule.on': {
    by: 'unit',
    texts: {
      minute: { by: 'count', texts: { one: 'Checks every minute', other: 'Checks every {count} minutes' } },
      hour: { by: 'count', texts: { one: 'Checks every hour', other: 'Checks every {count} hours' } },
      day: { by: 'count', texts: { one: 'Checks every day', other: 'Checks every {count} days' } },
    },
  },

  'notice.broken': '{domain} no longer verifies',
  'notice.several-broken': {
    by: 'count',
    texts: { one: '{count} domain no longer verifies', other: '{count} domains no longer verify' },
  },
  'notice.look': 'A published record is missing or different. Open the domain’s manual to see which.',
  'notice.names': 'Published records are missing or different: {domains}.',
  'notice.first-names': {
    by: 'others',
    texts: {
      one: 'Published records are missing or different: {domains} and {others} more.',
      other: 'Published records are missing or different: {domains} and {others} more.',
    },
  },

  'handed-over.one': {
    by: 'content',
    texts: {
      changes: 'Records of {domain} handed over as {format}',
      'way-back': 'Undo of {domain} handed over as {format}',
      complete: 'Complete record set of {domain} handed over as {format}',
    },
  },
  'handed-over.several': {
    by: 'content',
    texts: {
      changes: {
        by: 'count',
        texts: {
          one: 'Records of {count} domain handed over as {format}',
          other: 'Records of {count} domains handed over as {format}',
        },
      },
      'way-back': {
        by: 'count',
        texts: {
          one: 'Undo of {count} domain handed over as {format}',
          other: 'Undo of {count} domains handed over as {format}',
        },
      },
      complete: {
        by: 'count',
        texts: {
          one: 'Complete record set of {count} domain handed over as {format}',
          other: 'Complete record set of {count} domains handed over as {format}',
        },
      },
    },
  },
  'report.made': { by: 'count', texts: { one: 'Report of {count} domain', other: 'Report of {count} domains' } },
  'bundle.prepared': 'Support bundle prepared',

  'evidence.imported': 'Imported: {parts}',
  'evidence.imported-from': 'Imported from {path}: {parts}',
  'evidence.reports': {
    by: 'count',
    texts: { one: '{count} report of receivers', other: '{count} reports of receivers' },
  },
  'evidence.mails': {
    by: 'count',
    texts: { one: '{count} bounce or failure report', other: '{count} bounces and failure reports' },
  },
  'evidence.senders': 'Senders of {domain} exported: {count}',
  'evidence.read': {
    by: 'mail',
    texts: {
      bounce: 'A bounce of {domain} read',
      message: 'A message of {domain} read',
      'failure-report': 'A failure report of {domain} read',
    },
  },
  'evidence.read-of-unknown': {
    by: 'mail',
    texts: {
      bounce: 'A bounce of an unknown domain read',
      message: 'A message of an unknown domain read',
      'failure-report': 'A failure report of an unknown domain read',
    },
  },
  'evidence.retention': 'Retention of evidence from mail changed',
  'evidence.persons-forgotten': {
    by: 'count',
    texts: {
      one: 'Addresses and words of {count} mail forgotten',
      other: 'Addresses and words of {count} mails forgotten',
    },
  },
  'evidence.forgotten': 'Forgotten: {parts}',
  'evidence.forgotten-mails': { by: 'count', texts: { one: '{count} mail', other: '{count} mails' } },
  'folder.watched': 'The folder {path} is watched',
  'folder.unwatched': 'The folder {path} is watched no longer',
  'folder.back': 'The folder {path} is there again',
  'folder.unreadable': {
    by: 'trouble',
    texts: {
      missing: 'The watched folder {path} can’t be read: it is not there',
      'not-permitted': 'The watched folder {path} can’t be read: this account may not read it',
      disk: 'The watched folder {path} can’t be read: the disk can’t read it',
    },
  },
  'folder.looked-at': 'It is looked at every minute until it is there again, or until it is watched no longer.',
  'folder.without-report': {
    by: 'count',
    texts: { one: '{count} file of {path} without a report', other: '{count} files of {path} without a report' },
  },

  'probe.made': {
    by: 'probe',
    texts: {
      connection: {
        by: 'outcome',
        texts: {
          passed: 'Connection test passed',
          failed: 'Connection test failed',
          unknown: 'Connection test came to no result',
        },
      },
      responses: {
        by: 'outcome',
        texts: {
          passed: 'Response address test passed',
          failed: 'Response address test failed',
          unknown: 'Response address test came to no result',
        },
      },
      monitoring: {
        by: 'outcome',
        texts: {
          passed: 'Monitoring address test passed',
          failed: 'Monitoring address test failed',
          unknown: 'Monitoring address test came to no result',
        },
      },
    },
  },
  'probe.took': '{url} in {count} ms',
  'probe.found': '{url}: {finding}',
  'keys.accepted': 'Keys accepted',
  'keys.not-accepted': {
    by: 'keys',
    texts: {
      'wrong-api-key': 'Keys: the API key is refused',
      'wrong-auth-key': 'Keys: the Auth key is refused',
      'domain-of-another-account': 'Keys: the response domain belongs to another account',
      'response-domain-unreachable': 'Keys: the service can’t reach the response domain',
      unavailable: 'Keys: the service gave no answer',
      'not-checkable': 'Keys: they could not be checked',
    },
  },
  'keys.answered': 'The service answered {figure}',
  'secrets.used': '{settings} used',
  'secrets.towards': 'Towards {url}',
  'service.asked': 'Service asked: {parts}',
  'service.sending': {
    by: 'state',
    texts: {
      active: 'sending active',
      error: 'sending failing',
      inactive: 'sending not active',
      unknown: 'sending not known',
    },
  },
  'service.responses': {
    by: 'state',
    texts: {
      active: 'responses active',
      error: 'responses failing',
      inactive: 'responses not active',
      unknown: 'responses not known',
    },
  },
  'service.told': 'Service told of the response domain',
  'service.told-of': '{url}',
  'service.not-told': 'Service not told',
  'service.no-answer': 'The service gave no answer',
  'service.domains-listed': {
    by: 'count',
    texts: {
      one: '{count} sender domain listed by the service',
      other: '{count} sender domains listed by the service',
    },
  },
  'service.domain-added': '{domain} added at the service',
  'service.domain-not-added': '{domain} not added at the service',
  'service.lists': 'The service lists {domain}',
  'service.key-accepted': 'The service accepts the new API key; the old one was discarded',
  'service.old-key-back': 'The old API key is in force again',
  'service.old-key-discarded': 'The old API key was discarded',

  'vault.begun': {
    by: 'keeper',
    texts: {
      passphrase: 'Secrets are sealed from now on, under a passphrase',
      'os-keychain': 'Secrets are sealed from now on, under the system keychain',
    },
  },
  'vault.unlocked': 'Vault unlocked',
  'vault.unlocked-with': {
    by: 'keeper',
    texts: { passphrase: 'With its passphrase', 'os-keychain': 'With the system keychain' },
  },
  'vault.locked': 'Vault locked',
  'vault.locked-by': {
    by: 'lockedBy',
    texts: {
      idle: 'The console was idle',
      sleep: 'The computer went to sleep',
      'another-program': 'Another program changed its key',
    },
  },
  'vault.wrong-passphrase': 'Wrong passphrase for the vault',
  'vault.in-a-row': '{count} in a row',
  'vault.keychain-refused': 'The system keychain could not open the vault',
  'vault.passphrase-added': 'Passphrase chosen for the vault',
  'vault.beside-keychain': 'Beside the system keychain',
  'vault.passphrase-changed': 'Passphrase of the vault changed',
  'vault.sealed-anew': 'Everything was sealed anew',
  'vault.keychain-later': 'The system keychain opens it again after the next unlock',
  'vault.key-renewed': 'The vault has a new key',
  'vault.copies-as-before': 'Everything was sealed anew; copies made until now open with what opened them',
  'vault.keychain-added': 'The system keychain opens the vault from now on',
  'vault.begun-anew': 'Vault reset',
  'vault.opens-with': {
    by: 'keeper',
    texts: { passphrase: 'It opens with its passphrase', 'os-keychain': 'It opens with the system keychain' },
  },
  'vault.kept-sealed': {
    by: 'count',
    texts: {
      one: '{count} secret kept sealed, to be entered again',
      other: '{count} secrets kept sealed, to be entered again',
    },
  },
  'vault.came-back': { by: 'count', texts: { one: '{count} secret came back', other: '{count} secrets came back' } },
  'vault.came-back-by': {
    by: 'keeper',
    texts: { passphrase: 'Opened with an earlier passphrase', 'os-keychain': 'Opened by the system keychain' },
  },
  'vault.session': 'Secrets are kept until the console closes',
  'vault.idle-never': 'The vault is no longer locked automatically',
  'vault.idle-after': {
    by: 'count',
    texts: {
      one: 'The vault is locked after {count} minute without work, and when the computer sleeps',
      other: 'The vault is locked after {count} minutes without work, and when the computer sleeps',
    },
  },

  'workspace.made': 'Workspace {workspace} made',
  'workspace.renamed': 'Workspace renamed to {workspace}',
  'workspace.exported-as-text': 'Workspace exported as text files',
  'workspace.exported-sealed': 'Workspace exported, sealed under a passphrase',
  'workspace.holds': '{parts}',
  'workspace.domains': { by: 'count', texts: { one: '{count} domain', other: '{count} domains' } },
  'workspace.secrets': { by: 'count', texts: { one: '{count} secret', other: '{count} secrets' } },
  'workspace.no-secret': 'no secret',
  'workspace.imported': 'Workspace imported',
  'workspace.import-did': '{parts}',
  'import.added': '{count} added',
  'import.changed': '{count} changed',
  'import.kept': '{count} kept as they were',

  'practice.made': 'Practice workspace made',
  'practice.fault': 'Practice: {fault}',
  'practice.reset': 'Practice reset',
  'practice.published': {
    by: 'count',
    texts: {
      one: '{count} record of {domain} published in the practice zone',
      other: '{count} records of {domain} published in the practice zone',
    },
  },
  'practice.mailing': 'Practice mailing sent from {domain}',

  'copy.not-made': 'Today’s copy of the data file could not be made',
  'copy.look-into-log': 'Look into the log in the data folder. It is tried again every minute.',
  'copy.put-back': 'The copy of {madeAt} was put back',
  'copy.set-aside': 'The earlier data file is kept: {path}',
  'copy.none-before': 'There was no data file before',
  'copy.not-put-back': 'The copy could not be put back, and nothing was changed',
  'store.trouble': {
    by: 'storeFault',
    texts: {
      newer: 'The file is of a newer Sendwright. Install the newer version.',
      damaged: 'The file is damaged. Choose another copy: “sendwright backup list” shows all of them.',
      'not-ours': 'The file belongs to another program or account. Choose another data folder.',
      'read-only': 'The folder can’t be written. Give this account the rights to write there.',
      full: 'There is no room. Free some space and try again.',
      unreadable: 'The file can’t be opened. Check the disk and the permissions of the data folder.',
      'in-use': 'The data file is in use by another program. Quit the console and other commands on this data folder.',
    },
  },
  'store.damage': {
    by: 'count',
    texts: {
      one: '{count} value of the data file can no longer be read and counts as unknown',
      other: '{count} values of the data file can no longer be read and count as unknown',
    },
  },
  'store.damaged-parts': 'Damage was found in {parts}.',
  'store.after-damage': 'Restore an earlier copy, or check the domains and save the settings again.',
  'store.missing': {
    by: 'count',
    texts: {
      one: 'The data file is older than what was saved last, on {madeAt}: {count} change is missing ({parts})',
      other: 'The data file is older than what was saved last, on {madeAt}: {count} changes are missing ({parts})',
    },
  },
  'store.after-missing':
    'Its log was lost or damaged, or an older file was put in its place. Look through what was done last and do it again.',
  'store.rows-lost': 'Rows of the data file are lost, or older than what was saved ({parts})',
  'store.after-rows-lost': 'Look through them, and check the domains again.',
  'store.copies':
    '“sendwright backup list” shows the copies that can be put back, and so does Copies in General settings.',
  'store.index-mended': 'The data file was damaged in an index, which was made again from its table',
  'store.after-index-mended': 'Nothing is lost by that, but the disk may be failing: look into the log of the system.',
  'store.table': {
    by: 'table',
    texts: {
      activity: 'Activity',
      checks: 'outcomes of checks',
      dkim_keys: 'DKIM keys',
      domains: 'domains',
      drafts: 'drafts',
      evidence_folder_files: 'files of watched folders',
      evidence_folders: 'watched folders',
      evidence_mails: 'verdicts of mail',
      evidence_names: 'names of senders',
      evidence_reports: 'reports',
      evidence_retention: 'how long evidence is kept',
      evidence_revisions: 'reports',
      evidence_rows: 'rows of reports',
      jobs: 'jobs',
      pasted_parts: 'pasted zones',
      pasted_zones: 'pasted zones',
      schedules: 'schedules',
      service_accounts: 'what the service said',
      settings: 'settings',
      template_overrides: 'record templates',
      timeline: 'changes of verdicts',
      traces: 'connection checks',
      vault_generations: 'the vault',
      vault_idle_lock: 'when the vault is locked',
      vault_keepers: 'the vault',
      vault_secrets: 'secrets',
      workspaces: 'workspaces',
      message: 'The data file was damaged in an index, which was made again from its table',
      remedy: 'Nothing is lost by that, but the disk may be failing: look into the log of the system.',
    },
  },
});
