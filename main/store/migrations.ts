/**
 * Every format the data file has had, as the step to it. A step that was ever released is never changed; a new format
 * is a new step at the end.
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
];
