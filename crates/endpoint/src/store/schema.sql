-- Schema 1. The key of every notebook table begins with the unit, so that communes can be spread over machines.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- One counter row for each scope; raised last in the transaction that inserts, so order of commit is order of seq.
CREATE TABLE head (
    unit  TEXT NOT NULL,
    scope TEXT NOT NULL,
    gen   INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    PRIMARY KEY (unit, scope)
) WITHOUT ROWID;

CREATE TABLE change (
    unit    TEXT NOT NULL,
    scope   TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    id      BLOB NOT NULL,
    dev     BLOB NOT NULL,
    n       INTEGER NOT NULL,
    epoch   TEXT NOT NULL,
    eff     TEXT NOT NULL,
    mac     TEXT NOT NULL,
    body    BLOB NOT NULL, -- exactly the bytes that arrived
    hash    BLOB NOT NULL,
    recv_at INTEGER NOT NULL,
    PRIMARY KEY (unit, scope, seq),
    UNIQUE (unit, id)
);

CREATE TABLE rec_change (
    unit TEXT NOT NULL,
    rec  BLOB NOT NULL,
    id   BLOB NOT NULL,
    PRIMARY KEY (unit, rec, id)
) WITHOUT ROWID;

-- Durable, but set aside: nobody's page shows it, nothing is lost.
CREATE TABLE held (
    unit    TEXT NOT NULL,
    id      BLOB NOT NULL,
    hash    BLOB NOT NULL,
    body    BLOB NOT NULL,
    code    TEXT NOT NULL,
    say     TEXT NOT NULL,
    recv_at INTEGER NOT NULL,
    PRIMARY KEY (unit, id, hash)
);
