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

-- One request of an upload: a filing, an addition, a change, a cancellation and so on.
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY,
    isp_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    -- What results call it (Bs), and what decisions call it (Jlid).
    key TEXT NOT NULL,
    record INTEGER NOT NULL,
    -- What is filed and concerned: ids of the authority.
    subject_id INTEGER,
    site_id INTEGER,
    access_id INTEGER,
    title TEXT NOT NULL,
    -- The names in it, one a line, for the rules of a scenario.
    names TEXT NOT NULL,
    domains TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('awaiting_sms', 'waiting', 'approved', 'refused', 'returned', 'failed', 'done')),
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
CREATE INDEX IF NOT EXISTS request_by_state ON request (state, id);
CREATE INDEX IF NOT EXISTS request_by_subject ON request (subject_id);

-- What a request lays claim to: certificates, domains, addresses and the provider's own ids.
CREATE TABLE IF NOT EXISTS claim (
    request_id INTEGER NOT NULL REFERENCES request (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, value, request_id)
) STRICT;

-- Who must enter a code.
CREATE TABLE IF NOT EXISTS challenge (
    id INTEGER PRIMARY KEY,
    request_id INTEGER NOT NULL REFERENCES request (id),
    role TEXT NOT NULL CHECK (role IN ('principal', 'manager', 'both')),
    mobile TEXT NOT NULL,
    tails TEXT NOT NULL,
    code TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    verified_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS challenge_by_mobile ON challenge (mobile);
CREATE INDEX IF NOT EXISTS challenge_by_request ON challenge (request_id);

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

-- The last serial of each line of filing numbers, of each kind of bureau id, and of what a scenario counts.
CREATE TABLE IF NOT EXISTS counter (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

-- The filing database: what is public. What was cancelled stays, with its time.
CREATE TABLE IF NOT EXISTS subject (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    certificate_kind INTEGER NOT NULL,
    certificate_number TEXT NOT NULL,
    name TEXT NOT NULL,
    nature INTEGER NOT NULL,
    filed_at INTEGER NOT NULL,
    cancelled_at INTEGER,
    password TEXT,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS subject_by_certificate ON subject (certificate_number);
CREATE TABLE IF NOT EXISTS site (
    id INTEGER PRIMARY KEY,
    subject_id INTEGER NOT NULL REFERENCES subject (id),
    number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- The host of its home page.
    host TEXT,
    cancelled_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS site_of ON site (subject_id);
CREATE INDEX IF NOT EXISTS site_by_host ON site (host);
CREATE TABLE IF NOT EXISTS domain (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES site (id),
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE IF NOT EXISTS access (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES site (id),
    isp_id INTEGER NOT NULL,
    cancelled_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS access_of ON access (site_id);
CREATE INDEX IF NOT EXISTS access_by_provider ON access (isp_id);

-- Apps, mini programs and quick apps: the public interface files websites only, but numbers and look-up know them.
CREATE TABLE IF NOT EXISTS service (
    id INTEGER PRIMARY KEY,
    subject_id INTEGER NOT NULL REFERENCES subject (id),
    kind TEXT NOT NULL CHECK (kind IN ('app', 'mini_program', 'quick_app')),
    number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    filed_at INTEGER NOT NULL
) STRICT;

-- Records that organisers filed themselves and a provider must verify.
CREATE TABLE IF NOT EXISTS self_filed (
    subject_id INTEGER PRIMARY KEY,
    isp_id INTEGER NOT NULL,
    record TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'verified', 'refused'))
) STRICT;

-- The blacklist, by credential or by domain.
CREATE TABLE IF NOT EXISTS blacklist (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('subject', 'site')),
    value TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (kind, value)
) STRICT;

-- Unfiled websites found on a provider's addresses.
CREATE TABLE IF NOT EXISTS unfiled (
    id INTEGER PRIMARY KEY,
    isp_id INTEGER NOT NULL,
    domain TEXT NOT NULL,
    ip INTEGER NOT NULL,
    at INTEGER NOT NULL,
    handled_at INTEGER,
    outcome TEXT
) STRICT;

-- The IP filing of every provider.
CREATE TABLE IF NOT EXISTS ip_record (
    id INTEGER PRIMARY KEY,
    isp_id INTEGER NOT NULL,
    own_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('source', 'allocation', 'broadcast', 'brought')),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    content TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ip_record_of ON ip_record (kind, first);

-- The domain filing, which only the ministry takes.
CREATE TABLE IF NOT EXISTS domain_record (
    id INTEGER PRIMARY KEY,
    isp_id INTEGER NOT NULL,
    own_id INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Faults that were ordered for tests.
CREATE TABLE IF NOT EXISTS fault (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    method TEXT,
    times INTEGER NOT NULL,
    delay_ms INTEGER NOT NULL,
    code INTEGER
) STRICT;

-- Scripted downloads that are due some time.
CREATE TABLE IF NOT EXISTS due (
    id INTEGER PRIMARY KEY,
    rule INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- The domain of the request that called for it.
    about TEXT,
    done_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS due_open ON due (at) WHERE done_at IS NULL;
