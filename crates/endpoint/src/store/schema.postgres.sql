-- PostgreSQL, the same tables as SQLite's schema 3. The key of every notebook table begins with the unit, so that
-- communes can be spread over machines. Text is compared byte by byte: `COLLATE "C"`.

CREATE TABLE meta (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE catalogue (
    number       BIGINT PRIMARY KEY,
    hash         TEXT NOT NULL,
    text         BYTEA NOT NULL, -- exactly the bytes that were published
    published_at BIGINT NOT NULL
);

-- Whoever files into a notebook locks its row first: order of commit is order of seq, whatever process commits.
CREATE TABLE notebook (
    unit TEXT COLLATE "C" PRIMARY KEY
);

CREATE TABLE head (
    unit  TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    gen   BIGINT NOT NULL,
    seq   BIGINT NOT NULL,
    PRIMARY KEY (unit, scope)
);

CREATE TABLE change (
    unit    TEXT COLLATE "C" NOT NULL,
    scope   TEXT COLLATE "C" NOT NULL,
    seq     BIGINT NOT NULL,
    id      BYTEA NOT NULL,
    dev     BYTEA NOT NULL,
    n       BIGINT NOT NULL,
    epoch   TEXT NOT NULL,
    eff     TEXT NOT NULL,
    mac     TEXT NOT NULL,
    body    BYTEA NOT NULL, -- exactly the bytes that arrived; jsonb would rewrite numbers
    hash    BYTEA NOT NULL,
    recv_at BIGINT NOT NULL,
    PRIMARY KEY (unit, scope, seq),
    UNIQUE (unit, id)
);

CREATE TABLE rec_change (
    unit TEXT COLLATE "C" NOT NULL,
    rec  BYTEA NOT NULL,
    id   BYTEA NOT NULL,
    PRIMARY KEY (unit, rec, id)
);

-- Durable, but set aside: nobody's page shows it, nothing is lost.
CREATE TABLE held (
    unit    TEXT COLLATE "C" NOT NULL,
    id      BYTEA NOT NULL,
    hash    BYTEA NOT NULL,
    body    BYTEA NOT NULL,
    code    TEXT NOT NULL,
    say     TEXT NOT NULL,
    recv_at BIGINT NOT NULL,
    PRIMARY KEY (unit, id, hash)
);

-- What a person said of a volume of a book.
CREATE TABLE book (
    unit  TEXT COLLATE "C" NOT NULL,
    form  TEXT COLLATE "C" NOT NULL,
    year  BIGINT NOT NULL,
    floor BIGINT NOT NULL,
    epoch TEXT NOT NULL,
    PRIMARY KEY (unit, form, year)
);

-- A record's place in a book; without a number it waits for one, in the order of `seq`.
CREATE TABLE book_number (
    unit   TEXT COLLATE "C" NOT NULL,
    rec    BYTEA NOT NULL,
    form   TEXT COLLATE "C" NOT NULL,
    year   BIGINT NOT NULL,
    ver    TEXT NOT NULL,
    field  TEXT NOT NULL,
    scope  TEXT NOT NULL,
    seq    BIGINT NOT NULL,
    number BIGINT,
    PRIMARY KEY (unit, rec)
);

CREATE INDEX book_number_waits ON book_number (unit, form, year, seq) WHERE number IS NULL;
CREATE INDEX book_number_last ON book_number (unit, form, year, number);

-- Communes that were merged into others. Their notebooks keep their own keys.
CREATE TABLE succession (
    unit  TEXT COLLATE "C" NOT NULL, -- who goes on
    old   TEXT COLLATE "C" NOT NULL, -- whose notebook it took over
    since TEXT NOT NULL,
    PRIMARY KEY (unit, old)
);
