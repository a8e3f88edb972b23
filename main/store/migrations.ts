/**
 * Every format the data file has had, as the step to it. A step that was ever released is never changed; a new format
 * is a new step at the end. Rows that a step changes, and those of a table that gets another column, have their sums set to
 * NULL by it.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE workspaces (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    practice INTEGER NOT NULL CHECK (practice IN (0, 1)),
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX one_practice_workspace ON workspaces (practice) WHERE practice = 1;

  CREATE TABLE settings (
    workspace_id INTEGER PRIMARY KEY REFERENCES workspaces (id),
    revision INTEGER NOT NULL,
    saved_at INTEGER,
    fields TEXT NOT NULL CHECK (json_valid(fields))
  ) STRICT;

  CREATE TABLE drafts (
    workspace_id INTEGER PRIMARY KEY REFERENCES workspaces (id),
    base_revision INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    fields TEXT NOT NULL CHECK (json_valid(fields))
  ) STRICT;

  CREATE TABLE keepers (
    id TEXT PRIMARY KEY,
    parameters TEXT NOT NULL CHECK (json_valid(parameters)),
    wrapped BLOB NOT NULL
  ) STRICT;

  CREATE TABLE secrets (
    id TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,
    set_at INTEGER NOT NULL,
    ends_in TEXT
  ) STRICT;

  CREATE TABLE domains (
    id INTEGER PRIMARY KEY,
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    unicode_name TEXT NOT NULL,
    in_use INTEGER NOT NULL DEFAULT 1 CHECK (in_use IN (0, 1)),
    added_at INTEGER NOT NULL,
    configuration TEXT CHECK (configuration IS NULL OR json_valid(configuration)),
    pasted_zone TEXT NOT NULL DEFAULT '',
    pasted_at INTEGER,
    verdict TEXT NOT NULL DEFAULT 'unknown',
    spf TEXT NOT NULL DEFAULT 'unknown',
    dkim TEXT NOT NULL DEFAULT 'unknown',
    dmarc TEXT NOT NULL DEFAULT 'unknown',
    seen_at INTEGER,
    UNIQUE (workspace_id, name)
  ) STRICT;
  CREATE TRIGGER sender_domains_stay BEFORE DELETE ON domains
  BEGIN
    SELECT RAISE(ABORT, 'a sender domain is never deleted');
  END;

  CREATE TABLE dkim_keys (
    domain_id INTEGER NOT NULL REFERENCES domains (id),
    selector TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    bits INTEGER NOT NULL,
    public_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (domain_id, selector)
  ) STRICT;

  CREATE TABLE observations (
    id INTEGER PRIMARY KEY,
    domain_id INTEGER NOT NULL REFERENCES domains (id),
    seen_at INTEGER NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX observations_by_domain ON observations (domain_id, seen_at);

  CREATE TABLE timeline (
    id INTEGER PRIMARY KEY,
    domain_id INTEGER NOT NULL REFERENCES domains (id),
    at INTEGER NOT NULL,
    record_id TEXT NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    summary TEXT NOT NULL
  ) STRICT;
  CREATE INDEX timeline_by_domain ON timeline (domain_id, at);

  CREATE TABLE traces (
    id INTEGER PRIMARY KEY,
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX traces_by_workspace ON traces (workspace_id, kind, started_at);

  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    data TEXT NOT NULL
  ) STRICT;

  CREATE TABLE activity (
    id INTEGER PRIMARY KEY,
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    summary TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX activity_by_workspace ON activity (workspace_id, id);

  CREATE TABLE schedules (
    workspace_id INTEGER PRIMARY KEY REFERENCES workspaces (id),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    every_minutes INTEGER NOT NULL,
    next_at INTEGER
  ) STRICT;

  CREATE TABLE template_overrides (
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
    template_id TEXT NOT NULL,
    override TEXT NOT NULL CHECK (json_valid(override)),
    PRIMARY KEY (workspace_id, template_id)
  ) STRICT;
  `,
  `
  ALTER TABLE dkim_keys ADD COLUMN signing_since INTEGER;
  ALTER TABLE dkim_keys ADD COLUMN revoked_at INTEGER;
  `,
  `
  CREATE TABLE checks (
    id INTEGER PRIMARY KEY,
    domain_id INTEGER NOT NULL REFERENCES domains (id),
    at INTEGER NOT NULL,
    observations TEXT NOT NULL
  ) STRICT;
  INSERT INTO checks (id, domain_id, at, observations)
    SELECT id, domain_id, seen_at, '[' || data || ']' FROM observations ORDER BY id;
  CREATE INDEX checks_by_domain ON checks (domain_id);
  DROP TABLE observations;

  ALTER TABLE domains ADD COLUMN record_verdicts TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE domains ADD COLUMN checked_at INTEGER;
  ALTER TABLE domains ADD COLUMN unchanged INTEGER NOT NULL DEFAULT 0;
  UPDATE domains SET checked_at = seen_at, record_verdicts = coalesce((
    SELECT json_group_object(record_id, after) FROM timeline WHERE id IN (
      SELECT max(id) FROM timeline WHERE domain_id = domains.id AND record_id <> '' GROUP BY record_id)), '{}');
  `,
  `
  -- What the service said of the account, each with when and under which settings; facts, in JSON.
  CREATE TABLE service_accounts (
    workspace_id INTEGER PRIMARY KEY REFERENCES workspaces (id),
    account TEXT CHECK (account IS NULL OR json_valid(account)),
    domains TEXT CHECK (domains IS NULL OR json_valid(domains)),
    told TEXT CHECK (told IS NULL OR json_valid(told))
  ) STRICT;
  `,
  `
  CREATE TABLE vault_generations (
    id INTEGER PRIMARY KEY,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_by TEXT CHECK (ended_by IN ('begun-anew', 'passphrase-changed')),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
  ) STRICT;
  CREATE UNIQUE INDEX one_generation_in_force ON vault_generations ((ended_at IS NULL)) WHERE ended_at IS NULL;
  INSERT INTO vault_generations (id, begun_at)
    SELECT 1, coalesce((SELECT min(set_at) FROM secrets), 0)
    WHERE EXISTS (SELECT 1 FROM keepers) OR EXISTS (SELECT 1 FROM secrets);

  CREATE TABLE vault_keepers (
    id INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL REFERENCES vault_generations (id),
    kind TEXT NOT NULL CHECK (kind IN ('passphrase', 'os-keychain')),
    parameters TEXT NOT NULL CHECK (json_valid(parameters)),
    wrapped BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX one_passphrase_in_a_generation ON vault_keepers (generation) WHERE kind = 'passphrase';
  INSERT INTO vault_keepers (generation, kind, parameters, wrapped) SELECT 1, id, parameters, wrapped FROM keepers;
  DROP TABLE keepers;

  CREATE TABLE vault_secrets (
    id TEXT NOT NULL,
    generation INTEGER NOT NULL REFERENCES vault_generations (id),
    sealed BLOB NOT NULL,
    set_at INTEGER NOT NULL,
    ends_in TEXT,
    PRIMARY KEY (id, generation)
  ) STRICT;
  INSERT INTO vault_secrets (id, generation, sealed, set_at, ends_in) SELECT id, 1, sealed, set_at, ends_in FROM secrets;
  DROP TABLE secrets;
  `,
  `
  -- A domain of which nothing was ever seen published has not failed: it is to do.
  UPDATE domains SET
    verdict = CASE verdict WHEN 'failing' THEN 'to-do' ELSE verdict END,
    spf = CASE spf WHEN 'failing' THEN 'to-do' ELSE spf END,
    dkim = CASE dkim WHEN 'failing' THEN 'to-do' ELSE dkim END,
    dmarc = CASE dmarc WHEN 'failing' THEN 'to-do' ELSE dmarc END,
    record_verdicts = replace(record_verdicts, '"failing"', '"to-do"')
  WHERE NOT EXISTS (
    SELECT 1 FROM timeline WHERE domain_id = domains.id
      AND (after IN ('verified', 'pending') OR before IN ('verified', 'pending')));
  `,
  `
  -- Apart from the domains, whose rows are read by the thousand. An id is never given twice: it stands for one text.
  -- Long texts are written part by part; until the last one the zone is no domain's.
  CREATE TABLE pasted_zones (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    domain_id INTEGER UNIQUE REFERENCES domains (id),
    begun_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE pasted_parts (
    id INTEGER PRIMARY KEY,
    zone_id INTEGER NOT NULL REFERENCES pasted_zones (id) ON DELETE CASCADE,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX parts_by_pasted_zone ON pasted_parts (zone_id);
  INSERT INTO pasted_zones (domain_id, begun_at)
    SELECT id, coalesce(pasted_at, 0) FROM domains WHERE pasted_zone <> '';
  INSERT INTO pasted_parts (zone_id, text)
    SELECT pasted_zones.id, pasted_zone FROM pasted_zones JOIN domains ON domains.id = domain_id;
  ALTER TABLE domains DROP COLUMN pasted_zone;
  `,
  `
  CREATE TABLE evidence_reports (
    id INTEGER PRIMARY KEY,
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL CHECK (kind IN ('dmarc-aggregate', 'tls-rpt')),
    identity TEXT,
    content TEXT NOT NULL,
    org TEXT,
    domain TEXT,
    begin_at INTEGER,
    end_at INTEGER,
    policy TEXT,
    imported_at INTEGER NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data))
  ) STRICT;
  CREATE UNIQUE INDEX evidence_by_content ON evidence_reports (workspace_id, content);
  CREATE UNIQUE INDEX evidence_by_identity ON evidence_reports (workspace_id, identity) WHERE identity IS NOT NULL;
  CREATE INDEX evidence_by_domain ON evidence_reports (workspace_id, domain, begin_at);

  -- The rows of a domain lie together, in the order of their time: its sums read nothing of another.
  CREATE TABLE evidence_rows (
    workspace_id INTEGER NOT NULL,
    domain TEXT NOT NULL,
    begin_at INTEGER NOT NULL,
    report_id INTEGER NOT NULL REFERENCES evidence_reports (id),
    line INTEGER NOT NULL,
    end_at INTEGER,
    header_from TEXT NOT NULL,
    source TEXT NOT NULL,
    messages INTEGER NOT NULL,
    dkim TEXT NOT NULL,
    spf TEXT NOT NULL,
    signers TEXT NOT NULL,
    failed_signers TEXT NOT NULL,
    spf_domain TEXT NOT NULL,
    spf_result TEXT NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (workspace_id, domain, begin_at, report_id, line)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX evidence_rows_by_report ON evidence_rows (report_id);

  CREATE TABLE evidence_names (
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
    domain TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ours', 'known', 'unknown', 'forwarding', 'forgery')),
    PRIMARY KEY (workspace_id, domain, key)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- After so many minutes in which nobody works an open vault is locked, and when the computer sleeps; no row: never.
  CREATE TABLE vault_idle_lock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    minutes INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 1440)
  ) STRICT;
  `,
  `
  -- Whoever changes a domain says which revision the change was made on.
  ALTER TABLE domains ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- How often what is kept of a domain's mail was changed: what follows from it holds for as long as this stands.
  CREATE TABLE evidence_revisions (
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
    domain TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, domain)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO evidence_revisions (workspace_id, domain, revision)
    SELECT DISTINCT workspace_id, domain, 1 FROM evidence_reports WHERE domain IS NOT NULL;
  `,
  `
  -- What of a mail names people or repeats its words lies apart from the verdict, and goes before it.
  CREATE TABLE evidence_mails (
    id INTEGER PRIMARY KEY,
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
    content TEXT NOT NULL,
    domain TEXT,
    imported_at INTEGER NOT NULL,
    fact TEXT NOT NULL CHECK (json_valid(fact)),
    person TEXT CHECK (person IS NULL OR json_valid(person)),
    UNIQUE (workspace_id, content)
  ) STRICT;
  CREATE INDEX evidence_mails_by_time ON evidence_mails (workspace_id, imported_at);
  CREATE INDEX evidence_persons_by_time ON evidence_mails (workspace_id, imported_at) WHERE person IS NOT NULL;
  CREATE INDEX evidence_reports_by_time ON evidence_reports (workspace_id, imported_at);

  -- In days since it was brought in; null: until somebody deletes it.
  CREATE TABLE evidence_retention (
    workspace_id INTEGER PRIMARY KEY REFERENCES workspaces (id),
    report_days INTEGER CHECK (report_days > 0),
    mail_days INTEGER CHECK (mail_days >= 0),
    personal_days INTEGER CHECK (personal_days >= 0)
  ) STRICT;
  `,
  `
  CREATE INDEX evidence_tls_reports ON evidence_reports (workspace_id, domain, begin_at) WHERE kind = 'tls-rpt';
  `,
  `
  -- Folders whose new files are read, on a person's word, and by what a file is known to have been.
  CREATE TABLE evidence_folders (
    id INTEGER PRIMARY KEY,
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
    path TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    looked_at INTEGER,
    trouble TEXT,
    UNIQUE (workspace_id, path)
  ) STRICT;
  CREATE TABLE evidence_folder_files (
    folder_id INTEGER NOT NULL REFERENCES evidence_folders (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (folder_id, name)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What happened, as a code and its values. A sentence that an earlier version stored is kept as it is, unless it is one
  -- without values.
  CREATE TABLE activity_facts (
    id INTEGER PRIMARY KEY,
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    code TEXT NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data)),
    details TEXT NOT NULL CHECK (json_valid(details))
  ) STRICT;
  WITH known (sentence, code) AS (VALUES
    ('Settings saved', 'settings.saved'),
    ('Scheduled checks off', 'schedule.off'),
    ('Support bundle prepared', 'bundle.prepared'),
    ('Retention of evidence from mail changed', 'evidence.retention'),
    ('Keys accepted', 'keys.accepted'),
    ('Service told of the response domain', 'service.told'),
    ('Service not told', 'service.not-told'),
    ('The service accepts the new API key; the old one was discarded', 'service.key-accepted'),
    ('The old API key is in force again', 'service.old-key-back'),
    ('The old API key was discarded', 'service.old-key-discarded'),
    ('Vault unlocked', 'vault.unlocked'),
    ('Vault locked', 'vault.locked'),
    ('Wrong passphrase for the vault', 'vault.wrong-passphrase'),
    ('The system keychain could not open the vault', 'vault.keychain-refused'),
    ('Passphrase chosen for the vault', 'vault.passphrase-added'),
    ('Passphrase of the vault changed', 'vault.passphrase-changed'),
    ('The vault has a new key', 'vault.key-renewed'),
    ('The system keychain opens the vault from now on', 'vault.keychain-added'),
    ('Vault begun anew', 'vault.begun-anew'),
    ('Secrets are kept until the console closes', 'vault.session'),
    ('The vault is no longer locked automatically', 'vault.idle-never'),
    ('Workspace exported as text files', 'workspace.exported-as-text'),
    ('Workspace exported, sealed under a passphrase', 'workspace.exported-sealed'),
    ('Workspace imported', 'workspace.imported'),
    ('Practice workspace made', 'practice.made'),
    ('Practice reset', 'practice.reset'),
    ('Today’s copy of the data file could not be made', 'copy.not-made'),
    ('The copy could not be put back, and nothing was changed', 'copy.not-put-back'))
  INSERT INTO activity_facts (id, workspace_id, at, kind, severity, code, data, details)
    SELECT id, workspace_id, at, kind, severity, coalesce(known.code, 'earlier'),
      CASE WHEN known.code IS NULL THEN json_object('outside', summary) ELSE '{}' END,
      CASE detail WHEN '' THEN '[]'
        ELSE json_array(json_object('code', 'earlier', 'values', json_object('outside', detail))) END
    FROM activity LEFT JOIN known ON known.sentence = summary ORDER BY id;
  DROP TABLE activity;
  ALTER TABLE activity_facts RENAME TO activity;
  CREATE INDEX activity_by_workspace ON activity (workspace_id, id);

  CREATE TABLE timeline_facts (
    id INTEGER PRIMARY KEY,
    domain_id INTEGER NOT NULL REFERENCES domains (id),
    at INTEGER NOT NULL,
    record_id TEXT NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    code TEXT NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data))
  ) STRICT;
  WITH known (sentence, code) AS (VALUES
    ('Every required record is published and correct', 'domain.verified'),
    ('Waiting for the choice of a record template', 'domain.no-template'),
    ('Not checked', 'verdict.not-checked'),
    ('Not queried in the last check', 'verdict.not-asked'),
    ('Waiting for a value from the provider', 'verdict.waiting'),
    ('Not published yet', 'verdict.not-published'),
    ('Published earlier, now missing', 'verdict.missing'),
    ('The published record does not name the provider yet', 'verdict.others-only'),
    ('What is published works; a better record is prepared', 'verdict.works'),
    ('Published; what the provider publishes behind it is not known', 'verdict.behind-not-known'),
    ('Published and correct', 'verdict.right'),
    ('Published, but not everywhere yet', 'verdict.not-everywhere'),
    ('Another value is published', 'verdict.other-value'),
    ('Published, but DNSSEC validation fails: validating resolvers refuse it', 'verdict.bogus'),
    ('The domain is not delegated', 'verdict.not-delegated'),
    ('The alias loops', 'verdict.alias-loop'),
    ('The CNAME is flattened: its target’s records are shown instead', 'verdict.flattened'),
    ('There are addresses instead of the CNAME', 'verdict.proxied'),
    ('Not published: a wildcard answers instead', 'verdict.wildcard'),
    ('Not published: it is at a name with the zone’s name doubled', 'verdict.zone-doubled'))
  INSERT INTO timeline_facts (id, domain_id, at, record_id, before, after, code, data)
    SELECT id, domain_id, at, record_id, before, after, coalesce(known.code, 'earlier'),
      CASE WHEN known.code IS NULL THEN json_object('outside', summary) ELSE '{}' END
    FROM timeline LEFT JOIN known ON known.sentence = summary ORDER BY id;
  DROP TABLE timeline;
  ALTER TABLE timeline_facts RENAME TO timeline;
  CREATE INDEX timeline_by_domain ON timeline (domain_id, at);

  UPDATE evidence_folders SET trouble = CASE trouble
      WHEN 'it is not there' THEN 'missing' WHEN 'this account may not read it' THEN 'not-permitted' ELSE 'disk' END
    WHERE trouble IS NOT NULL;

  UPDATE jobs SET data = json_set(data, '$.message',
      json_object('code', 'earlier', 'values', json_object('outside', json_extract(data, '$.message'))))
    WHERE json_valid(data) AND json_type(data, '$.message') = 'text';
  `,
  `
  -- Why something was accepted that is weaker, as facts; the sentences of earlier versions as they are.
  UPDATE domains SET configuration = json_set(configuration, '$.weaker', json((
      SELECT json_group_array(json(CASE json_type(value, '$.what')
        WHEN 'text' THEN json_set(value, '$.what', json_array(
          json_object('code', 'earlier', 'values', json_object('outside', json_extract(value, '$.what')))))
        ELSE value END))
      FROM json_each(configuration, '$.weaker'))))
    WHERE json_type(configuration, '$.weaker') = 'array';

  -- What a mail that was kept says. The rows hold what names people: nothing of them may stay in the free space.
  PRAGMA secure_delete = ON;
  UPDATE evidence_mails SET fact = json_set(fact, '$.what',
      json_object('code', 'earlier', 'values', json_object('outside', json_extract(fact, '$.what'))))
    WHERE json_type(fact, '$.what') = 'text';
  PRAGMA secure_delete = OFF;
  `,
  `
  -- What each row says of itself (sums.ts); rows without are summed once the step is done.
  ALTER TABLE activity ADD COLUMN sum INTEGER;
  ALTER TABLE checks ADD COLUMN sum INTEGER;
  ALTER TABLE dkim_keys ADD COLUMN sum INTEGER;
  ALTER TABLE domains ADD COLUMN sum INTEGER;
  ALTER TABLE drafts ADD COLUMN sum INTEGER;
  ALTER TABLE evidence_folder_files ADD COLUMN sum INTEGER;
  ALTER TABLE evidence_folders ADD COLUMN sum INTEGER;
  ALTER TABLE evidence_mails ADD COLUMN sum INTEGER;
  ALTER TABLE evidence_names ADD COLUMN sum INTEGER;
  ALTER TABLE evidence_reports ADD COLUMN sum INTEGER;
  ALTER TABLE evidence_retention ADD COLUMN sum INTEGER;
  ALTER TABLE evidence_revisions ADD COLUMN sum INTEGER;
  ALTER TABLE evidence_rows ADD COLUMN sum INTEGER;
  ALTER TABLE jobs ADD COLUMN sum INTEGER;
  ALTER TABLE pasted_parts ADD COLUMN sum INTEGER;
  ALTER TABLE pasted_zones ADD COLUMN sum INTEGER;
  ALTER TABLE schedules ADD COLUMN sum INTEGER;
  ALTER TABLE service_accounts ADD COLUMN sum INTEGER;
  ALTER TABLE settings ADD COLUMN sum INTEGER;
  ALTER TABLE template_overrides ADD COLUMN sum INTEGER;
  ALTER TABLE timeline ADD COLUMN sum INTEGER;
  ALTER TABLE traces ADD COLUMN sum INTEGER;
  ALTER TABLE vault_generations ADD COLUMN sum INTEGER;
  ALTER TABLE vault_idle_lock ADD COLUMN sum INTEGER;
  ALTER TABLE vault_keepers ADD COLUMN sum INTEGER;
  ALTER TABLE vault_secrets ADD COLUMN sum INTEGER;
  ALTER TABLE workspaces ADD COLUMN sum INTEGER;
  -- Of what the last check found.
  ALTER TABLE domains ADD COLUMN result_sum INTEGER;
  CREATE TABLE totals (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    rows INTEGER NOT NULL,
    total INTEGER NOT NULL,
    changes INTEGER NOT NULL
  ) STRICT;
  -- By which the mark of the last commit, which lies beside the file, knows whose it is.
  CREATE TABLE data_file (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    identity TEXT NOT NULL
  ) STRICT;
  INSERT INTO data_file (id, identity) VALUES (1, lower(hex(randomblob(16))));
  `,
  `
  -- What the stages of a probe met, as facts; the sentences of earlier versions as they are. A row that is not what was
  -- written stays as it is, and is told as damaged.
  UPDATE traces SET sum = NULL, data = (
      WITH stage (path, at, value) AS (
        SELECT '$.stages', key, value FROM json_each(traces.data, '$.stages') WHERE type = 'object'
        UNION ALL
        SELECT '$.beside.stages', key, value FROM json_each(traces.data, '$.beside.stages') WHERE type = 'object'),
      told (path, list) AS (
        SELECT path, json_group_array(json_remove(json_set(value, '$.met',
            json_object('code', 'earlier', 'values', json_object('outside', coalesce(json_extract(value, '$.detail'), '')))),
          '$.detail') ORDER BY at)
        FROM stage GROUP BY path)
      SELECT json_replace(traces.data,
        '$.stages', json(coalesce((SELECT list FROM told WHERE path = '$.stages'), '[]')),
        '$.beside.stages', json(coalesce((SELECT list FROM told WHERE path = '$.beside.stages'), '[]'))))
    WHERE json_valid(data) AND json_type(data, '$.stages') = 'array'
      AND (sum IS NULL OR sum IS row_sum(id, workspace_id, kind, started_at, data));
  `,
];
