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
];
