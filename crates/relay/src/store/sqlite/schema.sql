-- Rowid tables throughout: WITHOUT ROWID costs more than twice the time and three times the bytes here.
CREATE TABLE store (epoch TEXT NOT NULL);

CREATE TABLE sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    site       BLOB NOT NULL,
    device     BLOB NOT NULL,
    identity   BLOB NOT NULL,
    signing    BLOB NOT NULL,
    login      BLOB NOT NULL,
    expires    INTEGER NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires);

CREATE TABLE rosters (
    site       BLOB NOT NULL,
    version    INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    bytes      BLOB NOT NULL,
    PRIMARY KEY (site, version)
);

CREATE TABLE invitations (
    site  BLOB NOT NULL,
    id    BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (site, id)
);

CREATE TABLE enrolments (
    site       BLOB NOT NULL,
    invitation BLOB NOT NULL,
    bytes      BLOB NOT NULL,
    PRIMARY KEY (site, invitation)
);

CREATE TABLE prekeys (
    row       INTEGER PRIMARY KEY,
    site      BLOB NOT NULL,
    device    BLOB NOT NULL,
    keys      BLOB NOT NULL,
    signed_id INTEGER NOT NULL,
    signed    BLOB NOT NULL,
    -- Over all that was ever uploaded, so that nothing which was handed out comes back.
    highest   INTEGER NOT NULL,
    UNIQUE (site, device)
);

CREATE TABLE one_time_prekeys (
    owner     INTEGER NOT NULL REFERENCES prekeys (row),
    id        INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    bytes     BLOB NOT NULL,
    PRIMARY KEY (owner, id)
);
CREATE INDEX one_time_prekeys_by_expiry ON one_time_prekeys (not_after);

CREATE TABLE conversations (
    row     INTEGER PRIMARY KEY,
    id      BLOB NOT NULL UNIQUE,
    site    BLOB NOT NULL,
    visitor BLOB NOT NULL,
    desk    BLOB NOT NULL,
    head    INTEGER NOT NULL DEFAULT 0,
    last    INTEGER NOT NULL DEFAULT 0,
    -- When its visitor erased it, Unix seconds; then its id is all that is left, so that nobody opens it again.
    erased  INTEGER
);
CREATE INDEX conversations_by_visitor ON conversations (site, visitor);

-- The rowid is the order of the store: one writer, so a later commit never shows a smaller row.
CREATE TABLE events (
    row          INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (row),
    site         BLOB NOT NULL,
    position     INTEGER NOT NULL,
    event        BLOB NOT NULL,
    sender       BLOB NOT NULL,
    time         INTEGER NOT NULL,
    digest       BLOB NOT NULL,
    -- Random: tells this row from another one that a restored copy of the file has in its place.
    mark         BLOB NOT NULL,
    -- Empty once it was withdrawn; then its hash stays.
    content      BLOB NOT NULL,
    hash         BLOB,
    UNIQUE (conversation, position),
    UNIQUE (conversation, event)
);
CREATE INDEX events_by_site ON events (site, row);

-- Where events stood that were erased: a cursor that names such a row goes on.
CREATE TABLE places (
    row  INTEGER PRIMARY KEY,
    mark BLOB NOT NULL
);

CREATE TABLE wraps (
    event  INTEGER NOT NULL REFERENCES events (row),
    device BLOB NOT NULL,
    wrap   BLOB NOT NULL
);
CREATE INDEX wraps_by_event ON wraps (event, device);

-- In the same file as everything else: a chunk is as durable as an event, its room is counted in the transaction that
-- takes it, and a copy of one file is a copy of the relay.
CREATE TABLE attachments (
    row          INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (row),
    site         BLOB NOT NULL,
    id           BLOB NOT NULL,
    sender       BLOB NOT NULL,
    size         INTEGER NOT NULL,
    stored       INTEGER NOT NULL DEFAULT 0,
    touched      INTEGER NOT NULL,
    UNIQUE (conversation, id),
    CHECK (stored <= size)
);
CREATE INDEX attachments_by_site ON attachments (site, size);
CREATE INDEX attachments_unfinished ON attachments (touched) WHERE stored < size;

CREATE TABLE attachment_chunks (
    attachment INTEGER NOT NULL REFERENCES attachments (row) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    bytes      BLOB NOT NULL,
    PRIMARY KEY (attachment, at)
);
