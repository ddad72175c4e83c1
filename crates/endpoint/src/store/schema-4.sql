-- Schema 4: which device brought a change for its author (Chuyển hộ).

CREATE TABLE carried (
    unit    TEXT NOT NULL,
    id      BLOB NOT NULL, -- the change
    carrier BLOB NOT NULL, -- the device that brought it
    dev     BLOB NOT NULL, -- its author's device
    recv_at INTEGER NOT NULL,
    PRIMARY KEY (unit, id, carrier)
) WITHOUT ROWID;
