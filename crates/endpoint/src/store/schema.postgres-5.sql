-- Schema 5: what each device last said of itself.

CREATE TABLE device (
    unit    TEXT COLLATE "C" NOT NULL,
    dev     BYTEA NOT NULL,
    seen_at BIGINT NOT NULL,
    waiting BIGINT NOT NULL, -- changes that it had not sent yet
    records BIGINT NOT NULL, -- records that it held
    who     TEXT NOT NULL, -- the name in its newest change; empty when it sent none
    PRIMARY KEY (unit, dev)
);
