-- The sandbox's own database. It shares nothing with a provider's platform.
CREATE TABLE IF NOT EXISTS setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Every data file that was taken, as it came.
CREATE TABLE IF NOT EXISTS upload (
    isp_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    name TEXT NOT NULL,
    container TEXT NOT NULL,
    processed_at INTEGER,
    PRIMARY KEY (isp_id, sequence)
) STRICT;
CREATE INDEX IF NOT EXISTS upload_waiting ON upload (isp_id) WHERE processed_at IS NULL;

-- Every call of isp_upload that passed authentication, whatever became of it: the ledger counts from here.
CREATE TABLE IF NOT EXISTS attempt (
    id INTEGER PRIMARY KEY,
    isp_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    hash TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'refused')),
    msg_code INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS attempt_of ON attempt (isp_id, sequence);

-- One filing (Baxx) of an upload.
CREATE TABLE IF NOT EXISTS filing (
    id INTEGER PRIMARY KEY,
    isp_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    subject_id INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('awaiting_sms', 'waiting', 'approved', 'refused', 'returned', 'failed')),
    content TEXT NOT NULL,
    findings TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    sms_until INTEGER,
    wrong_tries INTEGER NOT NULL DEFAULT 0,
    verified_at INTEGER,
    decided_at INTEGER,
    officer TEXT,
    opinion TEXT,
    number TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS filing_by_state ON filing (state, id);

-- What a filing lays claim to: certificates, domains, addresses and the provider's own ids.
CREATE TABLE IF NOT EXISTS claim (
    filing_id INTEGER NOT NULL REFERENCES filing (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, value, filing_id)
) STRICT;

-- Who must enter a code.
CREATE TABLE IF NOT EXISTS challenge (
    id INTEGER PRIMARY KEY,
    filing_id INTEGER NOT NULL REFERENCES filing (id),
    role TEXT NOT NULL CHECK (role IN ('principal', 'manager', 'both')),
    mobile TEXT NOT NULL,
    tails TEXT NOT NULL,
    code TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    verified_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS challenge_by_mobile ON challenge (mobile);

-- The text messages that would have gone out.
CREATE TABLE IF NOT EXISTS sms (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    mobile TEXT NOT NULL,
    text TEXT NOT NULL,
    code TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS sms_by_mobile ON sms (mobile, id);

-- What waits for a provider, in order; kept after the acknowledgement.
CREATE TABLE IF NOT EXISTS download (
    id INTEGER PRIMARY KEY,
    isp_id INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    container TEXT NOT NULL,
    acked_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS download_waiting ON download (isp_id, id) WHERE acked_at IS NULL;

-- The last serial of each line of filing numbers, and of each kind of bureau id.
CREATE TABLE IF NOT EXISTS counter (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

-- The filing database: what is public.
CREATE TABLE IF NOT EXISTS subject (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    certificate_kind INTEGER NOT NULL,
    certificate_number TEXT NOT NULL,
    name TEXT NOT NULL,
    nature INTEGER NOT NULL,
    filed_at INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS site (
    id INTEGER PRIMARY KEY,
    subject_id INTEGER NOT NULL REFERENCES subject (id),
    number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS domain (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES site (id),
    name TEXT NOT NULL UNIQUE
) STRICT;

-- Faults that were ordered for tests.
CREATE TABLE IF NOT EXISTS fault (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    method TEXT,
    times INTEGER NOT NULL,
    delay_ms INTEGER NOT NULL
) STRICT;
