-- Schema 7: who reads a case of the secret compartment; what was moved into it.

-- Follows from what a case says, but for its author. `why`: 0 author, 1 named, 2 whoever leads the unit (person is empty),
-- 3 denounced, 4 led the unit when the case ended.
CREATE TABLE reader (
    unit   TEXT NOT NULL,
    rec    BLOB NOT NULL, -- the case
    person BLOB NOT NULL,
    why    INTEGER NOT NULL,
    PRIMARY KEY (unit, rec, person, why)
) WITHOUT ROWID;

CREATE INDEX reader_person ON reader (unit, person);

-- What a change said before its matter was moved into the secret compartment, sealed.
CREATE TABLE moved (
    unit TEXT NOT NULL,
    id   BLOB NOT NULL, -- the change
    body BLOB NOT NULL,
    PRIMARY KEY (unit, id)
) WITHOUT ROWID;
