-- Schema 3: communes that were merged into others. Their notebooks keep their own keys.

CREATE TABLE succession (
    unit  TEXT NOT NULL, -- who goes on
    old   TEXT NOT NULL, -- whose notebook it took over
    since TEXT NOT NULL,
    PRIMARY KEY (unit, old)
) WITHOUT ROWID;
