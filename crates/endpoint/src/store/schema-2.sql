-- Schema 2: catalogues published after the release, and the books whose numbers are given here.

CREATE TABLE catalogue (
    number       INTEGER PRIMARY KEY,
    hash         TEXT NOT NULL,
    text         BLOB NOT NULL, -- exactly the bytes that were published
    published_at INTEGER NOT NULL
);

-- What a person said of a volume of a book: the next number is greater than `floor`, and than every number in it.
-- After a restore numbers are given in the volumes that were confirmed in the present epoch: others may have forgotten some.
CREATE TABLE book (
    unit  TEXT NOT NULL,
    form  TEXT NOT NULL,
    year  INTEGER NOT NULL,
    floor INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    PRIMARY KEY (unit, form, year)
) WITHOUT ROWID;

-- A record's place in a book; without a number it waits for one, in the order of `seq`.
CREATE TABLE book_number (
    unit   TEXT NOT NULL,
    rec    BLOB NOT NULL,
    form   TEXT NOT NULL,
    year   INTEGER NOT NULL,
    ver    TEXT NOT NULL,
    field  TEXT NOT NULL,
    scope  TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    number INTEGER,
    PRIMARY KEY (unit, rec)
) WITHOUT ROWID;

CREATE INDEX book_number_waits ON book_number (unit, form, year, seq) WHERE number IS NULL;
CREATE INDEX book_number_last ON book_number (unit, form, year, number);
