-- Schema 5: what each device last said of itself.

CREATE TABLE device (
    unit    TEXT NOT NULL,
    dev     BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    waiting INTEGER NOT NULL, -- changes that it had not sent yet
    records INTEGER NOT NULL, -- records that it held
    who     TEXT NOT NULL, -- the name in its newest change; empty when it sent none
    PRIMARY KEY (unit, dev)
) WITHOUT ROWID;
