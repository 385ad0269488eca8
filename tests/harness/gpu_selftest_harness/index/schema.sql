-- SPDX-License-Identifier: Apache-2.0
-- What is asked of all nights at once. All of it is made from bundles, which keep the samples; so
-- a change of this file is a new user_version and a rebuild, never a migration.

PRAGMA user_version = 3;

-- In the order in which they came: clocks of nodes may be wrong, this is not.
CREATE TABLE bundles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL UNIQUE, -- of its seal
    night TEXT NOT NULL,         -- as the run says
    node TEXT NOT NULL,
    is_simulated INTEGER NOT NULL,
    started_utc TEXT NOT NULL,
    header TEXT NOT NULL,        -- JSON
    jumps TEXT NOT NULL          -- JSON: of its clock, in words
);
CREATE INDEX bundles_by_night ON bundles (night);

CREATE TABLE cells (
    key TEXT PRIMARY KEY,
    body TEXT NOT NULL           -- JSON of the axes
) WITHOUT ROWID;

CREATE TABLE plans (
    bundle INTEGER NOT NULL REFERENCES bundles (id) ON DELETE CASCADE,
    cell TEXT NOT NULL REFERENCES cells (key),
    body TEXT NOT NULL,          -- JSON
    PRIMARY KEY (bundle, cell)
) WITHOUT ROWID;

CREATE TABLE outcomes (
    bundle INTEGER NOT NULL REFERENCES bundles (id) ON DELETE CASCADE,
    cell TEXT NOT NULL,
    workload TEXT NOT NULL,
    body TEXT NOT NULL,          -- JSON
    PRIMARY KEY (bundle, cell, workload)
) WITHOUT ROWID;

-- What something was measured with; series name it by its number.
CREATE TABLE provenances (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL           -- JSON
);

CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    cell TEXT NOT NULL,
    workload TEXT NOT NULL,
    metric TEXT NOT NULL,
    variant TEXT NOT NULL,
    unit TEXT NOT NULL,
    src TEXT NOT NULL,
    dst TEXT NOT NULL,
    node TEXT NOT NULL,
    UNIQUE (cell, workload, metric, variant, unit, src, dst, node)
);

-- One number of one launch. Lies on the disk in the order in which histories are read.
CREATE TABLE points (
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    night TEXT NOT NULL,
    bundle INTEGER NOT NULL REFERENCES bundles (id) ON DELETE CASCADE,
    launch TEXT NOT NULL,
    kind TEXT NOT NULL,          -- of the launch: 'measure', 'confirm', 'again'
    since_start_s REAL NOT NULL,
    median REAL NOT NULL,
    q1 REAL NOT NULL,
    q3 REAL NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    samples INTEGER NOT NULL,
    clock_hz REAL,
    flag TEXT NOT NULL,          -- why it is not to be compared; '' if it is
    provenance INTEGER NOT NULL REFERENCES provenances (id),
    PRIMARY KEY (series, night, bundle, since_start_s, launch)
) WITHOUT ROWID;
