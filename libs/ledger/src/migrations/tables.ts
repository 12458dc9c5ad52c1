/** Tables of the ledger as they were created first. A migration is never edited once it has run anywhere: later changes are files of their own. */
export const ledgerTables = [
  // Rewritten at each lease and release: room on the page keeps the new version beside the old one.
  `CREATE TABLE crm.lane (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization text NOT NULL,
    user_id text NOT NULL,
    accepted bigint NOT NULL DEFAULT 0,
    finished_to bigint NOT NULL DEFAULT 0,
    seq bigint NOT NULL DEFAULT 0,
    fence bigint NOT NULL DEFAULT 0,
    holder bigint,
    due timestamptz,
    woken_at timestamptz,
    UNIQUE (organization, user_id),
    CHECK (holder IS NULL OR due IS NOT NULL)
  ) WITH (fillfactor = 50)`,
  'CREATE INDEX lane_due ON crm.lane (due) WHERE due IS NOT NULL',
  'CREATE INDEX lane_holder ON crm.lane (holder) WHERE holder IS NOT NULL',

  `CREATE TABLE crm.job (
    id uuid PRIMARY KEY,
    organization text NOT NULL,
    user_id text NOT NULL,
    meeting_id text,
    lane_id uuid NOT NULL REFERENCES crm.lane,
    key_scope text NOT NULL,
    idempotency_key text NOT NULL,
    correlation_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
  )`,
  'CREATE INDEX job_newest ON crm.job (organization, created_at DESC, id DESC)',
  'CREATE INDEX job_meeting ON crm.job (organization, meeting_id)',
  'CREATE INDEX job_lane ON crm.job (lane_id)',

  // The columns that never change stand last: a new version of the row then differs at its front only.
  `CREATE TABLE crm.action (
    id uuid PRIMARY KEY,
    job_id uuid NOT NULL REFERENCES crm.job ON DELETE CASCADE,
    lane_id uuid NOT NULL REFERENCES crm.lane,
    position bigint NOT NULL,
    version integer NOT NULL DEFAULT 1,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    cancel_requested_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    status text NOT NULL CHECK (status IN ('queued', 'waiting', 'running', 'verifying', 'succeeded', 'denied',
      'awaiting_approval', 'rejected', 'expired', 'blocked', 'retrying', 'failed', 'cancelled')),
    reason text,
    message text,
    code text,
    decision_id uuid,
    environment_id text,
    tenant_id text,
    subject text,
    record_table text,
    record_id uuid,
    record_url text,
    target text,
    organization text NOT NULL,
    key text NOT NULL,
    tool text NOT NULL,
    after uuid[] NOT NULL,
    UNIQUE (lane_id, position),
    UNIQUE (job_id, key)
  ) WITH (fillfactor = 70)`,

  `CREATE TABLE crm.attempt (
    id uuid PRIMARY KEY,
    organization text NOT NULL,
    action_id uuid NOT NULL REFERENCES crm.action ON DELETE CASCADE,
    number integer NOT NULL,
    fence bigint NOT NULL,
    decision_id uuid NOT NULL,
    environment_id text NOT NULL,
    tenant_id text NOT NULL,
    subject text NOT NULL,
    connection_version bigint NOT NULL,
    operation text NOT NULL,
    target_table text NOT NULL,
    record_id uuid,
    etag text,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    outcome text,
    UNIQUE (action_id, number)
  )`,

  // What people wrote or read, apart from everything that outlives it: erasing it is deleting these rows, salt and all. An input has its
  // mandate beside it, since whoever has both can get decisions on them.
  `CREATE TABLE crm.content (
    action_id uuid NOT NULL REFERENCES crm.action ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('input', 'before', 'result')),
    number integer NOT NULL DEFAULT 0,
    organization text NOT NULL,
    salt text NOT NULL,
    body text NOT NULL,
    mandate text,
    PRIMARY KEY (action_id, kind, number),
    CHECK ((kind = 'input') = (mandate IS NOT NULL))
  )`,

  // Outlives its job: a repeat gets the same answer for as long as keys are kept.
  `CREATE TABLE crm.idempotency (
    organization text NOT NULL,
    scope text NOT NULL,
    key text NOT NULL,
    body_hash text NOT NULL,
    job_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization, scope, key)
  )`,
  'CREATE INDEX idempotency_age ON crm.idempotency (created_at)',
] as const;
