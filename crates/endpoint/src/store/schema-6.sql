-- Schema 6: what was erased by law; people, what they may do where, their devices, codes, and the log, which are small
-- tables that all units share.

CREATE TABLE person (
    id        BLOB PRIMARY KEY,
    name      TEXT NOT NULL,
    made_at   INTEGER NOT NULL,
    closed_at INTEGER NOT NULL -- 0: open
) WITHOUT ROWID;

CREATE TABLE authority (
    person BLOB NOT NULL,
    place  TEXT NOT NULL, -- a unit's code, or `tinh:` and two digits
    role   TEXT NOT NULL,
    PRIMARY KEY (person, place, role)
) WITHOUT ROWID;

-- A device's way in. Of the token itself only the hash is kept.
CREATE TABLE token (
    id         BLOB PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE,
    person     BLOB NOT NULL,
    place      TEXT NOT NULL,
    dev        BLOB NOT NULL,
    label      TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL, -- 0: it is let in
    wipe       INTEGER NOT NULL, -- 1: the device is to delete everything
    recovery   BLOB NOT NULL -- sealed: the code that opens the device's lock; empty: none
) WITHOUT ROWID;

CREATE INDEX token_person ON token (person);

-- A code lets one device in, once.
CREATE TABLE code (
    hash       BLOB PRIMARY KEY,
    person     BLOB NOT NULL,
    place      TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    token      BLOB NOT NULL -- the hash of the token that it let in; empty: none yet
) WITHOUT ROWID;

-- Only added to. `chain` is a hash over the line before and this one.
CREATE TABLE audit (
    n     INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    place TEXT NOT NULL, -- whose administrators read it; empty: the operator only
    who   TEXT NOT NULL,
    act   TEXT NOT NULL,
    about TEXT NOT NULL,
    chain BLOB NOT NULL
);

-- The body of a change gave way to a stub, or will when it arrives; of several erasures the one with the smallest id counts.
CREATE TABLE erased (
    unit   TEXT NOT NULL,
    id     BLOB NOT NULL, -- the change
    eraser BLOB NOT NULL, -- the change that erased it
    PRIMARY KEY (unit, id)
) WITHOUT ROWID;
