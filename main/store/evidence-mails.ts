import type {
  StoredMail,
  MailFact,
  MailPerson,
  RememberedMail,
  Retention,
} from '../../shared/evidence/kept/kept-mail.ts';
import { usualRetention } from '../../shared/evidence/kept/kept-mail.ts';
import { fact } from '../../shared/facts/catalogue.ts';
import { isFact } from '../../shared/facts/known-fact.ts';
import type { Reader } from './damage.ts';
import type { SqliteDatabase } from './database.ts';
import type { Eraser } from './eraser.ts';
import type { Sums } from './sums.ts';

export interface EvidenceCounts {
  readonly reports: number;
  readonly mails: number;
  /** Mails of which addresses or words are kept. */
  readonly withPerson: number;
}

interface MailRow {
  id: number;
  imported_at: number;
  fact: string;
  person: string | null;
  whole: number;
}

/** Where it can't be read what somebody chose, nothing is deleted until somebody chooses anew. */
const NOTHING_GOES: Retention = { reportDays: null, mailDays: null, personalDays: null };

interface Choice {
  readonly workspaceId: number;
  readonly domain: string | null;
  readonly before: number | null;
}

/** Verdicts of single mails, and how long anything of evidence is kept. */
export function evidenceMailRepository(database: SqliteDatabase, reader: Reader, sums: Sums, eraser: Eraser) {
  const add = database.prepare(
    `INSERT INTO evidence_mails (workspace_id, content, domain, imported_at, fact, person) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (workspace_id, content) DO NOTHING`,
  );
  const list = database.prepare(
    `SELECT id, imported_at, fact, person, ${sums.isWhole('evidence_mails')} AS whole FROM evidence_mails
     WHERE workspace_id = @workspaceId AND (@domain IS NULL OR domain = @domain) ORDER BY id DESC LIMIT @limit`,
  );
  const counts = database.prepare(
    `SELECT (SELECT count(*) FROM evidence_reports WHERE workspace_id = @workspaceId) AS reports,
       (SELECT count(*) FROM evidence_mails WHERE workspace_id = @workspaceId) AS mails,
       (SELECT count(person) FROM evidence_mails WHERE workspace_id = @workspaceId) AS withPerson`,
  );
  const retention = database.prepare(
    `SELECT report_days AS reportDays, mail_days AS mailDays, personal_days AS personalDays,
       ${sums.isWhole('evidence_retention')} AS whole
     FROM evidence_retention WHERE workspace_id = ?`,
  );
  const putRetention = database.prepare(
    `INSERT INTO evidence_retention (workspace_id, report_days, mail_days, personal_days)
     VALUES (@workspaceId, @reportDays, @mailDays, @personalDays)
     ON CONFLICT (workspace_id) DO UPDATE SET report_days = excluded.report_days, mail_days = excluded.mail_days,
       personal_days = excluded.personal_days, sum = NULL`,
  );
  const chosen = `workspace_id = @workspaceId AND (@domain IS NULL OR domain = @domain)
    AND (@before IS NULL OR imported_at < @before)`;
  /** Nothing is erased, and no log emptied, where there is nothing: it is asked for every minute. */
  function erasing(deed: string, where: string): (choice: Choice) => number {
    const any = database.prepare(`SELECT 1 FROM evidence_mails WHERE ${where} LIMIT 1`).pluck();
    const erase = database.prepare(`${deed} WHERE ${where}`);
    return (choice) => (any.get(choice) === undefined ? 0 : eraser.overwriting(() => erase.run(choice).changes));
  }
  const forgetMails = erasing('DELETE FROM evidence_mails', chosen);
  const forgetPersons = erasing('UPDATE evidence_mails SET person = NULL', `${chosen} AND person IS NOT NULL`);

  return {
    /** Keeps a mail once. @param content a digest of its octets. @returns whether it is new. */
    add: (workspaceId: number, content: string, importedAt: number, { fact: told, person }: RememberedMail): boolean =>
      add.run(
        workspaceId,
        content,
        told.domain,
        importedAt,
        JSON.stringify(told),
        person === null ? null : JSON.stringify(person),
      ).changes > 0,
    /** The newest first. @param domain in From; null: of all. */
    list: (workspaceId: number, domain: string | null, limit: number): readonly StoredMail[] =>
      (list.all({ workspaceId, domain, limit }) as MailRow[])
        .filter((row) => reader.isWhole(row, 'evidence_mails', row.id))
        .map((row) => {
          const known = JSON.parse(row.fact) as MailFact;
          return {
            ...known,
            what: isFact(known.what) ? known.what : fact('entry.damaged'),
            id: row.id,
            importedAt: row.imported_at,
            person: row.person === null ? null : (JSON.parse(row.person) as MailPerson),
          };
        }),
    counts: (workspaceId: number): EvidenceCounts => counts.get({ workspaceId }) as EvidenceCounts,
    /** The usual one where nobody has chosen another. */
    retention(workspaceId: number): Retention {
      const row = retention.get(workspaceId) as (Retention & { readonly whole: number }) | undefined;
      if (row === undefined) return usualRetention;
      if (!reader.isWhole(row, 'evidence_retention', workspaceId)) return NOTHING_GOES;
      const { reportDays, mailDays, personalDays } = row;
      return { reportDays, mailDays, personalDays };
    },
    putRetention: (workspaceId: number, chosenDays: Retention): void => {
      putRetention.run({ workspaceId, ...chosenDays });
    },
    /** @param before when they were brought in, in milliseconds since the epoch; null: at any time. @returns how many went. */
    forget: (workspaceId: number, domain: string | null, before: number | null): number =>
      forgetMails({ workspaceId, domain, before }),
    /** Forgets the addresses and words of mails, and keeps their verdicts. @returns of how many. */
    forgetPersons: (workspaceId: number, domain: string | null, before: number | null): number =>
      forgetPersons({ workspaceId, domain, before }),
  };
}

export type EvidenceMailRepository = ReturnType<typeof evidenceMailRepository>;
