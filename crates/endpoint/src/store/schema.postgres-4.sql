-- Schema 4: which device brought a change for its author (Chuyển hộ).

CREATE TABLE carried (
    unit    TEXT COLLATE "C" NOT NULL,
    id      BYTEA NOT NULL, -- the change
    carrier BYTEA NOT NULL, -- the device that brought it
    dev     BYTEA NOT NULL, -- its author's device
    recv_at BIGINT NOT NULL,
    PRIMARY KEY (unit, id, carrier)
);
