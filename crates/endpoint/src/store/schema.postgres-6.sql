-- Schema 6: what was erased by law; people, what they may do where, their devices, codes, and the log, which are small
-- tables that all units share.

CREATE TABLE person (
    id        BYTEA PRIMARY KEY,
    name      TEXT NOT NULL,
    made_at   BIGINT NOT NULL,
    closed_at BIGINT NOT NULL -- 0: open
);

CREATE TABLE authority (
    person BYTEA NOT NULL,
    place  TEXT COLLATE "C" NOT NULL, -- a unit's code, or `tinh:` and two digits
    role   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (person, place, role)
);

-- A device's way in. Of the token itself only the hash is kept.
CREATE TABLE token (
    id         BYTEA PRIMARY KEY,
    hash       BYTEA NOT NULL UNIQUE,
    person     BYTEA NOT NULL,
    place      TEXT COLLATE "C" NOT NULL,
    dev        BYTEA NOT NULL,
    label      TEXT NOT NULL,
    made_at    BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL, -- 0: it is let in
    wipe       BIGINT NOT NULL, -- 1: the device is to delete everything
    recovery   BYTEA NOT NULL -- sealed: the code that opens the device's lock; empty: none
);

CREATE INDEX token_person ON token (person);

-- A code lets one device in, once.
CREATE TABLE code (
    hash       BYTEA PRIMARY KEY,
    person     BYTEA NOT NULL,
    place      TEXT COLLATE "C" NOT NULL,
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    token      BYTEA NOT NULL -- the hash of the token that it let in; empty: none yet
);

-- Only added to. `chain` is a hash over the line before and this one.
CREATE TABLE audit (
    n     BIGINT PRIMARY KEY,
    at    BIGINT NOT NULL,
    place TEXT COLLATE "C" NOT NULL, -- whose administrators read it; empty: the operator only
    who   TEXT NOT NULL,
    act   TEXT NOT NULL,
    about TEXT NOT NULL,
    chain BYTEA NOT NULL
);

-- The body of a change gave way to a stub, or will when it arrives; of several erasures the one with the smallest id counts.
CREATE TABLE erased (
    unit   TEXT COLLATE "C" NOT NULL,
    id     BYTEA NOT NULL, -- the change
    eraser BYTEA NOT NULL, -- the change that erased it
    PRIMARY KEY (unit, id)
);
